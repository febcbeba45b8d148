"""What the control API changes of the simulator: clock, switches, faults, webhooks, …."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from clover_simulator.control import inspection
from clover_simulator.state.merchants import Merchant
from clover_simulator.state.records import (
    JSON,
    TokenState,
)
from clover_simulator.state.state import State
from clover_simulator.traffic.faults import Fault

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
    """Drop all rules, and the declines that were ordered."""
    state.faults.clear()
    return inspection.faults(state)


def decline_next(state: State, given: Given) -> JSON:
    """Let the bank decline the next `count` cards, whichever they are."""
    count = _whole(given.get("count"), "count")
    if count < 0:
        raise ValueError("count is not negative")
    state.faults.declines = count
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
    "access_tokens": lambda state: state.grants.expire_access_tokens(),
    "refresh_tokens": lambda state: state.grants.expire_refresh_tokens(),
}


def redeliver(state: State, given: Given) -> JSON:
    """Send the webhook with this `number` again."""
    delivery = state.webhooks.redeliver(_whole(given.get("number")))
    return {"number": delivery.number}


def _whole(value: object, name: str = "number") -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise ValueError(f"{name} is a whole number")
    return value


def release_webhooks(state: State, given: Given) -> JSON:
    """Send what `webhook_reorder` holds back."""
    state.webhooks.release()
    return inspection.deliveries(state)


def change_next_webhooks(state: State, given: Given) -> JSON:
    """Let `switches` of webhooks hold for the next `count` payments only."""
    changes, count = given.get("switches"), _whole(given.get("count"), "count")
    if not isinstance(changes, dict):
        raise ValueError("give the switches as an object")
    state.webhooks.change_next(count, changes)
    return {"count": count, "switches": changes}


def send_webhook(state: State, given: Given) -> JSON:
    """Send any `event`, signed for `merchant`, as anyone who knows the secret could."""
    merchant = state.merchants.get(str(given.get("merchant")))
    event = given.get("event")
    if merchant is None or not isinstance(event, dict):
        raise ValueError("give the merchant's id and the event")
    state.webhooks.post(merchant, event)
    return inspection.deliveries(state)
