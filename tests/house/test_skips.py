"""In CI a skipped test is a failed one, however it was skipped."""

import os
import shutil
import subprocess
import sys

import pytest

from tests.house.project import ROOT

SKIPS = {
    "call": "import pytest\ndef test_it(): pytest.skip('no tool')",
    "mark": "import pytest\n@pytest.mark.skip('no tool')\ndef test_it(): ...",
    "fixture": (
        "import pytest\n"
        "@pytest.fixture\ndef tool(): pytest.skip('no tool')\n"
        "def test_it(tool): ..."
    ),
    "module": "import pytest\npytest.importorskip('no_such_tool')",
}


def run(folder, code, **environment):
    (folder / "test_it.py").write_text(code)
    shutil.copy(ROOT / "tests/conftest.py", folder)
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "."],
        cwd=folder,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("way", SKIPS)
def test_a_skip_fails_in_ci(way, tmp_path):
    done = run(tmp_path, SKIPS[way], CI="true")

    assert done.returncode != 0
    assert "which CI does not allow" in done.stdout


def test_a_skip_is_a_skip_elsewhere(tmp_path):
    done = run(tmp_path, SKIPS["call"], CI="")

    assert "1 skipped" in done.stdout


def test_an_expected_failure_is_no_skip(tmp_path):
    code = "import pytest\n@pytest.mark.xfail\ndef test_it(): assert False"

    done = run(tmp_path, code, CI="true")

    assert "1 xfailed" in done.stdout
