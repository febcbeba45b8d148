"""A MariaDB server of the tests' own: a folder, a socket, no network."""

import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pytest

from tests.guarding.guard import Guard

MISSING = (
    "MariaDB's server is missing: install it (Debian: apt-get install "
    "mariadb-server-core mariadb-client-core), or put mariadbd, mariadb-install-db and "
    "my_print_defaults on the PATH"
)
_PROGRAMS = ("mariadbd", "mariadb-install-db", "my_print_defaults")
_PLACES = f"{os.environ.get('PATH', '')}{os.pathsep}/usr/sbin"
_PATIENCE_SECONDS = 300


def find_programs():
    """The server, what makes its folder, and what that needs; or None."""
    found = [shutil.which(name, path=_PLACES) for name in _PROGRAMS]
    return found if all(found) else None


class Server:
    def __init__(self, programs):
        self.program, self.install, _ = programs
        self.folder = Path(tempfile.mkdtemp(prefix="clover-my-"))
        self.socket = self.folder / "socket"
        self.process = None

    def start(self):
        subprocess.run(
            [
                self.install,
                *self._options(),
                "--auth-root-authentication-method=normal",
            ],
            check=True,
            stdout=subprocess.DEVNULL,
            stdin=subprocess.DEVNULL,
        )
        # A server of another time zone, alphabet and laxity than one would wish for.
        lax = [
            "--sql-mode=",
            "--default-time-zone=-05:00",
            "--character-set-server=latin1",
        ]
        self._guard = Guard(self.folder, "sh", "-c", f"kill -9 $(cat {self._pid})")
        self.process = subprocess.Popen(
            [self.program, *self._options(), *lax, "--skip-networking"],
            stdout=sys.stderr,
            stderr=sys.stderr,
            stdin=subprocess.DEVNULL,
        )
        self._wait()

    def stop(self):
        if self.process is None:
            shutil.rmtree(self.folder, ignore_errors=True)
            return
        self._guard.finish()
        self.process.kill()  # where it never wrote its id
        self.process.wait()

    def url(self, database="test"):
        return f"mysql+pymysql://root@localhost/{database}?unix_socket={self.socket}"

    @property
    def _pid(self):
        return self.folder / "pid"

    def _options(self):
        user = ["--user=root"] if os.geteuid() == 0 else []
        data = self.folder / "data"
        paths = [f"--datadir={data}", f"--socket={self.socket}"]
        logs = [
            f"--pid-file={self._pid}",
            f"--log-error={self.folder / 'log'}",
        ]
        return ["--no-defaults", *user, *paths, *logs]

    def _wait(self):
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while not self.socket.exists():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((self.folder / "log").read_text())
            time.sleep(0.05)


@pytest.fixture(scope="session")
def mariadb():
    programs = find_programs()
    if programs is None and os.environ.get("CI"):
        pytest.fail(MISSING)
    if programs is None:
        pytest.skip(MISSING)
    server = Server(programs)
    try:
        server.start()
        yield server
    finally:
        server.stop()
