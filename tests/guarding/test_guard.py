"""A test run that is killed leaves no server behind."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.clover_django import postgres as postgresql
from tests.clover_django.postgres import postgres  # noqa: F401 - a fixture
from tests.clover_sqlalchemy import mariadb as mariadbs
from tests.clover_sqlalchemy.mariadb import mariadb  # noqa: F401 - a fixture
from tests.house.project import ROOT

RUN = """
import sys, time
sys.path.insert(0, {root!r})
from {module} import Server, find_programs
server = Server(find_programs())
server.start()
print(server.folder, flush=True)
time.sleep(600)
"""


@pytest.mark.parametrize("kind", [postgresql, mariadbs], ids=["postgres", "mariadb"])
def test_a_killed_run_leaves_no_server_and_no_folder(kind, request):
    request.getfixturevalue("postgres" if kind is postgresql else "mariadb")
    code = RUN.format(root=str(ROOT), module=kind.__name__)
    with subprocess.Popen(
        [sys.executable, "-c", code], stdout=subprocess.PIPE, text=True
    ) as run:
        folder = Path(run.stdout.readline().strip())
        pid = int(next(folder.rglob("*pid")).read_text().split()[0])

        run.send_signal(signal.SIGKILL)

    wait_until(lambda: not folder.exists())
    wait_until(lambda: has_ended(pid))


def has_ended(pid):
    try:
        return "Z" in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2]
    except FileNotFoundError:
        return True


def wait_until(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)
