"""Oscar as it is deployed: four gunicorn workers on a PostgreSQL, and browsers."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from pathlib import Path

import psycopg
import requests

from tests.clover_oscar.shopper import Shopper
from tests.clover_oscar.workers.sabotage import AT_WORK

ROOT = Path(__file__).parents[3]
WORKERS = 4
PRODUCTS = 20
PATIENCE = 120


@dataclass(frozen=True)
class Product:
    pk: int


@dataclass(frozen=True)
class Answer:
    """What a browser got; the worker's process died when the status is 0."""

    status_code: int
    url: str = ""
    worker: str = ""
    text: str = ""


DIED = Answer(0)


class Browser:
    """As much of `django.test.Client` as a shopper needs, over HTTP."""

    def __init__(self, base, cookies=()):
        self.base = base
        self.http = requests.Session()
        self.http.trust_env = False
        self.http.cookies.update(cookies)

    def get(self, path, follow=False):
        return self._ask("GET", path, allow_redirects=follow)

    def post(self, path, data):
        token = self.http.cookies.get("csrftoken", "")
        headers = {"X-CSRFToken": token}
        return self._ask(
            "POST", path, data=data, headers=headers, allow_redirects=False
        )

    def deliver(self, body, signature):
        """Bring a webhook, as Clover does."""
        headers = {"Content-Type": "application/json", "Clover-Signature": signature}
        return self._ask("POST", "/clover/webhook/", data=body, headers=headers)

    def ask(self, path, document, variables):
        """A GraphQL operation."""
        sent = {"query": document, "variables": variables}
        return self._ask("POST", path, json=sent)

    def another_tab(self):
        return Browser(self.base, self.http.cookies)

    def _ask(self, method, path, **options):
        try:
            answer = self.http.request(
                method, self.base + path, timeout=PATIENCE, **options
            )
        except requests.ConnectionError:
            return DIED
        location = answer.headers.get("location", "").removeprefix(self.base)
        worker = answer.headers.get("x-worker", "")
        return Answer(answer.status_code, location, worker, answer.text)


class Shop:
    """One shop with its own database, folder and processes."""

    workers = WORKERS
    _gunicorn = None

    def __init__(self, folder, database, clover):
        self.folder, self.database = folder, database
        given = {"database": database, "clover": clover}
        (folder / "settings.json").write_text(json.dumps(given))
        self.environ = {
            **os.environ,
            "CLOVER_TEST_FOLDER": str(folder),
            "DJANGO_SETTINGS_MODULE": "tests.clover_oscar.workers.many_workers_settings",
            "PYTHONPATH": os.pathsep.join(
                str(ROOT / name) for name in ("", "hooks", "contrib")
            ),
        }

    def start(self):
        self._run("-m", "tests.clover_oscar.workers.many_workers_app", str(PRODUCTS))
        self._products = iter(self.query("SELECT id FROM catalogue_product"))
        listening = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.base = f"http://127.0.0.1:{listening.getsockname()[1]}"
        self._gunicorn = self._serve(listening)
        listening.close()
        at_once(3 * self.workers, lambda _: Browser(self.base).get("/basket/"))

    def stop(self):
        if self._gunicorn is None:
            return
        self._gunicorn.terminate()
        self._gunicorn.wait(PATIENCE)

    def browser(self):
        return Browser(self.base)

    def shopper(self):
        """A guest at the payment step, with one product of their own."""
        shopper = Shopper(Browser(self.base))
        shopper.client.get("/basket/")
        shopper.product = Product(next(self._products)[0])
        shopper.reach_payment(shopper.product)
        return shopper

    def command(self, *arguments):
        """A management command in a process of its own: its exit code and output."""
        return self._run("-m", "django", *arguments, "--skip-checks", check=False)

    def query(self, sql, *values):
        with psycopg.connect(self._dsn, autocommit=True) as connection:
            cursor = connection.execute(sql, values)
            return cursor.fetchall() if cursor.description else []

    def break_with(self, name):
        (self.folder / name).touch()

    def mend(self, name):
        (self.folder / name).unlink(missing_ok=True)

    def mails(self, number):
        """How many mails named the order with this number."""
        texts = [path.read_text() for path in (self.folder / "mails").glob("*")]
        return sum(
            bool(re.search(rf"^Subject: .*{number}", text, re.M)) for text in texts
        )

    def kill_who_works(self):
        """SIGKILL to the worker that handles a request now; gunicorn makes another."""
        (mark,) = self.folder.glob(f"{AT_WORK}*")
        os.kill(int(mark.name.removeprefix(AT_WORK)), signal.SIGKILL)
        mark.unlink()

    @property
    def _dsn(self):
        names = {"NAME": "dbname", "USER": "user", "HOST": "host"}
        return " ".join(f"{new}={self.database[old]}" for old, new in names.items())

    def _serve(self, listening):
        options = ["--workers", str(self.workers), "--preload", "--timeout", "60"]
        options += ["--bind", f"fd://{listening.fileno()}", "--log-level", "warning"]
        app = "tests.clover_oscar.workers.many_workers_app:application"
        with (self.folder / "log").open("w") as log:
            return subprocess.Popen(
                [sys.executable, "-W", "ignore", "-m", "gunicorn", *options, app],
                cwd=ROOT,
                env=self.environ,
                pass_fds=[listening.fileno()],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def _run(self, *arguments, check=True):
        done = subprocess.run(
            [sys.executable, "-W", "ignore", *arguments],
            cwd=ROOT,
            env=self.environ,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )
        assert done.returncode == 0 or not check, done.stderr[-2000:]
        return done


def at_once(count, act):
    """What `act` gives when it is called so many times at the same moment."""
    start, answers = threading.Barrier(count), []

    def run(number):
        start.wait()
        answers.append(act(number))

    threads = [threading.Thread(target=run, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def wait_for(condition):
    deadline = time.monotonic() + PATIENCE
    while not (found := condition()):
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.01)
    return found
