"""The frame itself: a fault matrix that says what its tests did, and no more."""

from collections import defaultdict
from importlib import import_module
from pathlib import Path

import pytest

from payment_hooks.model.records import OperationKind
from tests.faults.matrix import KINDS, ROWS
from tests.faults.mutants import MUTANTS
from tests.faults.mutants_of_challenges import CHALLENGE_MUTANTS
from tests.faults.report import Report
from tests.house.project import ROOT


def test_the_matrix_has_its_rows_in_order_and_each_is_another() -> None:
    assert [row.number for row in ROWS] == list(range(1, len(ROWS) + 1))
    assert len({row.name for row in ROWS}) == len(ROWS) >= 49


def test_the_page_and_the_texts_have_the_rows_of_the_matrix() -> None:
    page = (ROOT / "docs/explanation/faults.md").read_text()
    table = [f"| {row.number} | {row.name} | {row.holds} |" for row in ROWS]

    assert [line for line in page.splitlines() if line.startswith("| ")][1:] == table
    assert f"lists {len(ROWS)} of\nthem" in page
    ways = len(MUTANTS + CHALLENGE_MUTANTS)
    assert f"in {ways} ways" in " ".join(page.split())
    assert f"{len(ROWS)} faults" in (ROOT / "README.md").read_text()


def test_a_row_holds_when_its_tests_passed() -> None:
    report = Report()

    report.count(6, KINDS, passed=True, seconds=0.25)

    line = report.matrix()[6]
    assert "authorize capture charge refund void" in line
    assert line.split()[-4:] == ["1", "1", "0", "0.25"]
    assert report.summary().startswith(f"1 of {len(ROWS)} rows hold: 1 tests, 0 failed")


def test_a_movement_without_a_passing_test_is_named() -> None:
    report = Report()

    report.count(6, ("charge", "refund"), passed=True, seconds=0.1)
    report.count(6, ("void",), passed=False, seconds=0.1)

    assert "MISSING authorize capture void" in report.matrix()[6]
    assert report.summary().startswith(f"0 of {len(ROWS)} rows hold: 2 tests, 1 failed")


def test_a_row_without_a_test_is_named() -> None:
    assert "NO TEST" in Report().matrix()[1]


@pytest.mark.matrix(row=0, kinds=("charge", "void"))
def test_a_test_of_a_movement_runs_once_for_each(
    kind: OperationKind, request: pytest.FixtureRequest
) -> None:
    assert kind in ("charge", "void")
    assert request.node.name.endswith(f"[{kind}]")


def marks() -> list[pytest.Mark]:
    """Every `matrix` mark of the tests in this folder."""
    found = []
    for path in sorted(Path(__file__).parent.glob("test_*.py")):
        module = import_module(f"tests.faults.{path.stem}")
        for value in [module, *vars(module).values()]:
            given = getattr(value, "pytestmark", [])
            each = given if isinstance(given, list) else [given]
            found += [mark for mark in each if mark.name == "matrix"]
    return found


def test_every_row_has_a_test_for_every_movement_that_it_can_hit() -> None:
    proven: dict[int, set[str]] = defaultdict(set)
    for mark in marks():
        proven[mark.kwargs["row"]].update(map(str, mark.kwargs.get("kinds", ())))

    untested = [row.number for row in ROWS if row.number not in proven]
    missing = {
        row.number: sorted(set(row.kinds) - proven[row.number])
        for row in ROWS
        if not set(row.kinds) <= proven[row.number]
    }

    assert (untested, missing) == ([], {})


def test_every_mark_names_a_row_and_its_movements() -> None:
    for mark in marks():
        assert mark.kwargs["row"] in range(len(ROWS) + 1)
        assert set(map(str, mark.kwargs.get("kinds", ()))) <= set(KINDS)


def test_the_page_about_faults_says_every_row() -> None:
    page = (Path(__file__).parents[2] / "docs/explanation/faults.md").read_text()

    said = [
        line
        for line in page.splitlines()
        if line.startswith("| ") and line[2].isdigit()
    ]

    assert said == [f"| {row.number} | {row.name} | {row.holds} |" for row in ROWS]
