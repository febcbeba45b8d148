"""The kit finds what is wrong with a provider, and nothing wrong with a right one."""

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from payment_hooks.testing import ProviderKit
from tests.payment_hooks.testing.broken_providers import FOUND_BY

PROVIDERS = Path(__file__).parent / "broken_providers.py"


@pytest.fixture(scope="module")
def verdicts(tmp_path_factory):
    """For each provider the checks which failed, of the whole kit."""
    folder = tmp_path_factory.mktemp("kit")
    (folder / "pytest.ini").write_text("[pytest]\naddopts = -p no:django\n")
    report = folder / "report.xml"
    command = [sys.executable, "-m", "pytest", PROVIDERS, "-c", folder / "pytest.ini"]
    subprocess.run(
        [*command, f"--junitxml={report}", "--tb=no"],
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


def test_a_right_provider_passes(verdicts):
    assert verdicts["Correct"] == []


def test_a_provider_without_cards_on_file_passes(verdicts):
    assert verdicts["WithoutCardsOnFile"] == []


def test_a_provider_that_only_retrieves_passes(verdicts):
    assert verdicts["WithoutLists"] == []


def test_a_provider_that_says_what_it_lacks_passes(verdicts):
    assert verdicts["Honest"] == []


def test_a_provider_that_does_not_describe_itself_passes(verdicts):
    assert verdicts["Plain"] == []


def test_a_provider_that_cannot_end_a_challenge_and_says_so_passes(verdicts):
    assert verdicts["EndsNoChallenge"] == []


@pytest.mark.parametrize("broken", FOUND_BY)
def test_a_broken_provider_fails(verdicts, broken):
    assert FOUND_BY[broken] in verdicts[broken]


def test_no_more_than_a_few_checks_blame_one_fault(verdicts):
    assert {name for name, failed in verdicts.items() if len(failed) > 20} == set()


def test_there_is_a_broken_provider_for_every_room_of_the_kit():
    rooms = {
        room.__name__
        for room in ProviderKit.__mro__
        for check in FOUND_BY.values()
        if check in vars(room)
    }

    assert rooms == {room.__name__ for room in ProviderKit.__bases__}
