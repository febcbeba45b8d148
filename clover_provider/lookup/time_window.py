"""A time window over one of Clover's lists: which rows belong to it, when it ends.

Clover's pages promise no order, and what Clover does with a filter that it does not know
is not written down. So rows are compared with the window here, and a list is left early
only where its own rows show how it is sorted.

Source: "Get charges" and "Paginate requests", docs.clover.com, read 2026-11.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from clover_provider.config.limits import LARGEST_PAGE


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeWindow:
    """From one moment until another, both included; open where one is None."""

    since: datetime | None = None
    until: datetime | None = None

    def contains(self, moment: datetime | None) -> bool:
        """Whether the moment is inside; a row without a time is kept."""
        return moment is None or not (self._is_early(moment) or self._is_late(moment))

    def as_query(self) -> dict[str, str]:
        """The window as Clover's lists under `/v1` take it."""
        limits = {"created.gte": self.since, "created.lte": self.until}
        return {name: milliseconds(moment) for name, moment in limits.items() if moment}

    def as_filters(self) -> list[str]:
        """The window as the platform's lists take it."""
        limits = {">=": self.since, "<=": self.until}
        return [
            f"createdTime{sign}{milliseconds(moment)}"
            for sign, moment in limits.items()
            if moment is not None
        ]

    def _is_early(self, moment: datetime) -> bool:
        return self.since is not None and moment < self.since

    def _is_late(self, moment: datetime) -> bool:
        return self.until is not None and moment > self.until

    def is_before(self, moments: Sequence[datetime]) -> bool:
        """Whether all of these are later than the window."""
        return bool(moments) and all(self._is_late(moment) for moment in moments)

    def is_after(self, moments: Sequence[datetime]) -> bool:
        """Whether all of these are earlier than the window."""
        return bool(moments) and all(self._is_early(moment) for moment in moments)


class SeenRows:
    """What is known of a list's order and of its filter from the rows so far."""

    def __init__(self, window: TimeWindow) -> None:
        self._window = window
        self._count = 0
        self._first: datetime | None = None
        self._last: datetime | None = None
        self._falls = self._rises = True
        self.has_rows_outside = False
        """Whether a row was outside of the window, so that the filter was ignored."""

    def is_past(self, page: Sequence[datetime | None]) -> bool:
        """Whether nothing of the window can follow this page.

        Only if at least a full page of rows was sorted, without one exception, and
        this page is beyond the window as a whole.
        """
        moments = [moment for moment in page if moment is not None]
        for moment in moments:
            self._add(moment)
        if self._count < LARGEST_PAGE or self._first == self._last:
            return False
        return (self._falls and self._window.is_after(moments)) or (
            self._rises and self._window.is_before(moments)
        )

    def _add(self, moment: datetime) -> None:
        if self._last is None:
            self._first = self._last = moment
        self._falls = self._falls and moment <= self._last
        self._rises = self._rises and moment >= self._last
        self._last = moment
        self._count += 1
        self.has_rows_outside = self.has_rows_outside or not self._window.contains(
            moment
        )


def milliseconds(moment: datetime) -> str:
    """The moment as Clover's filters take it."""
    return str(int(moment.timestamp() * 1000))
