"""Set-up may take as long as the machine needs; a test that never ends is ended."""

import os
import subprocess
import sys

from tests.house.project import ROOT

SLOW_SET_UP = """
import time, pytest

@pytest.fixture(scope="session")
def database():
    time.sleep(2.5)

def test_it(database): ...
"""
NEVER_ENDS = "import time\ndef test_it(): time.sleep(600)"


def run(folder, code):
    """What this project's settings make of the test, with a limit of a second."""
    (folder / "test_it.py").write_text(code)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    command += ["-c", str(ROOT / "pyproject.toml"), "--rootdir", str(folder)]
    return subprocess.run(
        [*command, "-o", "timeout=1", "test_it.py"],
        cwd=folder,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_set_up_has_no_limit(tmp_path):
    done = run(tmp_path, SLOW_SET_UP)

    assert "1 passed" in done.stdout, done.stdout + done.stderr


def test_a_test_that_never_ends_is_ended(tmp_path):
    done = run(tmp_path, NEVER_ENDS)

    assert done.returncode != 0
    assert "Timeout" in done.stdout
