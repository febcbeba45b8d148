"""Environments that hold what a page says to install, and nothing else.

The packages are the lock's: they are fetched once, checked by their digests, and kept
for the next run. pip then installs from that folder alone, with the versions that it
finds there, so that an environment takes a few seconds.
"""

import hashlib
import os
import re
import subprocess
import sys
from pathlib import Path

from tests.house.lock import packages, reach, requirements_of
from tests.house.project import ROOT

LOCK = ROOT / ".ci/requirements.txt"
ENTRY = re.compile(r"^([\w.-]+)==\S+.*?(?=^\S|\Z)", re.MULTILINE | re.DOTALL)
OURS = "clover-provider"
FOREIGN = ("CLOVER_", "DJANGO_", "PYTHON", "PYTEST_", "VIRTUAL_ENV", "COVERAGE_")
"""Variables of the tests that a reader does not have."""


def extras():
    [ours] = packages()[OURS]
    return tuple(ours["optional-dependencies"])


def locked(names):
    """The lines of the lock for all that comes with these packages and every extra."""
    needs = [*requirements_of(extras=extras()), *({"name": name} for name in names)]
    wanted = reach(needs)
    entries = ENTRY.finditer(LOCK.read_text())
    return "".join(entry[0] for entry in entries if entry[1] in wanted)


def run(*command, **options):
    """Run to the end; its output is shown where it fails."""
    done = subprocess.run(
        [*map(str, command)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        **options,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout}"
    return done.stdout


def pip(*arguments):
    return run(sys.executable, "-m", "pip", "--disable-pip-version-check", *arguments)


class Wheels:
    """The wheels of the lock, and our own, built from this checkout."""

    def __init__(self, cache, folder, names):
        lines = locked(names)
        self.folder = cache / hashlib.sha256(lines.encode()).hexdigest()[:16]
        complete = self.folder / "complete"
        if not complete.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            requirements = self.folder / "requirements.txt"
            requirements.write_text(lines)
            # As .ci/install does: nothing is resolved, and what builds is here already.
            options = ("--no-deps", "--require-hashes", "--no-build-isolation")
            pip("wheel", "-q", *options, "-r", requirements, "-w", self.folder)
            complete.touch()
        build = (sys.executable, "-m", "build", "--wheel", "--no-isolation")
        run(*build, "--outdir", folder, ROOT)
        [self.ours] = folder.glob("*.whl")

    def requirement(self, name):
        """What pip is given for a name that a page installs."""
        return name.replace(OURS, str(self.ours)) if name.startswith(OURS) else name


class Environment:
    """A Python with the packages that were named, and what a reader runs with it."""

    def __init__(self, folder, wheels, names):
        self.bin = folder / "bin"
        run(sys.executable, "-m", "venv", "--without-pip", folder)
        self.python = self.bin / "python"
        pip(
            *("--python", self.python, "install", "-q", "--no-compile"),
            *("--no-index", "--find-links", wheels.folder),
            *map(wheels.requirement, sorted(names)),
        )

    def variables(self):
        """The environment of a reader whose shell has entered this one."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if not name.startswith(FOREIGN)
        }
        return kept | {"PATH": f"{self.bin}{os.pathsep}{os.environ['PATH']}"}

    def start(self, *command, folder):
        """The finished process of a command of this environment."""
        return subprocess.run(
            [self.bin / command[0], *map(str, command[1:])],
            cwd=folder,
            env=self.variables(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )


class Environments:
    """One environment for each set of packages, made when it is first asked for."""

    def __init__(self, folder, wheels):
        self.folder, self.wheels, self._made = folder, wheels, {}

    def __getitem__(self, names):
        key = frozenset(names)
        if key not in self._made:
            folder = Path(self.folder) / str(len(self._made))
            self._made[key] = Environment(folder, self.wheels, key)
        return self._made[key]
