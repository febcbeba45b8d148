"""Set-up may take as long as the machine needs; a test that never ends is ended."""

import ast
import os
import subprocess
import sys

from hypothesis import HealthCheck, settings

from tests.house.project import ROOT, tracked_files

SLOW_SET_UP = """
import time, pytest

@pytest.fixture(scope="session")
def database():
    time.sleep(2.5)

def test_it(database): ...
"""
FEW_SECONDS = 10
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


def is_clock(node):
    """Whether this is a call of a clock, such as `time.monotonic()`."""
    name = getattr(getattr(node, "func", None), "attr", "") or getattr(
        getattr(node, "func", None), "id", ""
    )
    return isinstance(node, ast.Call) and name in {"monotonic", "perf_counter", "time"}


def tight_bounds(tree):
    """Lines that say of a measured time that it is below a number of few seconds."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Compare) and isinstance(node.left, ast.BinOp):
            most = node.comparators[0]
            is_few = isinstance(most, ast.Constant) and most.value < FEW_SECONDS
            is_upper = isinstance(node.ops[0], ast.Lt | ast.LtE)
            if is_clock(node.left.left) and is_upper and is_few:
                yield node.lineno


def test_a_tight_bound_is_found():
    tree = ast.parse(
        "assert time.monotonic() - began < 2\nassert monotonic() - b <= 99"
    )

    assert list(tight_bounds(tree)) == [1]


def test_no_test_is_against_the_clock_of_a_fast_machine():
    found = [
        f"{path.relative_to(ROOT)}:{line}"
        for path in tracked_files()
        if path.suffix == ".py" and path.is_relative_to(ROOT / "tests")
        for line in tight_bounds(ast.parse(path.read_text()))
    ]

    assert found == [], "say what the promise is with tests.patience.ends_in_time"


def test_no_generated_example_has_a_time_limit():
    assert settings.default.deadline is None
    assert HealthCheck.too_slow in settings.default.suppress_health_check
