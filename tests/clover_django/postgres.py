"""A PostgreSQL server of the tests' own: a folder, a socket, no network."""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from tests.guarding.guard import Guard

MISSING = (
    "PostgreSQL's server is missing: install it (Debian: apt-get install postgresql), "
    "or put initdb and pg_ctl on the PATH"
)
KEEP = "-c fsync=off -c full_page_writes=off"
"""What is written survives the server, which may crash; the machine does not."""


def find_programs():
    """The folder of initdb and pg_ctl, or None."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    on_path = shutil.which("initdb")
    folders = [*versions, *([Path(on_path).parent] if on_path else [])]
    return next((folder for folder in folders if (folder / "pg_ctl").exists()), None)


class Server:
    def __init__(self, programs):
        self.programs = programs
        self.folder = Path(tempfile.mkdtemp(prefix="clover-pg-"))
        self.user = "postgres" if os.geteuid() == 0 else None

    def start(self):
        if self.user:
            shutil.chown(self.folder, self.user)
        self._guard = Guard(self.folder, *self._command("pg_ctl", *self._ending()))
        self._run("initdb", "-D", self.data, "-A", "trust", "-U", "postgres", "-N")
        self.come_back()

    def come_back(self):
        options = (
            f"-k {self.folder} -c listen_addresses='' -c max_connections=60 {KEEP}"
        )
        log = self.folder / "log"
        self._run("pg_ctl", "-D", self.data, "-w", "-l", log, "-o", options, "start")

    def go_down(self):
        """As with a crash: nobody is waited for."""
        self._run("pg_ctl", *self._ending())

    def stop(self):
        self._guard.finish()

    @property
    def data(self):
        return self.folder / "data"

    def settings(self):
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": "postgres",
            "USER": "postgres",
            "HOST": str(self.folder),
        }

    def _ending(self):
        return "-D", self.data, "-m", "immediate", "stop"

    def _command(self, program, *arguments):
        command = [str(self.programs / program), *map(str, arguments)]
        if self.user:
            return ["setpriv", "--reuid", self.user, "--clear-groups", *command]
        return command

    def _run(self, program, *arguments):
        subprocess.run(
            self._command(program, *arguments),
            check=True,
            cwd=self.folder,
            stdout=sys.stderr,
            stdin=subprocess.DEVNULL,
        )


@pytest.fixture(scope="session")
def postgres():
    programs = find_programs()
    if programs is None and os.environ.get("CI"):
        pytest.fail(MISSING)
    if programs is None:
        pytest.skip(MISSING)
    server = Server(programs)
    server.start()
    yield server
    server.stop()
