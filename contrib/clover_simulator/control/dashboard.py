"""Events outside of the API: in the merchant's dashboard, at the counter, at the bank."""

from collections.abc import Mapping
from typing import Any

from clover_simulator.api import charges, orders, refunds
from clover_simulator.control import inspection
from clover_simulator.state.cards import CardOnFile, Outcome
from clover_simulator.state.records import (
    JSON,
    Charge,
    ChargeState,
    CounterPayment,
    Refund,
)
from clover_simulator.state.state import State

Given = Mapping[str, Any]

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
    refund = refunds.record(state, charge, amount, via="dashboard")
    return {"refund": refund.id, "charge": inspection.charge_entry(charge)}


def void_in_dashboard(state: State, given: Given) -> JSON:
    """Void a `charge`, captured or not, as the merchant does on the same day.

    No list has a refund for it; the platform says `VOIDED`.
    """
    charge = _charge(state, given)
    is_open = charge.state in (ChargeState.AUTHORIZED, ChargeState.CAPTURED)
    if not is_open or charge.amount_refunded or charge.amount_refunding:
        raise ValueError("this charge cannot be voided")
    charge.amount_refunded = charge.total if charge.captured else 0
    charge.state = ChargeState.VOIDED
    return inspection.charge_entry(charge)


def void_refund(state: State, given: Given) -> JSON:
    """Void a `refund`: it then returned nothing, and its row says `voided`."""
    refund = _refund(state, given)
    if refund.was_void or not refund.returns_money:
        raise ValueError("this refund cannot be voided")
    refunds.change(state.ledger.charges[refund.charge_id], refund, voided=True)
    return inspection.refund_entry(refund)


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
    charges.set_outcome(charge, str(given["status"]))
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
