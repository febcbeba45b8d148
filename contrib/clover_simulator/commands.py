"""What the control API can change: clock, switches, faults, merchants, webhooks, time."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any

from clover_simulator import charges, inspection, orders, refunds
from clover_simulator.cards import CardOnFile, Outcome
from clover_simulator.faults import Fault
from clover_simulator.merchants import Merchant
from clover_simulator.records import (
    JSON,
    Charge,
    ChargeState,
    CounterPayment,
    Refund,
    TokenState,
)
from clover_simulator.state import State

Given = Mapping[str, Any]
MERCHANT_FIELDS = frozenset(field.name for field in fields(Merchant)) - {
    "id",
    "inventory",
}

COUNTER_RESULTS = (
    "SUCCESS",
    "FAIL",
    "AUTH",
    "AUTH_COMPLETED",
    "INITIATED",
    "PENDING",
    "VOIDED",
    "VOIDING",
    "VOID_FAILED",
)
COUNTER_CARD = CardOnFile(
    brand="VISA",
    first6="424242",
    last4="4242",
    exp_month="12",
    exp_year="2099",
    outcome=Outcome.APPROVED,
)


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


def _whole(value: object, name: str = "number") -> int:
    if not isinstance(value, int):
        raise ValueError(f"{name} is a whole number")
    return value


def release_webhooks(state: State, given: Given) -> JSON:
    """Send what `webhook_reorder` holds back."""
    state.courier.release()
    return inspection.deliveries(state)


def change_next_webhooks(state: State, given: Given) -> JSON:
    """Let `switches` of webhooks hold for the next `count` payments only."""
    changes, count = given.get("switches"), _whole(given.get("count"), "count")
    if not isinstance(changes, dict):
        raise ValueError("give the switches as an object")
    state.courier.change_next(count, changes)
    return {"count": count, "switches": changes}


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
    charge = _charge(state, given)
    if charge.status != "succeeded":
        raise ValueError("the charge has not succeeded")
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


def add_counter_payment(state: State, given: Given) -> JSON:
    """A payment at the counter, with `result`, `amount`, `tip_amount`, and a `card` or not.

    `result` is one of `COUNTER_RESULTS`; `merchant` is the first one if not given.
    """
    merchant = state.merchants.get(str(given.get("merchant", _first_id(state))))
    if merchant is None:
        raise LookupError("no such merchant")
    result = str(given.get("result", "SUCCESS"))
    if result not in COUNTER_RESULTS:
        raise ValueError(f"result is one of {COUNTER_RESULTS}")
    paid = CounterPayment(
        id=state.ids.object_id("counter_payment"),
        merchant_id=merchant.id,
        order_id=state.ids.object_id("counter_order"),
        amount=_cents(given.get("amount", 0)),
        tip_amount=_cents(given.get("tip_amount", 0)),
        result=result,
        created=state.clock.now(),
        card=COUNTER_CARD if given.get("card", True) else None,
    )
    state.ledger.counter_payments[paid.id] = paid
    return inspection.counter_entry(paid)


def _first_id(state: State) -> str:
    return state.merchants.first().id


def _cents(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError("amounts are whole cents")
    return value


def set_status(state: State, given: Given) -> JSON:
    """Give a `charge` another `status`, such as a pending one that succeeds."""
    charge = _charge(state, given)
    if given.get("status") not in charges.STATUSES:
        raise ValueError(f"status is one of {charges.STATUSES}")
    if charge.state is ChargeState.VOIDED or charge.refund_ids:
        raise ValueError("the charge was voided or refunded: its status is final")
    charges.settle(charge, str(given["status"]))
    order = state.ledger.orders.get(charge.order_id)
    if order is not None:
        orders.recount(state, order)
    return inspection.charge_entry(charge)


def set_refund_status(state: State, given: Given) -> JSON:
    """Give a `refund` another `status`, such as a pending one that fails."""
    refund = _refund(state, given)
    if given.get("status") not in refunds.STATUSES:
        raise ValueError(f"status is one of {refunds.STATUSES}")
    charge = state.ledger.charges[refund.charge_id]
    refunds.change(charge, refund, status=str(given["status"]))
    return inspection.refund_entry(refund)


def void_refund(state: State, given: Given) -> JSON:
    """Take a `refund` back: it then gave nothing back, and its row says `voided`."""
    refund = _refund(state, given)
    if refund.was_void or not refund.gives_back:
        raise ValueError("this refund cannot be voided")
    refunds.change(state.ledger.charges[refund.charge_id], refund, voided=True)
    return inspection.refund_entry(refund)


def void_in_dashboard(state: State, given: Given) -> JSON:
    """Void a `charge`, captured or not, as the merchant does on the same day.

    No refund stands in any list for it; the platform says `VOIDED`.
    """
    charge = _charge(state, given)
    is_open = charge.state in (ChargeState.AUTHORIZED, ChargeState.CAPTURED)
    if not is_open or charge.amount_refunded or charge.amount_refunding:
        raise ValueError("this charge cannot be voided")
    charge.amount_refunded = charge.total if charge.captured else 0
    charge.state = ChargeState.VOIDED
    return inspection.charge_entry(charge)


def _charge(state: State, given: Given) -> Charge:
    charge = state.ledger.charges.get(str(given.get("charge")))
    if charge is None or charge.state is ChargeState.DECLINED:
        raise LookupError("no such charge")
    return charge


def _refund(state: State, given: Given) -> Refund:
    refund = state.ledger.refunds.get(str(given.get("refund")))
    if refund is None:
        raise LookupError("no such refund")
    return refund
