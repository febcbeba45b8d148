"""Run every check, as many at a time as the machine has processors.

Then say what failed and how long each took. `static` leaves out the tests and the docs.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from threading import Lock

ROOT = Path(__file__).resolve().parent.parent
BIN = Path(".venv/bin")
SILENT_SECONDS = 60
"""How long a check may run before a line says that it does."""
PYTEST = (f"{BIN}/python", "-m", "pytest")
SALEOR = ("--ds", "tests.clover_saleor.settings", "tests/clover_saleor")
PARTS = {
    "tests-oscar": ("tests/clover_oscar",),
    "tests-faults": ("tests/faults",),
    "tests-django": ("tests/clover_django",),
    "tests-docs": ("tests/docs",),
}
"""Folders whose tests take longest; each part has a process and databases of its own."""


@dataclass(frozen=True)
class Check:
    """A command that succeeds when all is well."""

    name: str
    command: tuple[str, ...]


@dataclass(frozen=True)
class Outcome:
    """What a check came to: its exit status, what it printed, how long it took."""

    name: str
    status: int
    output: str
    seconds: float

    def __str__(self) -> str:
        verdict = "FAILED" if self.status else "ok"
        return f"{self.name:15} {verdict:7} {self.seconds:4.0f} s"


def every_other_test() -> tuple[str, ...]:
    """What pytest is given to run what no part of its own has."""
    folders = [folder for part in PARTS.values() for folder in part]
    return ("tests", *(f"--ignore={folder}" for folder in folders))


def static() -> list[Check]:
    """What reads the code and runs none of it."""
    return [
        Check("format", (f"{BIN}/ruff", "format", "--check", ".")),
        Check("lint", (f"{BIN}/ruff", "check", ".")),
        Check("imports", (f"{BIN}/lint-imports",)),
        Check("types-mypy", (f"{BIN}/mypy",)),
        Check("types-pyright", (f"{BIN}/pyright",)),
    ]


def running() -> list[Check]:
    """What runs the code; the longest first, so that none is left over at the end."""
    return [
        Check("tests-rest", (*PYTEST, *every_other_test())),
        *(Check(name, (*PYTEST, *folders)) for name, folders in PARTS.items()),
        Check("saleor", (*PYTEST, *SALEOR)),
        Check("lowest", (f"{BIN}/nox", "-f", ".ci/noxfile.py", "-s", "lowest")),
        Check("docs", ("make", "--no-print-directory", "docs")),
    ]


def run(check: Check, printing: Lock) -> Outcome:
    """Run one check to its end, and print what it printed."""
    with printing:
        print(f"-- {check.name} begins", flush=True)
    began = time.monotonic()
    with TemporaryFile("w+", encoding="utf-8", errors="replace") as output:
        process = subprocess.Popen(  # noqa: S603 - a command from this page
            check.command,
            cwd=ROOT,
            # What is installed is used: pyright would ask a registry for a newer one.
            env={**os.environ, "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        while (status := _status_of(process)) is None:
            seconds = time.monotonic() - began
            with printing:
                print(f"-- {check.name} is running, {seconds:.0f} s", flush=True)
        seconds = time.monotonic() - began
        output.seek(0)
        outcome = Outcome(check.name, status, output.read(), seconds)
    with printing:
        print(f"\n== {outcome}\n{outcome.output}", flush=True)
    return outcome


def _status_of(process: subprocess.Popen[bytes]) -> int | None:
    """Its exit status; None if it runs on for a minute."""
    try:
        return process.wait(SILENT_SECONDS)
    except subprocess.TimeoutExpired:
        return None


def run_all(checks: Iterable[Check], at_once: int) -> list[Outcome]:
    """What each check came to, in the order in which they were given."""
    printing = Lock()
    with ThreadPoolExecutor(at_once) as pool:
        return list(pool.map(lambda check: run(check, printing), checks))


def main(arguments: list[str]) -> int:
    """Run the checks that were asked for; 1 if one failed."""
    checks = static() if arguments == ["static"] else [*static(), *running()]
    outcomes = run_all(checks, os.cpu_count() or 1)
    print(*outcomes, sep="\n")
    failed = [outcome.name for outcome in outcomes if outcome.status]
    if failed:
        print(f"failed: {' '.join(failed)}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
