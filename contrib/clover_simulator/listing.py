"""Lists as Clover answers them: filters by time, pages by id, one of four envelopes."""

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from operator import ge, gt, le, lt
from typing import Protocol, TypeVar

from clover_simulator.answers import Answer, invalid
from clover_simulator.records import JSON

DEFAULT_LIMIT, HIGHEST_LIMIT = 10, 100
Compare = Callable[[int, int], bool]
COMPARISONS: dict[str, Compare] = {"gt": gt, "gte": ge, "lt": lt, "lte": le}


class Listed(Protocol):
    """What can stand in a list."""

    id: str
    created: datetime


Item = TypeVar("Item", bound=Listed)


def page(
    items: Sequence[Item],
    query: Mapping[str, str],
    render: Callable[[Item], JSON],
    *,
    url: str,
    envelope: str,
) -> Answer:
    """One page of `items`, which come newest first."""
    limit = _limit(query)
    moments = _time_limits(query)
    items = [item for item in items if _is_within(item, moments)]
    items = _after_cursor(items, query)
    backwards = "ending_before" in query and "starting_after" not in query
    shown = items[-limit:] if backwards else items[:limit]
    rows = [render(item) for item in shown]
    return Answer(body=_wrap(rows, url=url, has_more=len(items) > limit, form=envelope))


def _limit(query: Mapping[str, str]) -> int:
    text = query.get("limit", str(DEFAULT_LIMIT))
    if not re.fullmatch(r"[0-9]{1,3}", text) or not 1 <= int(text) <= HIGHEST_LIMIT:
        raise invalid(f"Please provide a limit from 1 to {HIGHEST_LIMIT}.")
    return int(text)


def _time_limits(query: Mapping[str, str]) -> list[tuple[Compare, int]]:
    limits = []
    for name, compare in COMPARISONS.items():
        text = query.get(f"created[{name}]", query.get(f"created.{name}"))
        if text is None:
            continue
        if not re.fullmatch(r"[0-9]{1,15}", text):
            raise invalid("Please provide created as Unix milliseconds.")
        limits.append((compare, int(text)))
    return limits


def _is_within(item: Listed, limits: Sequence[tuple[Compare, int]]) -> bool:
    created = int(item.created.timestamp() * 1000)
    return all(compare(created, moment) for compare, moment in limits)


def _after_cursor(items: list[Item], query: Mapping[str, str]) -> list[Item]:
    ids = [item.id for item in items]
    if (after := query.get("starting_after")) is not None:
        items = items[_position(ids, after) + 1 :]
    elif (before := query.get("ending_before")) is not None:
        items = items[: _position(ids, before)]
    return items


def _position(ids: list[str], wanted: str) -> int:
    if wanted not in ids:
        raise invalid("Please provide a cursor that is in the list.")
    return ids.index(wanted)


def _wrap(rows: list[JSON], *, url: str, has_more: bool, form: str) -> object:
    if form == "bare":
        return rows
    if form == "elements":
        return {"elements": rows}
    if form == "nested":
        return {"object": "list", "data": {"elements": rows}, "has_more": has_more}
    return {"object": "list", "url": url, "data": rows, "has_more": has_more}
