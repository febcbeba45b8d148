"""What the control API shows: the records and the traffic, without anything secret."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from clover_simulator.calls import redact
from clover_simulator.state import cards, switches
from clover_simulator.state.records import (
    JSON,
    Charge,
    CheckoutSession,
    CounterPayment,
    Refund,
    Token,
)
from clover_simulator.state.state import State

TOKEN_SHOWN_END = 4


def overview(state: State) -> JSON:
    """`GET /_simulator/state`."""
    records = state.ledger
    return {
        "seed": state.seed,
        "clock": state.clock.now().isoformat(),
        "switches": state.switches.as_dict(),
        "faults": [rule.as_dict() for rule in state.faults.rules],
        "counts": {
            "charges": len(records.charges),
            "refunds": len(records.refunds),
            "tokens": len(records.tokens),
            "customers": len(records.customers),
            "orders": len(records.orders),
            "sessions": len(records.sessions),
            "deliveries": len(state.webhooks.deliveries),
            "requests": state.traffic.counts.total(),
        },
    }


def ledger(state: State) -> JSON:
    """`GET /_simulator/ledger`: every record; a declined attempt has status `failed`."""
    records = state.ledger
    return {
        "charges": [charge_entry(charge) for charge in records.charges.values()],
        "counter_payments": [
            counter_entry(paid) for paid in records.counter_payments.values()
        ],
        "refunds": [refund_entry(refund) for refund in records.refunds.values()],
        "tokens": [_token_entry(token) for token in records.tokens.values()],
        "sessions": [_session_entry(session) for session in records.sessions.values()],
        "customers": [
            {"id": c.id, "merchant": c.merchant_id, "cards": len(c.sources)}
            for c in records.customers.values()
        ],
        "orders": [
            {
                "id": o.id,
                "merchant": o.merchant_id,
                "amount": o.amount,
                "amount_paid": o.amount_paid,
                "amount_returned": o.amount_returned,
                "charges": o.charges,
            }
            for o in records.orders.values()
        ],
    }


def charge_entry(charge: Charge) -> JSON:
    """One charge of the ledger."""
    return {
        "id": charge.id,
        "merchant": charge.merchant_id,
        "amount": charge.amount,
        "tip_amount": charge.tip_amount,
        "tax_amount": charge.tax_amount,
        "surcharge": charge.surcharge,
        "currency": charge.currency,
        "captured": charge.captured,
        "amount_captured": charge.amount_captured,
        "amount_refunded": charge.amount_refunded,
        "status": charge.status,
        "state": charge.state,
        "created": _time(charge.created),
        "brand": charge.card.brand,
        "last4": charge.card.last4,
        "order": charge.order_id,
        "idempotency_key": charge.idempotency_key,
        "external_reference_id": charge.external_reference_id,
        "metadata": redact.body(charge.metadata, inside="metadata"),
        "via": charge.via,
        "session": charge.session_id,
    }


def counter_entry(paid: CounterPayment) -> JSON:
    """One payment at the counter."""
    return {
        "id": paid.id,
        "merchant": paid.merchant_id,
        "order": paid.order_id,
        "amount": paid.amount,
        "tip_amount": paid.tip_amount,
        "result": paid.result,
        "created": _time(paid.created),
        "has_card": paid.card is not None,
    }


def refund_entry(refund: Refund) -> JSON:
    """One refund of the ledger."""
    return {
        "id": refund.id,
        "merchant": refund.merchant_id,
        "charge": refund.charge_id,
        "amount": refund.amount,
        "surcharge": refund.surcharge,
        "was_void": refund.was_void,
        "status": refund.status,
        "voided": refund.voided,
        "reason": refund.reason,
        "created": _time(refund.created),
        "idempotency_key": refund.idempotency_key,
        "external_reference_id": refund.external_reference_id,
        "metadata": redact.body(refund.metadata, inside="metadata"),
        "via": refund.via,
    }


def _token_entry(token: Token) -> JSON:
    # Whoever knows a token can charge it, so only its end is shown.
    return {
        "ends_with": token.id[-TOKEN_SHOWN_END:],
        "merchant": token.merchant_id,
        "brand": token.card.brand,
        "last4": token.card.last4,
        "state": token.state,
        "created": _time(token.created),
    }


def _session_entry(session: CheckoutSession) -> JSON:
    return {
        "id": session.id,
        "merchant": session.merchant_id,
        "total": session.total,
        "tax": session.tax,
        "lines": [asdict(line) for line in session.lines],
        "created": _time(session.created),
        "expires": _time(session.expires),
        "charge": session.charge_id,
        "attempts": session.attempts,
    }


def requests(state: State) -> JSON:
    """`GET /_simulator/requests`: how many of each kind, and the last ones, redacted."""
    return {
        "counts": dict(state.traffic.counts),
        "requests": _rows(state.traffic.requests),
    }


def deliveries(state: State) -> JSON:
    """`GET /_simulator/deliveries`: the webhooks, and what they were answered."""
    return {"deliveries": _rows(state.webhooks.deliveries)}


def _rows(records: Iterable[Any]) -> list[JSON]:
    return [
        {
            name: _time(value) if isinstance(value, datetime) else value
            for name, value in asdict(record).items()
        }
        for record in records
    ]


def merchants(state: State) -> JSON:
    """`GET /_simulator/merchants`: with their credentials, which are public."""
    return {"merchants": [asdict(merchant) for merchant in state.merchants]}


def switch_table(state: State) -> JSON:
    """`GET /_simulator/switches`: every switch, its value and its meaning."""
    values = state.switches.as_dict()
    return {
        "switches": [
            asdict(entry) | {"value": values[entry.name]}
            for entry in switches.describe()
        ]
    }


def faults(state: State) -> JSON:
    """`GET /_simulator/faults`: the rules and how often they struck; declines to come."""
    return {
        "faults": [rule.as_dict() for rule in state.faults.rules],
        "declines": state.faults.declines,
    }


def published_cards(state: State) -> JSON:
    """`GET /_simulator/cards`: the card numbers that Clover publishes for tests."""
    rows = [
        {"number": card.number, "brand": card.brand, "outcome": card.outcome}
        for card in cards.CARDS.values()
    ]
    return {"cards": rows}


def clock(state: State) -> JSON:
    """`GET /_simulator/clock`."""
    return {"now": state.clock.now().isoformat()}


def _time(moment: datetime) -> str:
    return moment.isoformat()
