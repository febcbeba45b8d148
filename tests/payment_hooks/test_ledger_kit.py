"""The kit finds what is wrong with a ledger, and nothing wrong with a right one."""

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.payment_hooks.broken_ledgers import FOUND_BY

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory):
    """For each ledger the checks which failed, from one run of pytest over all."""
    folder = tmp_path_factory.mktemp("kit")
    (folder / "pytest.ini").write_text("[pytest]\naddopts = -p no:django\n")
    report = folder / "report.xml"
    command = [sys.executable, "-m", "pytest", HERE / "broken_ledgers.py", "-q"]
    subprocess.run(
        [*command, "-c", folder / "pytest.ini", f"--junitxml={report}", "--tb=no"],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        check=False,
        timeout=100,
    )
    failed = {}
    for case in ElementTree.parse(report).iter("testcase"):
        name = case.attrib["classname"].rsplit(".Test", 1)[-1]
        bad = case.find("failure") is not None or case.find("error") is not None
        failed.setdefault(name, []).extend([case.attrib["name"]] if bad else [])
    return failed


def test_a_right_ledger_passes(verdicts):
    assert verdicts["Correct"] == []


@pytest.mark.parametrize("broken", FOUND_BY)
def test_a_broken_ledger_fails(verdicts, broken):
    assert FOUND_BY[broken] in verdicts[broken]


def test_every_broken_ledger_was_judged(verdicts):
    assert set(verdicts) == {"Correct", *FOUND_BY}
