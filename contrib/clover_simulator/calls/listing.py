"""Lists as Clover's `/v1` answers them: filters by time, pages by id, four envelopes.

Source: "Paginate requests" and "Get a list of charges", docs.clover.com, read 2026-11.
"""

import hashlib
import hmac
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from operator import eq, ge, gt, le, lt
from typing import Protocol, TypeVar

from clover_simulator.calls.call import Call
from clover_simulator.state.records import JSON
from clover_simulator.state.state import State
from clover_simulator.traffic.answers import Answer, invalid

DEFAULT_LIMIT, HIGHEST_LIMIT = 10, 100
Compare = Callable[[int, int], bool]
COMPARISONS: dict[str, Compare] = {"gt": gt, "gte": ge, "lt": lt, "lte": le}
TIME_FILTERS: dict[str, Compare] = {"created": eq} | {
    f"created.{name}": compare for name, compare in COMPARISONS.items()
}
KNOWN = frozenset({"limit", "starting_after", "ending_before", "expand", *TIME_FILTERS})
"""What every list under `/v1` takes; `created[gte]` is on none of Clover's pages."""
TIME_FORMS = ("%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H%M%S", "%Y-%m-%d")


class Listed(Protocol):
    """What can be in a list."""

    @property
    def id(self) -> str:
        """Its id."""
        ...

    @property
    def created(self) -> datetime:
        """When it was made."""
        ...


Item = TypeVar("Item", bound=Listed)


def page(
    call: Call,
    items: Sequence[Item],
    render: Callable[[Item], JSON],
    *,
    url: str,
    filters: Iterable[str] = (),
) -> Answer:
    """One page of `items`, which come newest first.

    Args:
        call: the request.
        items: all that may be listed.
        render: writes one row.
        url: the list's path, which the answer repeats.
        filters: the parameters of this list alone.
    """
    switches = call.state.switches
    _check_names(call, KNOWN.union(filters))
    limit = _limit(call.query)
    moments = _time_limits(call)
    found = [item for item in items if is_within(item, moments)]
    found = arrange(call.state, found)
    inclusive = switches.list_cursors == "inclusive"
    found, shown = _cut(found, call.query, limit, inclusive=inclusive)
    rows = [render(item) for item in shown]
    form = switches.list_envelope
    return Answer(body=_wrap(rows, url=url, has_more=len(found) > limit, form=form))


def _check_names(call: Call, known: frozenset[str]) -> None:
    unknown = call.query.keys() - known
    if unknown and call.state.switches.unknown_parameters == "refuse":
        raise invalid(f"Unknown parameter {min(unknown)}.")


def _limit(query: Mapping[str, str]) -> int:
    text = query.get("limit", str(DEFAULT_LIMIT))
    if not re.fullmatch(r"[0-9]{1,3}", text) or not 1 <= int(text) <= HIGHEST_LIMIT:
        raise invalid(f"Please provide a limit from 1 to {HIGHEST_LIMIT}.")
    return int(text)


def _time_limits(call: Call) -> list[tuple[Compare, int]]:
    way = call.state.switches.time_filters
    given = [name for name in TIME_FILTERS if name in call.query]
    if given and way == "refused":
        raise invalid("This list is not filtered by created.")
    if way == "ignored":
        return []
    return [(TIME_FILTERS[name], _milliseconds(call.query[name])) for name in given]


def _milliseconds(text: str) -> int:
    if re.fullmatch(r"[0-9]{1,15}", text):
        return int(text)
    for form in TIME_FORMS:
        try:
            moment = datetime.strptime(text, form).replace(tzinfo=UTC)
        except ValueError:
            continue
        return int(moment.timestamp() * 1000)
    raise invalid("Please provide created as Unix milliseconds or a date.")


def is_within(item: Listed, limits: Sequence[tuple[Compare, int]]) -> bool:
    """Whether `item` was made within all `limits`, in Unix milliseconds."""
    created = int(item.created.timestamp() * 1000)
    return all(compare(created, moment) for compare, moment in limits)


def arrange(state: State, items: Sequence[Item]) -> list[Item]:
    """`items`, newest first, in the order that the switch `list_order` wants.

    The shuffled one is the same every time, or no cursor would lead anywhere.
    """
    order = state.switches.list_order
    if order == "shuffled":
        seed = state.seed.encode()
        return sorted(
            items,
            key=lambda item: hmac.digest(seed, item.id.encode(), hashlib.sha256),
        )
    return list(reversed(items)) if order == "oldest_first" else list(items)


def _cut(
    items: list[Item], query: Mapping[str, str], limit: int, *, inclusive: bool
) -> tuple[list[Item], list[Item]]:
    """What lies beyond the cursor, and the page of it.

    Clover's page lets both cursors begin their page with the object they name; the one
    of `ending_before` then walks back through the list.
    """
    ids = [item.id for item in items]
    if (after := query.get("starting_after")) is not None:
        items = items[_position(ids, after) + (not inclusive) :]
    elif (before := query.get("ending_before")) is not None:
        items = items[: _position(ids, before) + inclusive]
        if not inclusive:
            return items, items[-limit:]
        items = items[::-1]
    return items, items[:limit]


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
