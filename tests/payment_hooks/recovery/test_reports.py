"""What the command lines print."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from payment_hooks import InvalidRequest, Money
from payment_hooks.recovery import Finding, FindingKind, ReconcileReport
from payment_hooks.recovery.reports import read_moment, reconcile_json, reconcile_table

NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("30m", NOW - timedelta(minutes=30)),
        ("7d", NOW - timedelta(days=7)),
        ("2w", NOW - timedelta(days=14)),
        ("2026-11-01", datetime(2026, 11, 1, tzinfo=UTC)),
        ("2026-11-01T10:00-05:00", datetime(2026, 11, 1, 15, tzinfo=UTC)),
    ],
)
def test_times_are_said_as_people_say_them(text, moment):
    assert read_moment(text, NOW) == moment


@pytest.mark.parametrize("text", ["", "soon", "7 d", "-1d", "2026-13-01"])
def test_what_is_no_time_is_refused(text):
    with pytest.raises(InvalidRequest, match="say 36h"):
        read_moment(text, NOW)


def report(*findings, **changes):
    values = {"since": NOW, "until": NOW, "findings": findings, "compared": 1}
    return ReconcileReport(**values | changes)


def test_columns_are_aligned_and_nothing_is_left_out():
    found = Finding(
        kind=FindingKind.FLAGGED,
        flag="amount_differs",
        transaction_id="ABCDEFGHJKMN1",
        reference="100123",
        payment_id="p1",
        expected=Money(2599, "USD"),
        found=Money(500, "USD"),
    )

    head, row, *rest = reconcile_table(report(found)).splitlines()

    assert row.split() == [
        *("flagged", "amount_differs", "100123", "ABCDEFGHJKMN1"),
        *("25.99", "USD", "5.00", "USD", "p1"),
    ]
    assert head.index("FOUND") == row.index("5.00")
    assert rest[0] == ("1 compared, 0 recovered, 0 recorded, 1 flagged, no money moved")


def test_a_gap_in_the_list_is_said():
    assert "has a gap" in reconcile_table(report(complete=False))
    assert "has a gap" not in reconcile_table(report())


def test_what_cannot_be_compared_is_said_in_place_of_a_gap():
    told = report(complete=False, problems=("provider 'x' has no payment_list",))

    assert "provider 'x' has no payment_list" in reconcile_table(told)
    assert "has a gap" not in reconcile_table(told)
    assert json.loads(reconcile_json(told))["problems"] == list(told.problems)
