"""No card number is in the project but the published test ones."""

import re

from payment_hooks.model.cards import looks_like_card_number
from tests.house.project import ROOT, tracked_files

PUBLISHED_TEST_CARDS = frozenset(
    [
        "4242424242424242",
        "4005578003333335",
        "4005571702222222",
        "4012000033330026",
        "4001230000000129",
        "4811326490014875",
        "4043130007524792",
        "373953192351004",
        "6011000990139424",
        "4761530001111126",
        "5204245250003294",
        "375186917371340",
        "6011000050617475",
        "4264281511117771",
        "5424180273333333",
        "375987654000004",
        "378282246310005",
        "371449635398431",
        "30569309025904",
        "38520000023237",
        "6011361000006668",
        "3566002020360505",
        "4000056655665556",
        "4111111111111111",
        "5555555555554444",
    ]
)
"""Clover's test cards, and two of the networks' that every gateway knows."""
_DIGITS = re.compile(
    r"(?<![0-9A-Za-z.-])[3-6][0-9](?:[ -]?[0-9]){11,17}(?![0-9A-Za-z-])"
)
_NO_CARDS = {
    "uv.lock",
    ".ci/requirements.txt",
    ".ci/requirements-build.txt",
    ".ci/requirements-demo.txt",
    ".ci/requirements-lowest.txt",
}


def test_only_published_test_cards_are_written_down():
    found = []
    for path in tracked_files():
        if str(path.relative_to(ROOT)) in _NO_CARDS:
            continue
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        for match in _DIGITS.findall(text):
            digits = re.sub("[ -]", "", match)
            if looks_like_card_number(digits) and digits not in PUBLISHED_TEST_CARDS:
                found.append((path.relative_to(ROOT), match))

    assert found == []
