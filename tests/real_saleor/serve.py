"""A real Saleor with our wheel in it, on loopback, with the simulator beside it."""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from clover_simulator.simulator import Simulator
from tests.house.project import ROOT
from tests.real_saleor.client import Client
from tests.real_saleor.servers import (
    Database,
    Redis,
    end,
    free_port,
    kept_database,
    wait_for_port,
)

HERE = Path(__file__).parent
MIGRATES = """
Saleor's migrations run now, which takes 5 to 15 minutes. They do so once: the database
is kept in {}.
"""


def new_rsa_key():
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def install_wheel(python, folder):
    """Build what we ship, and put it where Saleor finds it."""
    source = os.environ.get("CLOVER_SOURCE", ROOT)
    quiet = {"check": True, "stdout": subprocess.DEVNULL, "cwd": source}
    # Built with what the lock names, and not with what came out today.
    build = [sys.executable, "-m", "build", "--no-isolation", "--wheel"]
    build += ["--outdir", str(folder)]
    subprocess.run(build, **quiet)
    (wheel,) = folder.glob("*.whl")
    # Ours, since an environment that uv made has no pip of its own.
    install = [sys.executable, "-m", "pip", "--python", str(python), "install", "-q"]
    subprocess.run([*install, f"{wheel}[saleor]"], **quiet)
    subprocess.run([*install, "--force-reinstall", "--no-deps", str(wheel)], **quiet)


class Saleor:
    """Everything that runs; `stop` ends all of it, in whatever state it is."""

    def __init__(self, folder, python, *, workers=1):
        self.folder, self.python, self.workers = Path(folder), python, workers
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.work = Path(tempfile.mkdtemp(prefix="real-saleor-"))
        self.log = self.work / "log"
        self._ends = contextlib.ExitStack()

    def start(self):
        try:
            self._start()
        except BaseException:
            self.stop()
            raise
        return self

    def _start(self):
        self.simulator = Simulator().start()
        self._ends.callback(self.simulator.stop)
        self.database = Database(kept_database(self.folder))
        self.database.start()
        self._ends.callback(self.database.stop)
        self.redis = Redis()
        self.redis.start()
        self._ends.callback(self.redis.stop)
        self.environment = self._environment()
        install_wheel(self.python, self.work)
        if not self.database.kept.exists():
            print(MIGRATES.format(self.database.kept), file=sys.stderr, flush=True)
            self.manage("migrate", "--verbosity", "0")
            self.database.keep()
        self.manage("migrate", "--verbosity", "0")
        self.seeds = self.seed()
        self._serve()

    def stop(self):
        self._ends.close()

    def _environment(self):
        named = {
            "DATABASE_URL": self.database.url,
            "REDIS_URL": self.redis.url,
            "SECRET_KEY": "of-this-run-only",
            "RSA_PRIVATE_KEY": new_rsa_key(),
            "DEBUG": "False",
            "ALLOWED_HOSTS": "localhost,127.0.0.1",
            "ALLOWED_CLIENT_HOSTS": "localhost,127.0.0.1",
            "HTTP_IP_FILTER_ENABLED": "False",
            "PUBLIC_URL": f"{self.url}/",
            "EMAIL_URL": "dummymail://",
            "JWT_TTL_ACCESS": "1 day",
            "SEED_CLOVER_URL": self.simulator.url,
        }
        unwanted = ("DJANGO_SETTINGS_MODULE", "PYTHONPATH", "ENABLE_SSL")
        kept = {k: v for k, v in os.environ.items() if k not in unwanted}
        return {**kept, **named}

    def run(self, *arguments):
        """Run Saleor's Python in its folder; what it prints comes back."""
        with self.log.open("a") as log:
            done = subprocess.run(
                [str(self.python), *map(str, arguments)],
                cwd=self.folder,
                env=self.environment,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                check=False,
            )
        if done.returncode:
            raise RuntimeError(f"{arguments} failed:\n{self.log_tail()}")
        return done.stdout

    def manage(self, *arguments):
        return self.run("manage.py", *arguments)

    def seed(self):
        printed = self.run(HERE / "seed.py")
        return json.loads(printed.splitlines()[-1])

    def _serve(self):
        command = [str(self.python), "-m", "uvicorn", "saleor.asgi:application"]
        options = ["--host", "127.0.0.1", "--port", str(self.port), "--lifespan", "off"]
        with self.log.open("a") as log:
            self.server = subprocess.Popen(
                [*command, *options, "--workers", str(self.workers)],
                cwd=self.folder,
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        self._ends.callback(end, self.server)
        wait_for_port(self.port, self.server)

    @contextlib.contextmanager
    def celery(self):
        """Saleor's worker, with its beat in it."""
        program = [str(self.python), "-m", "celery", "--app", "saleor.celeryconf:app"]
        options = ["--beat", "--pool", "solo", "--loglevel", "info"]
        with self.log.open("a") as log:
            worker = subprocess.Popen(
                [*program, "worker", *options],
                cwd=self.folder,
                env={**self.environment, "CELERY_BROKER_URL": self.redis.url},
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        try:
            yield
        finally:
            end(worker)

    def log_tail(self, lines=25):
        found = self.log.read_text().splitlines()[-lines:]
        return "\n".join(line[:500] for line in found)

    def staff(self):
        return Client(self.url, token=self.seeds["staff_token"])

    def customer(self):
        return Client(self.url, token=self.seeds["customer_token"])

    def shopper(self):
        return Client(self.url)
