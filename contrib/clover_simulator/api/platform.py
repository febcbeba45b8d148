"""The platform's `/v3`: a merchant, and its payments, refunds and orders.

Lists are filtered by `createdTime`. Clover answers with 90 days at most, and its pages
describe it in three ways; each is a switch. Source: "Apply filters to API requests",
docs.clover.com, read 2026-11: a longer range is narrowed to its most recent 90 days.
"""

import re
from collections.abc import Callable, Sequence
from datetime import timedelta
from operator import ge, gt, le, lt

from clover_simulator.calls import listing
from clover_simulator.calls.call import Call
from clover_simulator.calls.listing import Item
from clover_simulator.rows import platform_rows
from clover_simulator.state import forms
from clover_simulator.state.clock import milliseconds
from clover_simulator.state.records import JSON
from clover_simulator.traffic.answers import Answer, Refusal

DEFAULT_LIMIT, HIGHEST_LIMIT = 100, 1000
WINDOW = timedelta(days=90)
FILTER = re.compile(r"createdTime(>=|<=|>|<)([0-9]{1,13})")
Compare = Callable[[int, int], bool]
COMPARISONS: dict[str, Compare] = {">=": ge, "<=": le, ">": gt, "<": lt}
Limit = tuple[Compare, int]


def merchant(call: Call) -> Answer:
    """`GET /v3/merchants/{mId}`."""
    found = call.merchant
    properties = {"defaultCurrency": found.currency}
    shown = forms.merchant_id(call.state.switches, found.id)
    return Answer(body={"id": shown, "name": found.name, "properties": properties})


def payment(call: Call) -> Answer:
    """`GET /v3/merchants/{mId}/payments/{id}`; a declined attempt reads `FAIL`."""
    ledger, name = call.state.ledger, call.path["id"]
    paid = ledger.charges.get(name) or ledger.counter_payments.get(name)
    if paid is None or paid.merchant_id != call.merchant.id:
        raise _not_found("Payment")
    return Answer(body=platform_rows.payment(call.state, paid, call.expand))


def refund(call: Call) -> Answer:
    """`GET /v3/merchants/{mId}/refunds/{id}`."""
    for found in platform_rows.refunds_of(call.state, call.merchant.id):
        if found.id == call.path["id"]:
            return Answer(body=platform_rows.refund(call.state, found, call.expand))
    raise _not_found("Refund")


def order(call: Call) -> Answer:
    """`GET /v3/merchants/{mId}/orders/{id}`."""
    for found in platform_rows.orders_of(call.state, call.merchant):
        if found.id == call.path["id"]:
            return Answer(body=platform_rows.order(call.state, found, call.expand))
    raise _not_found("Order")


def _not_found(what: str) -> Refusal:
    return Refusal.platform(404, "Not Found", f"{what} not found.")


def payments(call: Call) -> Answer:
    """`GET /v3/merchants/{mId}/payments`, the counter's among them."""
    rows = platform_rows.payments_of(call.state, call.merchant.id)
    return _page(
        call, rows, lambda row: platform_rows.payment(call.state, row, call.expand)
    )


def refunds(call: Call) -> Answer:
    """`GET /v3/merchants/{mId}/refunds`."""
    rows = platform_rows.refunds_of(call.state, call.merchant.id)
    return _page(
        call, rows, lambda row: platform_rows.refund(call.state, row, call.expand)
    )


def orders(call: Call) -> Answer:
    """`GET /v3/merchants/{mId}/orders`; an order is as old as its first payment."""
    rows = platform_rows.orders_of(call.state, call.merchant)
    return _page(
        call, rows, lambda row: platform_rows.order(call.state, row, call.expand)
    )


def _page(call: Call, rows: Sequence[Item], render: Callable[[Item], JSON]) -> Answer:
    limits = _within_window(call, [_read(text) for text in call.filters])
    limit, offset = _number(call, "limit", DEFAULT_LIMIT), _number(call, "offset", 0)
    if limit > HIGHEST_LIMIT:
        raise Refusal.platform(400, f"Limit is at most {HIGHEST_LIMIT}.")
    found = [row for row in rows if listing.is_within(row, limits)]
    shown = listing.arrange(call.state, found)[offset : offset + limit]
    return Answer(body={"elements": [render(row) for row in shown]})


def _read(text: str) -> Limit:
    found = FILTER.fullmatch(text)
    if found is None:
        raise Refusal.platform(400, f"Unknown filter {text}.")
    return COMPARISONS[found[1]], int(found[2])


def _within_window(call: Call, limits: list[Limit]) -> list[Limit]:
    """`limits`, and the 90 days as the switch reads them."""
    reading, now = call.state.switches.platform_window, call.state.clock.now()
    ends = [moment for compare, moment in limits if compare in (le, lt)]
    starts = [moment for compare, moment in limits if compare in (ge, gt)]
    if reading == "refused" and starts and max(starts) < milliseconds(now - WINDOW):
        raise Refusal.platform(400, "Filters by createdTime reach 90 days back.")
    if reading == "narrowed":
        end = min([*ends, milliseconds(now)])
        return [*limits, (ge, end - WINDOW // timedelta(milliseconds=1))]
    if reading == "recent":
        return [*limits, (ge, milliseconds(now - WINDOW))]
    return limits


def _number(call: Call, name: str, default: int) -> int:
    text = call.query.get(name, str(default))
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise Refusal.platform(400, f"Please provide a valid {name}.")
    return int(text)
