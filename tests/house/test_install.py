"""Installing from the lock asks for nothing outside of it, with every Python's own pip.

`.ci/install` runs here against an index of the tests' own, whose newer releases were not
there on the day of the lock.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.house.package_index import (
    BACKEND,
    backend,
    project,
    requirement,
    sdist,
    serving,
    wheel,
)
from tests.house.project import ROOT

READER = wheel("reader", "1.0", needs=["parts[toml]>=1.0"])
PARTS = wheel(
    "parts", "1.0", extras=["toml"], needs=['dots; extra == "toml" and os_name == "no"']
)
SOURCE = sdist("source-only", "1.0")
BACKEND_1 = backend("1.0")
LOCKED = dict([READER, PARTS, SOURCE, BACKEND_1])
NEWER = dict([wheel("parts", "2.0", extras=["toml"]), backend("2.0")])
LINES = [
    requirement("reader", "1.0", READER),
    requirement("parts", "1.0", PARTS),
    requirement("source-only", "1.0", SOURCE),
    requirement(BACKEND, "1.0", BACKEND_1),
]


def find_pythons():
    """The Pythons from 3.11 to 3.13 that this machine has; at least the one that runs."""
    here = f"3.{sys.version_info.minor}"
    found = {here: sys._base_executable}
    probe = "import sys, venv, ensurepip; print('3.%d' % sys.version_info.minor)"
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv")
    for version in ("3.11", "3.12", "3.13"):
        name = f"python{version}"
        kept = pyenv.glob(f"versions/{version}.*/bin/{name}")
        for path in (shutil.which(name), *map(str, kept)):
            if path and version not in found:
                done = subprocess.run(
                    [path, "-c", probe], capture_output=True, text=True, check=False
                )
                if done.stdout.strip() == version:
                    found[version] = path
    return found


PYTHONS = find_pythons()


@pytest.fixture
def checkout(tmp_path):
    """A folder as a clone has it: the project, its lock, and the script that installs."""
    folder = tmp_path / "checkout"
    (folder / ".ci").mkdir(parents=True)
    shutil.copy(ROOT / ".ci/install", folder / ".ci")
    (folder / "pyproject.toml").write_text(project("shop", "1", needs=["reader"]))
    lock(folder, LINES)
    return folder


def lock(folder, lines):
    (folder / ".ci/requirements.txt").write_text("\n".join(lines) + "\n")
    builds = [line for line in lines if line.startswith(BACKEND)]
    (folder / ".ci/requirements-build.txt").write_text("\n".join(builds) + "\n")


def install(folder, python=sys._base_executable, **files):
    """What `.ci/install` ended with, and the index that it had."""
    with serving(LOCKED | NEWER | files) as index:
        done = subprocess.run(
            [".ci/install", ".ci/requirements.txt"],
            cwd=folder,
            env={
                "PATH": os.environ["PATH"],
                "PYTHON": python,
                "HOME": str(folder.parent / "home"),
                "PIP_INDEX_URL": index.url,
                "PIP_CONFIG_FILE": os.devnull,
            },
            capture_output=True,
            text=True,
            check=False,
        )
    return done, index


@pytest.mark.slow
@pytest.mark.parametrize("version", PYTHONS)
def test_nothing_is_asked_for_but_what_the_lock_names(checkout, version):
    done, index = install(checkout, PYTHONS[version])

    assert done.returncode == 0, done.stderr
    assert index.asked == {"parts", "reader", "source-only", BACKEND}
    assert index.fetched == set(LOCKED)


@pytest.mark.slow
def test_a_lock_that_lacks_a_package_fails_at_once_and_says_so(checkout):
    lock(checkout, [line for line in LINES if not line.startswith("parts")])

    done, index = install(checkout)

    assert done.returncode != 0
    assert "parts" in done.stderr
    assert "run .ci/lock" in done.stderr
    assert "parts" not in index.asked


@pytest.mark.slow
def test_a_source_whose_builder_is_not_in_the_lock_fails_and_fetches_none(checkout):
    other = sdist("source-only", "1.0", builds_with=[BACKEND, "rivets>=1"])
    lines = [line for line in LINES if not line.startswith("source-only")]
    lock(checkout, [*lines, requirement("source-only", "1.0", other)])
    rivets = wheel("rivets", "1.0")

    done, index = install(checkout, **dict([other, rivets]))

    assert done.returncode != 0
    assert "rivets" in done.stderr
    assert "rivets" not in index.asked
