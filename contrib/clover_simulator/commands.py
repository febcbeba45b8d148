"""What the control API can change: clock, switches, faults, merchants, webhooks, time."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from clover_simulator import charges, inspection, refunds
from clover_simulator.faults import Fault
from clover_simulator.merchants import Merchant
from clover_simulator.records import JSON, ChargeState, TokenState
from clover_simulator.state import State

Given = Mapping[str, Any]
MERCHANT_FIELDS = frozenset(field.name for field in fields(Merchant)) - {
    "id",
    "inventory",
}


def move_clock(state: State, given: Given) -> JSON:
    """`{"advance": {"minutes": 16}}`, `{"set": time}`, `{"freeze": time or true}`, …."""
    for name, value in given.items():
        if name not in CLOCK_MOVES:
            raise ValueError(f"the clock knows {sorted(CLOCK_MOVES)}")
        try:
            CLOCK_MOVES[name](state, value)
        except (TypeError, OverflowError) as error:
            raise ValueError(str(error)) from None
    return inspection.clock(state)


CLOCK_MOVES: dict[str, Callable[[State, Any], object]] = {
    "advance": lambda state, units: state.clock.advance(**units),
    "set": lambda state, text: state.clock.set(datetime.fromisoformat(text)),
    "freeze": lambda state, text: state.clock.freeze(
        None if text is True else datetime.fromisoformat(text)
    ),
    "resume": lambda state, _: state.clock.resume(),
}


def reset(state: State, given: Given) -> JSON:
    """Forget everything; `seed` changes the ids that follow."""
    seed = given.get("seed")
    state.reset(None if seed is None else str(seed))
    return inspection.overview(state)


def set_switches(state: State, given: Given) -> JSON:
    """Change switches by name."""
    state.switches = state.switches.changed(given)
    return state.switches.as_dict()


def add_fault(state: State, given: Given) -> JSON:
    """Add a rule."""
    rule = Fault.from_json(given)
    state.faults.rules.append(rule)
    return rule.as_dict()


def clear_faults(state: State, given: Given) -> JSON:
    """Drop all rules."""
    state.faults.rules.clear()
    return inspection.faults(state)


def change_merchant(state: State, given: Given) -> JSON:
    """Set a merchant's webhook URL or secret, or change a key: the old one is refused."""
    merchant = state.merchants.get(str(given.get("merchant")))
    if merchant is None:
        raise LookupError("no such merchant")
    changes = {name: value for name, value in given.items() if name != "merchant"}
    if set(changes) - MERCHANT_FIELDS or not all(
        isinstance(v, str) for v in changes.values()
    ):
        raise ValueError(f"a merchant has the text fields {sorted(MERCHANT_FIELDS)}")
    for name, value in changes.items():
        setattr(merchant, name, value)
    return inspection.merchants(state)


def expire(state: State, given: Given) -> JSON:
    """End the life of `what`: sessions, tokens, access_tokens or refresh_tokens."""
    what = str(given.get("what"))
    if what not in EXPIRY:
        raise ValueError(f"what is one of {sorted(EXPIRY)}")
    EXPIRY[what](state)
    return {"expired": what}


def _expire_sessions(state: State) -> None:
    for session in state.ledger.sessions.values():
        session.expires = min(session.expires, state.clock.now())


def _expire_tokens(state: State) -> None:
    for token in state.ledger.tokens.values():
        if token.state is TokenState.FRESH:
            token.state = TokenState.EXPIRED


EXPIRY: dict[str, Callable[[State], None]] = {
    "sessions": _expire_sessions,
    "tokens": _expire_tokens,
    "access_tokens": lambda state: state.oauth.expire_access_tokens(),
    "refresh_tokens": lambda state: state.oauth.expire_refresh_tokens(),
}


def redeliver(state: State, given: Given) -> JSON:
    """Send the webhook with this `number` again."""
    delivery = state.courier.redeliver(_whole(given.get("number")))
    return {"number": delivery.number}


def _whole(value: object) -> int:
    if not isinstance(value, int):
        raise ValueError("number is a whole number")
    return value


def release_webhooks(state: State, given: Given) -> JSON:
    """Send what `webhook_reorder` holds back."""
    state.courier.release()
    return inspection.deliveries(state)


def send_webhook(state: State, given: Given) -> JSON:
    """Send any `event`, signed for `merchant`, as somebody could who knows the secret."""
    merchant = state.merchants.get(str(given.get("merchant")))
    event = given.get("event")
    if merchant is None or not isinstance(event, dict):
        raise ValueError("give the merchant's id and the event")
    state.courier.post(merchant, event)
    return inspection.deliveries(state)


def refund_in_dashboard(state: State, given: Given) -> JSON:
    """Refund a `charge`, past the API, as the merchant does in Clover's dashboard."""
    charge = state.ledger.charges.get(str(given.get("charge")))
    if charge is None or charge.state is ChargeState.DECLINED:
        raise LookupError("no such charge")
    left = (
        charge.amount
        if charge.state is ChargeState.AUTHORIZED
        else refunds.refundable(charge)
    )
    amount = given.get("amount", left)
    if not isinstance(amount, int) or not 0 < amount <= left:
        raise ValueError(f"there are {left} cents left to refund")
    refund = refunds.give_back(state, charge, amount, via="dashboard")
    return {"refund": refund.id, "charge": inspection.charge_entry(charge)}


def set_status(state: State, given: Given) -> JSON:
    """Give a `charge` another `status`, such as a pending one that succeeds."""
    charge = state.ledger.charges.get(str(given.get("charge")))
    if charge is None:
        raise LookupError("no such charge")
    if given.get("status") not in charges.STATUSES:
        raise ValueError(f"status is one of {charges.STATUSES}")
    charge.status = str(given["status"])
    return inspection.charge_entry(charge)
