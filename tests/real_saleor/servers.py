"""The servers below a real Saleor: PostgreSQL with its schema kept, and Redis."""

import hashlib
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path

from tests.clover_django.postgres import MISSING, Server, find_programs
from tests.house.project import ROOT


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return taken.getsockname()[1]


def wait_for_port(port, process, seconds=600):
    deadline = time.monotonic() + seconds
    while True:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            if process.poll() is not None:
                raise RuntimeError(f"ended with {process.returncode}") from None
            if time.monotonic() > deadline:
                raise TimeoutError(f"nothing on port {port}") from None
            time.sleep(0.1)


def end(process, seconds=15):
    """End a process of ours by its own handle, whatever it does."""
    if process.poll() is None:
        process.terminate()
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


class Database(Server):
    """A throw-away PostgreSQL, begun from the folder that `keep` left."""

    def __init__(self, kept):
        programs = find_programs()
        if programs is None:
            raise RuntimeError(MISSING)
        super().__init__(programs)
        self.kept = kept

    def start(self):
        if not self.kept.exists():
            super().start()
            return
        shutil.copytree(self.kept, self.data)
        for path in (self.folder, self.data, *self.data.rglob("*")):
            if self.user:
                shutil.chown(path, self.user)
        self.data.chmod(0o700)
        self.come_back()

    def keep(self):
        """Keep the database as it is now for the runs to come."""
        self._run("pg_ctl", "-D", self.data, "-m", "fast", "-w", "stop")
        self.kept.parent.mkdir(parents=True, exist_ok=True)
        unfinished = self.kept.with_name(f"{self.kept.name}.{os.getpid()}")
        shutil.copytree(self.data, unfinished)
        unfinished.rename(self.kept)
        self.come_back()

    @property
    def url(self):
        folder = str(self.folder).replace("/", "%2F")
        return f"postgres://postgres@{folder}/postgres"


def kept_database(saleor):
    """Where the migrated database of this Saleor is kept between runs.

    Our own migrations may change in place until the first release: their text counts.
    """
    names = "\n".join(
        sorted(
            str(path.relative_to(saleor))
            for path in (saleor / "saleor").rglob("migrations/*.py")
        )
    )
    ours = (ROOT / "contrib/clover_django/migrations").glob("*.py")
    texts = [path.read_text() for path in sorted(ours)]
    digest = hashlib.sha256("\n".join([names, *texts]).encode()).hexdigest()[:16]
    cache = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    return cache / "clover-provider" / f"saleor-{digest}"


class Redis:
    def start(self):
        self.port = free_port()
        self.process = subprocess.Popen(
            [
                "redis-server",
                *("--bind", "127.0.0.1", "--port", str(self.port)),
                *("--save", "", "--appendonly", "no"),
            ],
            stdout=subprocess.DEVNULL,
            stderr=sys.stderr,
        )
        wait_for_port(self.port, self.process)

    def stop(self):
        end(self.process)

    @property
    def url(self):
        return f"redis://127.0.0.1:{self.port}/0"
