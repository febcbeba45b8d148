"""Payments, refunds and orders as the platform writes them, with what is expanded.

The payments of a merchant are those of the web and those of the counter: one list holds
both, and an order holds each.
"""

from collections import defaultdict
from collections.abc import Set
from dataclasses import dataclass, field
from datetime import datetime

from clover_simulator.rows import surcharges
from clover_simulator.state.clock import milliseconds
from clover_simulator.state.merchants import Merchant
from clover_simulator.state.records import (
    JSON,
    Charge,
    ChargeState,
    CounterPayment,
    Refund,
)
from clover_simulator.state.state import State

LONGEST_NESTED_LIST = 100
"""Nested lists are cut there and have no pages ("Add pagination requests")."""
RESULTS = {
    ChargeState.DECLINED: "FAIL",
    ChargeState.FAILED: "FAIL",
    ChargeState.PENDING: "PENDING",
    ChargeState.WAITING: "PENDING",
    ChargeState.VOIDED: "VOIDED",
}
OPEN_RESULTS = frozenset({"AUTH", "INITIATED", "PENDING"})
Paid = Charge | CounterPayment


@dataclass(slots=True, kw_only=True)
class PlatformOrder:
    """What the platform keeps of one sale: its payments, oldest last."""

    id: str
    currency: str
    payments: list[Paid] = field(default_factory=list)

    @property
    def created(self) -> datetime:
        """When the first payment was made."""
        return min(paid.created for paid in self.payments)


def payments_of(state: State, merchant_id: str) -> list[Paid]:
    """The merchant's payments, newest first; an attempt that was declined is none."""
    counter = state.ledger.counter_payments.values()
    found: list[Paid] = [
        *state.ledger.charges_of(merchant_id),
        *(paid for paid in reversed(counter) if paid.merchant_id == merchant_id),
    ]
    return sorted(found, key=lambda paid: paid.created, reverse=True)


def orders_of(state: State, merchant: Merchant) -> list[PlatformOrder]:
    """The merchant's orders, newest first."""
    by_order: defaultdict[str, list[Paid]] = defaultdict(list)
    for paid in payments_of(state, merchant.id):
        by_order[paid.order_id].append(paid)
    return [
        PlatformOrder(
            id=order_id,
            currency=getattr(payments[0], "currency", merchant.currency),
            payments=payments,
        )
        for order_id, payments in by_order.items()
    ]


def refunds_of(state: State, merchant_id: str) -> list[Refund]:
    """The merchant's refunds, newest first; one that has not succeeded is none."""
    return [
        refunded
        for refunded in state.ledger.refunds_of(merchant_id)
        if refunded.status == "succeeded"
    ]


def payment(state: State, paid: Paid, expand: Set[str]) -> JSON:
    """The payment object with those of its parts that are in `expand`."""
    result, amount = _result(paid)
    return {
        "id": paid.id,
        "result": result,
        "amount": amount,
        "tipAmount": paid.tip_amount,
        "taxAmount": paid.tax_amount,
        "createdTime": milliseconds(paid.created),
        "order": {"id": paid.order_id},
    } | _parts(state, paid, expand)


def _result(paid: Paid) -> tuple[str, int]:
    if isinstance(paid, CounterPayment):
        return paid.result, paid.amount
    taken = paid.amount_captured if paid.captured else paid.amount
    return RESULTS.get(paid.state, "SUCCESS"), taken


def _parts(state: State, paid: Paid, expand: Set[str]) -> JSON:
    card = _card_transaction(paid)
    parts: JSON = {
        "refunds": _nested(
            [refund(state, row, set()) for row in _returned(state, paid)]
        ),
        "additionalCharges": _nested(
            surcharges.of_charge(paid) if isinstance(paid, Charge) else []
        ),
    }
    if card:
        parts["cardTransaction"] = card
    return {name: part for name, part in parts.items() if name in expand}


def _card_transaction(paid: Paid) -> JSON:
    if isinstance(paid, Charge):
        was_authorized = paid.was_authorization
        is_open = paid.state is ChargeState.AUTHORIZED
        known = {"authCode": paid.auth_code, "referenceId": paid.ref_num}
    else:
        was_authorized = paid.result.startswith("AUTH")
        is_open = paid.result in OPEN_RESULTS
        known = {}
    if paid.card is None:
        return {}
    return {
        "cardType": paid.card.brand,
        "first6": paid.card.first6,
        "last4": paid.card.last4,
        **known,
        "type": "PREAUTH" if was_authorized else "AUTH",
        "state": "PENDING" if is_open else "CLOSED",
    }


def _returned(state: State, paid: Paid) -> list[Refund]:
    if isinstance(paid, CounterPayment):
        return []
    rows = map(state.ledger.refunds.__getitem__, paid.refund_ids)
    return [row for row in rows if row.status == "succeeded"]


def refund(state: State, refunded: Refund, expand: Set[str]) -> JSON:
    """The refund object with those of its parts that are in `expand`."""
    charge = state.ledger.charges[refunded.charge_id]
    rendered: JSON = {
        "id": refunded.id,
        "amount": refunded.amount,
        "createdTime": milliseconds(refunded.created),
        "payment": {"id": charge.id},
        "orderRef": {"id": charge.order_id},
        "voided": refunded.voided,
    }
    if "additionalCharges" in expand:
        rows = surcharges.of_refund(charge, refunded)
        rendered["additionalCharges"] = _nested(rows)
    return rendered


def order(state: State, found: PlatformOrder, expand: Set[str]) -> JSON:
    """The order object with those of its parts that are in `expand`.

    What is expanded of its payments is named after a dot: Clover's reference writes
    `payment.cardTransaction`, and shops in production `payments.cardTransaction`.
    """
    inner = {
        name.partition(".")[2]
        for name in expand
        if name.startswith(("payment.", "payments."))
    }
    returned = [row for paid in found.payments for row in _returned(state, paid)]
    parts = {
        "payments": [payment(state, paid, inner) for paid in found.payments],
        "refunds": [refund(state, row, set()) for row in returned],
        "lineItems": _lines(state, found),
    }
    rendered: JSON = {
        "id": found.id,
        "currency": found.currency,
        "createdTime": milliseconds(found.created),
        "total": sum(paid.amount for paid in found.payments),
    }
    return rendered | {
        name: _nested(rows) for name, rows in parts.items() if name in expand
    }


def _lines(state: State, found: PlatformOrder) -> list[JSON]:
    shows_notes = state.switches.hosted_notes
    lines = [
        line
        for paid in found.payments
        if isinstance(paid, Charge) and paid.session_id is not None
        for line in state.ledger.sessions[paid.session_id].lines
    ]
    return [
        {"name": line.name, "price": line.price}
        | ({"note": line.note} if line.note and shows_notes else {})
        for line in lines
    ]


def _nested(rows: list[JSON]) -> JSON:
    return {"elements": rows[:LONGEST_NESTED_LIST]}
