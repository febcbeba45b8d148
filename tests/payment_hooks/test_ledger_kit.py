"""The kit finds what is wrong with a ledger, and nothing wrong with a right one."""

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from payment_hooks.testing import LedgerKit
from tests.payment_hooks.broken_ledgers import FOUND_BY

LEDGERS = Path(__file__).parent / "broken_ledgers.py"


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory):
    """For each ledger the checks which failed.

    The right one goes through the whole kit, a broken one through the check that is to
    find it.
    """
    folder = tmp_path_factory.mktemp("kit")
    (folder / "pytest.ini").write_text("[pytest]\naddopts = -p no:django\n")
    report = folder / "report.xml"
    checks = [f"{LEDGERS}::Test{name}::{check}" for name, check in FOUND_BY.items()]
    command = [sys.executable, "-m", "pytest", f"{LEDGERS}::TestCorrect", *checks]
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
    assert verdicts[broken] == [FOUND_BY[broken]]


def test_there_is_a_broken_ledger_for_every_room_of_the_kit():
    rooms = {
        room.__name__
        for room in LedgerKit.__mro__
        for check in FOUND_BY.values()
        if check.split("[")[0] in vars(room)
    }

    assert rooms == {room.__name__ for room in LedgerKit.__bases__}
