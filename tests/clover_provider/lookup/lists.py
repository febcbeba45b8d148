"""A list of Clover's behind a transport, as awkward as its pages allow."""

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

from clover_provider.wire.json_strict import read_json
from clover_provider.wire.message import Answer, Call

Row = dict[str, object]


def milliseconds(moment: datetime) -> int:
    """The moment as Clover writes it."""
    return int(moment.timestamp() * 1000)


@dataclass(kw_only=True)
class ListTransport:
    """Answers `GET /v1/charges` and `GET /v1/refunds` page by page.

    The defaults are what Clover's pages say: filters with a dot, and a page which begins
    with the row that its cursor names.
    """

    rows: Mapping[str, Sequence[Row]]
    """The rows of each path, newest first."""
    filters: str = "honoured"
    """honoured, ignored or refused (400)."""
    order: str = "newest_first"
    """newest_first, oldest_first or shuffled."""
    inclusive: bool = True
    has_more: str = "said"
    """said, missing, always or never."""
    calls: list[Call] = field(default_factory=list)
    _sorted: dict[tuple[str, ...], list[Row]] = field(default_factory=dict)

    def send(self, call: Call) -> Answer:
        """One page, parsed as the real transport does."""
        self.calls.append(call)
        parts = urlsplit(call.url)
        query = {name: found[0] for name, found in parse_qs(parts.query).items()}
        limits = {name: query.pop(name) for name in list(query) if "created" in name}
        if limits and self.filters == "refused":
            body = {"error": {"code": "parameter_unknown", "message": "created"}}
            return Answer(
                call=call, status=400, body=read_json(json.dumps(body).encode())
            )
        key = (parts.path, *limits.values())
        if key not in self._sorted:
            self._sorted[key] = list(self._ordered(parts.path, limits))
        return Answer(call=call, status=200, body=self._page(self._sorted[key], query))

    def count(self, path: str = "") -> int:
        """How many calls were made, of that path or of any."""
        return sum(path in call.url for call in self.calls)

    def _ordered(self, path: str, limits: Mapping[str, str]) -> Iterator[Row]:
        rows = list(self.rows.get(path, ()))
        if self.order == "oldest_first":
            rows.reverse()
        elif self.order == "shuffled":
            random.Random(7).shuffle(rows)
        for row in rows:
            if self.filters == "ignored" or _is_within(row, limits):
                yield row

    def _page(self, rows: list[Row], query: Mapping[str, str]) -> object:
        after = query.get("starting_after")
        if after is not None:
            at = next(n for n, row in enumerate(rows) if row["id"] == after)
            rows = rows[at if self.inclusive else at + 1 :]
        limit = int(query.get("limit", "10"))
        said = {
            "said": len(rows) > limit,
            "missing": None,
            "always": True,
            "never": False,
        }
        body: Row = {"object": "list", "data": rows[:limit]}
        if said[self.has_more] is not None:
            body["has_more"] = said[self.has_more]
        return read_json(json.dumps(body).encode())


def _is_within(row: Row, limits: Mapping[str, str]) -> bool:
    created = row["created"]
    assert isinstance(created, int)
    return created >= int(limits.get("created.gte", 0)) and created <= int(
        limits.get("created.lte", 10**15)
    )
