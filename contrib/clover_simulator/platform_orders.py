"""The platform's list of orders, with the payments and lines they hold."""

import re
from collections import defaultdict
from collections.abc import Callable
from operator import ge, gt, le, lt

from clover_simulator import platform_api
from clover_simulator.answers import Answer, Call, Refusal
from clover_simulator.clock import milliseconds
from clover_simulator.records import JSON, Charge

DEFAULT_LIMIT, HIGHEST_LIMIT = 100, 1000
FILTER = re.compile(r"createdTime(>=|<=|>|<)([0-9]{1,15})")
COMPARISONS: dict[str, Callable[[int, int], bool]] = {
    ">=": ge,
    "<=": le,
    ">": gt,
    "<": lt,
}


def list_page(call: Call) -> Answer:
    """`GET /v3/merchants/{mId}/orders`, filtered by `createdTime`, newest first."""
    orders = [order for order in _orders(call) if _passes(order, call.filters)]
    limit, offset = _number(call, "limit", DEFAULT_LIMIT), _number(call, "offset", 0)
    if limit > HIGHEST_LIMIT:
        raise Refusal.platform(400, f"Limit is at most {HIGHEST_LIMIT}.")
    return Answer(body={"elements": orders[offset : offset + limit]})


def _number(call: Call, name: str, default: int) -> int:
    text = call.query.get(name, str(default))
    if not re.fullmatch(r"[0-9]{1,9}", text):
        raise Refusal.platform(400, f"Please provide a valid {name}.")
    return int(text)


def _orders(call: Call) -> list[JSON]:
    by_order: defaultdict[str, list[Charge]] = defaultdict(list)
    for charge in call.state.ledger.charges_of(call.merchant.id):
        by_order[charge.order_id].append(charge)
    return [_render(call, order_id, charges) for order_id, charges in by_order.items()]


def _passes(order: JSON, filters: tuple[str, ...]) -> bool:
    for text in filters:
        found = FILTER.fullmatch(text)
        if found is None:
            raise Refusal.platform(400, f"Unknown filter {text}.")
        if not COMPARISONS[found[1]](order["createdTime"], int(found[2])):
            return False
    return True


def _render(call: Call, order_id: str, charges: list[Charge]) -> JSON:
    expand = call.query.get("expand", "").split(",")
    parts: dict[str, list[JSON]] = {
        "payments": [_payment(charge, expand) for charge in charges],
        "refunds": [
            refund
            for charge in charges
            for refund in platform_api.render_refunds(call, charge)
        ],
        "lineItems": _lines(call, charges),
    }
    order: JSON = {
        "id": order_id,
        "currency": charges[0].currency,
        "createdTime": min(milliseconds(charge.created) for charge in charges),
        "total": sum(charge.amount for charge in charges),
    }
    return order | {
        name: {"elements": rows} for name, rows in parts.items() if name in expand
    }


def _payment(charge: Charge, expand: list[str]) -> JSON:
    rendered = platform_api.render(charge)
    if "payment.cardTransaction" not in expand:
        del rendered["cardTransaction"]
    return rendered


def _lines(call: Call, charges: list[Charge]) -> list[JSON]:
    shows_notes = call.state.switches.hosted_notes
    lines = [
        line
        for charge in charges
        if charge.session_id is not None
        for line in call.state.ledger.sessions[charge.session_id].lines
    ]
    return [
        {"name": line.name, "price": line.price}
        | ({"note": line.note} if line.note and shows_notes else {})
        for line in lines
    ]
