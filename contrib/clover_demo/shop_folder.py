"""The folder in which the demo shop lives, and the templates that make starts fast.

Oscar's migrations take half a minute, so they run once: what they leave is kept as
templates, and every start opens a new shop by copying them. The simulator forgets its
payments when it ends, so a shop must not remember them either.
"""

import hashlib
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from importlib.metadata import version
from pathlib import Path

from django.core.management import call_command

from clover_demo.names import DATABASE_FILE, LEDGER_FILE

TEMPLATE_FILE = "template.sqlite3"
LEDGER_TEMPLATE_FILE = "template.clover.sqlite3"
STAMP_FILE = "stamp.txt"
_TEMPLATES = {DATABASE_FILE: TEMPLATE_FILE, LEDGER_FILE: LEDGER_TEMPLATE_FILE}
_DISTRIBUTIONS = ("clover-provider", "django", "django-oscar")
_SOURCES = ("goods/*.py", "goods/pictures/*", "names.py")

Report = Callable[[str], None]


def is_ready(folder: Path) -> bool:
    """Whether the folder's template was made by what is installed now."""
    files = [folder / name for name in (STAMP_FILE, *_TEMPLATES.values())]
    are_there = all(path.is_file() for path in files)
    return are_there and (folder / STAMP_FILE).read_text() == version_stamp()


def version_stamp() -> str:
    """What a template depends on: packages, migrations and the catalogue."""
    digest = hashlib.sha256()
    here = Path(__file__).parent
    migrations = here.parent.glob("clover_*/migrations/*.py")
    sources = [path for pattern in _SOURCES for path in here.glob(pattern)]
    for path in sorted([*migrations, *sources]):
        digest.update(path.read_bytes())
    versions = [f"{name} {version(name)}" for name in _DISTRIBUTIONS]
    return "\n".join((*versions, digest.hexdigest(), ""))


def forget(folder: Path) -> None:
    """Remove what a set-up made, and nothing else that the folder may hold."""
    shutil.rmtree(folder / "media", ignore_errors=True)
    for name in (STAMP_FILE, *_TEMPLATES, *_TEMPLATES.values()):
        for path in _with_journals(folder / name):
            path.unlink(missing_ok=True)


def set_up(folder: Path, report: Report) -> None:
    """Migrate, load the catalogue and keep the result as the template."""
    from django.db import connections

    from clover_demo.goods import catalogue

    connections.close_all()  # counting the steps opened files that are removed now
    forget(folder)
    call_command("migrate", verbosity=1, stdout=_Lines(report), interactive=False)
    for title in catalogue.load():
        report(title)
    connections.close_all()
    for name, template in _TEMPLATES.items():
        (folder / name).rename(folder / template)
    (folder / STAMP_FILE).write_text(version_stamp())


def count_steps() -> int:
    """How often `set_up` reports: once for each migration and each product."""
    from django.db.migrations.loader import MigrationLoader

    from clover_demo.goods.products import PRODUCTS

    return len(MigrationLoader(None).disk_migrations) + len(PRODUCTS)


def open_shop(folder: Path) -> None:
    """A new shop with the products of the template and no orders."""
    for name, template in _TEMPLATES.items():
        for path in _with_journals(folder / name):
            path.unlink(missing_ok=True)
        shutil.copyfile(folder / template, folder / name)
    connection = sqlite3.connect(folder / DATABASE_FILE)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.close()


def _with_journals(path: Path) -> Iterator[Path]:
    for ending in ("", "-wal", "-shm", "-journal"):
        yield path.with_name(path.name + ending)


class _Lines:
    """A stream that reports the migrations as they are applied."""

    def __init__(self, report: Report) -> None:
        self._report = report

    def write(self, text: str) -> None:
        """One piece of the command's output."""
        name = text.strip().removeprefix("Applying ").partition("...")[0]
        if text.strip().startswith("Applying "):
            self._report(name)

    def flush(self) -> None:
        """Nothing is kept back."""
