"""What a run of the fault tests has to report, and the fixture to add to it.

    def test_ten_thousand_histories(report):
        ...
        report.line("histories", "10,000 histories, 0 violations, 31.2 s")

The lines are printed by section below the matrix: by `make faults` and by any other run
of these tests. `make faults-long` asks for the long variants; see `is_long`.
"""

import os
from collections import defaultdict
from dataclasses import dataclass, field

from tests.faults.matrix import ROWS, Row

VARIABLE = "CLOVER_FAULTS"
"""Unset in `make test`; `table` in `make faults`; `long` in `make faults-long`."""


def is_long() -> bool:
    """Whether the long variants are wanted."""
    return os.environ.get(VARIABLE) == "long"


def is_table_wanted() -> bool:
    """Whether the matrix is printed row by row."""
    return bool(os.environ.get(VARIABLE))


@dataclass(slots=True)
class Tally:
    """What became of the tests of one row."""

    kinds: set[str] = field(default_factory=set)
    passed: int = 0
    failed: int = 0
    seconds: float = 0.0


class Report:
    """Collects lines and the outcomes of the rows."""

    def __init__(self) -> None:
        self.lines: dict[str, list[str]] = defaultdict(list)
        self.tallies: dict[int, Tally] = defaultdict(Tally)

    def line(self, section: str, text: str) -> None:
        """Print this below the matrix, under that heading."""
        self.lines[section].append(text)

    def count(
        self, row: int, kinds: tuple[str, ...], *, passed: bool, seconds: float
    ) -> None:
        """Add one finished test to its row."""
        tally = self.tallies[row]
        tally.seconds += seconds
        if passed:
            tally.passed += 1
            tally.kinds.update(kinds)
        else:
            tally.failed += 1

    def matrix(self) -> list[str]:
        """The table, a line for each row."""
        head = (
            f"{'row':>3}  {'fault':<50}  {'movements':<40}  tests  ok  failed   seconds"
        )
        return [head, *(_format(row, self.tallies[row.number]) for row in ROWS)]

    def summary(self) -> str:
        """The table in one line."""
        tallies = [self.tallies[row.number] for row in ROWS]
        proven = sum(bool(tally.passed and not tally.failed) for tally in tallies)
        tests = sum(tally.passed + tally.failed for tally in tallies)
        failed = sum(tally.failed for tally in tallies)
        seconds = sum(tally.seconds for tally in tallies)
        return (
            f"{proven} of {len(ROWS)} rows hold: {tests} tests, {failed} failed, "
            f"{seconds:.1f} s"
        )


def _format(row: Row, tally: Tally) -> str:
    tests = tally.passed + tally.failed
    return (
        f"{row.number:>3}  {row.name:<50}  {_movements(row, tally):<40}  "
        f"{tests:>5} {tally.passed:>3} {tally.failed:>7} {tally.seconds:>9.2f}"
    )


def _movements(row: Row, tally: Tally) -> str:
    missing = [kind for kind in row.kinds if kind not in tally.kinds]
    if not tally.passed:
        return "NO TEST" if not tally.failed else "FAILED"
    if missing:
        return f"MISSING {' '.join(missing)}"
    return " ".join(row.kinds) or "-"
