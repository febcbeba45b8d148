"""The kit finds what is wrong with a ledger, and nothing wrong with a right one."""

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from payment_hooks.testing import LedgerKit
from tests.payment_hooks.testing.broken_ledgers import FOUND_BY

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
        timeout=300,
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


ONE_PART_FIRST = """
from payment_hooks.testing.ledger_checks.records import make_payment
import pytest
from payment_hooks.testing import FakeProvider, LedgerKit
from payment_hooks import MemoryLedger

class Deaf(MemoryLedger):
    def get_payment(self, payment_id):
        return None

class TestDeaf(LedgerKit):
    @pytest.fixture
    def ledger(self):
        return Deaf()
"""


def test_a_failed_check_shows_both_sides_whatever_was_imported_first(tmp_path):
    (tmp_path / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\n")
    (tmp_path / "test_deaf.py").write_text(ONE_PART_FIRST)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:django", "-x"]

    done = subprocess.run(
        [*command, "-k", "test_a_payment_comes_back_as_it_went_in"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert "assert None == Payment(payment_id='p1'" in done.stdout
