"""Nothing that is written down turns wrong on a day of the next five years.

A card that has expired, or a moment to come that has passed, breaks a copied example or
a test on a day when nobody changed a thing. What is past is past for ever: a card that
must have expired may carry an old year, and a recording its date.
"""

import re
from datetime import UTC, date, datetime, timedelta

import pytest

from tests.house.project import ROOT, tracked_files

GENERATED = ("uv.lock", ".ci/requirements")
RECORDED = {
    "tests/house/test_dates.py": "what this page itself must find",
}
"""Files with a date that must stay as it is, and why."""
HORIZON = timedelta(days=5 * 366)
CARD_WORDS = re.compile(r"exp|CARD_DATE|card.date", re.IGNORECASE)
CARD_YEARS = [
    re.compile(r"exp_?year\\?[\"']?\)?[\"' :=,]{1,4}(\d{4}|\d\d)\b", re.IGNORECASE),
    re.compile(r"(?<![\d/])(?:0?[1-9]|1[0-2]) ?/ ?(\d{4}|\d\d)(?![\d/%])"),
    re.compile(r"[\"'](?:0[1-9]|1[0-2])(\d\d)[\"']"),
    re.compile(r"[\"'](?:0[1-9]|1[0-2])[\"'], ?[\"'](\d{4}|\d\d)[\"']"),
]
DATES = [
    re.compile(r"\b(20\d\d)-([01]\d)-([0-3]\d)(?![\d-])"),
    re.compile(r"\b(?:date|datetime)\((20\d\d), ?(\d\d?), ?(\d\d?)\b"),
]


def card_years(line):
    """The years in which a card of this line expires."""
    if not CARD_WORDS.search(line):
        return
    for pattern in CARD_YEARS:
        for year in pattern.findall(line):
            yield int(year) if len(year) == 4 else 2000 + int(year)


def moments(line):
    """The days that are written in this line."""
    for year in card_years(line):
        if 2000 <= year <= 2099:
            yield date(year, 12, 31)
    for pattern in DATES:
        for parts in pattern.findall(line):
            try:
                yield date(*map(int, parts))
            except ValueError:
                continue  # no day at all, such as a month 13: it never comes


def passes_soon(line, today):
    """Whether a day of this line is to come, and passes within five years."""
    return any(today < day <= today + HORIZON for day in moments(line))


def lines():
    """Every line of the project that a person wrote, and where it is."""
    for path in tracked_files():
        name = str(path.relative_to(ROOT))
        if name.startswith(GENERATED) or name in RECORDED:
            continue
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            yield f"{name}:{number}", line


def test_no_date_passes_within_five_years():
    today = datetime.now(UTC).date()

    found = [where for where, line in lines() if passes_soon(line, today)]

    assert found == [], "write 2099, a day relative to today, or one that is past"


@pytest.mark.parametrize(
    "line",
    [
        'CardDetails(number=N, exp_month=12, exp_year=2030, cvc="123")',
        '{"exp_month": "12", "exp_year": "2030"}',
        '"{\\"expMonth\\": 12, \\"expYear\\": 2030}"',
        'page.fill("[name=card_expiry]", "12/30")',
        '"CARD_DATE": "1230",',
        'EXPIRY = ("12", "2030")',
        '"exp": ["12/2030"],',
        'assert (saved.exp_month, saved.exp_year) == ("12", "30")',
        'freeze("2028-01-01T00:00:00Z")',
        "until = datetime(2029, 6, 1, tzinfo=UTC)",
    ],
)
def test_each_way_to_write_such_a_date_is_found(line):
    assert passes_soon(line, date(2026, 6, 1))


@pytest.mark.parametrize(
    "line",
    [
        'CardDetails(number=N, exp_month=12, exp_year=2099, cvc="123")',
        '"CARD_DATE": "12/99"',
        'pay_hosted(href, exp="01/20")',
        "created = datetime(2026, 1, 1, tzinfo=UTC)",
        '("2026-13-01", "expects a day")',
        "12/30 of the pages",
    ],
)
def test_what_is_far_or_past_is_left_alone(line):
    assert not passes_soon(line, date(2026, 6, 1))
