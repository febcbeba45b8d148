"""The frame itself: a fault matrix that says what its tests did, and no more."""

import pytest

from tests.faults.matrix import KINDS, ROWS
from tests.faults.report import Report


def test_the_matrix_has_42_rows_in_order():
    assert [row.number for row in ROWS] == list(range(1, 43))
    assert len({row.name for row in ROWS}) == 42


def test_a_row_holds_when_its_tests_passed():
    report = Report()

    report.count(6, KINDS, passed=True, seconds=0.25)

    line = report.matrix()[6]
    assert "authorize capture charge refund void" in line
    assert line.split()[-4:] == ["1", "1", "0", "0.25"]
    assert report.summary().startswith("1 of 42 rows hold: 1 tests, 0 failed")


def test_a_movement_without_a_passing_test_is_named():
    report = Report()

    report.count(6, ("charge", "refund"), passed=True, seconds=0.1)
    report.count(6, ("void",), passed=False, seconds=0.1)

    assert "MISSING authorize capture void" in report.matrix()[6]
    assert report.summary().startswith("0 of 42 rows hold: 2 tests, 1 failed")


def test_a_row_without_a_test_is_named():
    assert "NO TEST" in Report().matrix()[1]


@pytest.mark.matrix(row=0, kinds=("charge", "void"))
def test_a_test_of_a_movement_runs_once_for_each(kind, request):
    assert kind in ("charge", "void")
    assert request.node.name.endswith(f"[{kind}]")
