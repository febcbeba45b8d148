"""`/v1/refunds`: refund a charge, or release an authorisation in full."""

from datetime import timedelta

from clover_simulator.api import captures, charges
from clover_simulator.calls import listing
from clover_simulator.calls.call import Call
from clover_simulator.rows import refund_rows, surcharges
from clover_simulator.state.records import Charge, ChargeState, Refund
from clover_simulator.state.state import State
from clover_simulator.traffic.answers import Answer, Refusal, invalid, unprocessed

TOO_MUCH = (
    "This refund would make the order's total refunded amount greater than the original "
    "order's amount."
)


STATUSES = ("succeeded", "pending", "failed", "canceled")


def create(call: Call) -> Answer:
    """`POST /v1/refunds`; on an uncaptured charge this is the void."""
    charge = charges.find(call, call.body["charge"])
    if charge is None:
        raise unprocessed("Not Found", status=404)
    if charge.via == "order":
        raise invalid(
            "Payments of an order are returned with POST /v1/orders/{id}/returns."
        )
    amount = _amount(call.state, charge, call.body.get("amount"))
    asked = call.simulated("status")
    status = asked if asked in STATUSES else call.state.switches.refund_status
    refund = record(call.state, charge, amount, status=status)
    refund.reason = call.body.get("reason")
    refund.external_reference_id = call.body.get("external_reference_id")
    refund.metadata = call.body.get("metadata", {})
    refund.idempotency_key = call.idempotency_key
    return Answer(body=refund_rows.render(refund))


def _amount(state: State, charge: Charge, asked: int | None) -> int:
    _check_age(state, charge)
    if charge.state is ChargeState.VOIDED:
        raise _already_refunded()
    if charge.state is ChargeState.AUTHORIZED:
        return _void_amount(state, charge, asked)
    if charge.status != "succeeded":
        raise unprocessed("A charge that has not succeeded cannot be refunded.")
    left = refundable(charge)
    if left <= 0:
        raise _already_refunded()
    if asked is not None and asked > left:
        raise unprocessed(TOO_MUCH)
    amount = left if asked is None else asked
    if amount < left:
        _check_divisible(state, charge)
    return amount


def _check_divisible(state: State, charge: Charge) -> None:
    has_extras = charge.tax_amount or charge.tip_amount
    if has_extras and state.switches.refuse_partial_refund_with_tax:
        raise unprocessed("A charge with tax or tip can be refunded in full only.")
    if _units(state, charge) > 1 and state.switches.refuse_partial_refund_of_lines:
        raise unprocessed("A charge with several lines can be refunded in full only.")


def _units(state: State, charge: Charge) -> int:
    """What the order counts as lines: Clover splits a quantity into single ones."""
    session = state.ledger.sessions.get(charge.session_id or "")
    return sum(line.quantity for line in session.lines) if session else 1


def _check_age(state: State, charge: Charge) -> None:
    wait = timedelta(seconds=state.switches.refund_wait_seconds)
    if state.clock.now() < charge.created + wait:
        raise unprocessed("Not Found", status=404)


def _void_amount(state: State, charge: Charge, asked: int | None) -> int:
    if captures.is_expired(state, charge):
        raise unprocessed("The authorization has expired.")
    if asked not in (None, charge.amount, charge.total):
        raise unprocessed("Unable to process partial void transaction")
    return charge.amount


def _already_refunded() -> Refusal:
    return invalid("The charge is already refunded.", "charge_already_refunded")


def refundable(charge: Charge) -> int:
    """What is left to refund of a captured charge."""
    paid = charge.amount_captured + charge.tip_amount
    return paid - charge.amount_refunded - charge.amount_refunding


def record(
    state: State,
    charge: Charge,
    amount: int,
    *,
    via: str = "api",
    status: str = "succeeded",
) -> Refund:
    """Record the refund, or the void if nothing was captured."""
    was_void = charge.state is ChargeState.AUTHORIZED
    left = refundable(charge)
    refund = Refund(
        id=state.ids.object_id("refund"),
        merchant_id=charge.merchant_id,
        charge_id=charge.id,
        amount=amount,
        created=state.clock.now(),
        surcharge=0 if was_void else surcharges.part_of(state, charge, amount, left),
        was_void=was_void,
        status=status,
        auth_code="OK" + state.ids.digits("auth_code", 4),
        ref_num=state.ids.digits("ref_num", 12),
        via=via,
    )
    state.ledger.refunds[refund.id] = refund
    charge.refund_ids.append(refund.id)
    _count(charge, refund, 1)
    return refund


def change(
    charge: Charge,
    refund: Refund,
    *,
    status: str | None = None,
    voided: bool | None = None,
) -> None:
    """Give a refund another status, or void it; what its charge has left follows."""
    _count(charge, refund, -1)
    refund.status = refund.status if status is None else status
    refund.voided = refund.voided if voided is None else voided
    _count(charge, refund, 1)


def _count(charge: Charge, refund: Refund, sign: int) -> None:
    if refund.was_void and refund.returns_money:
        charge.state = ChargeState.VOIDED if sign > 0 else ChargeState.AUTHORIZED
    elif refund.returns_money:
        charge.amount_refunded += sign * refund.amount
        charge.surcharge_returned += sign * refund.surcharge
    elif refund.status == "pending" and not refund.was_void:
        charge.amount_refunding += sign * refund.amount
        charge.surcharge_returned += sign * refund.surcharge


def retrieve(call: Call) -> Answer:
    """`GET /v1/refunds/{id}`."""
    refund = call.state.ledger.refunds.get(call.path["id"])
    if refund is None or refund.merchant_id != call.merchant.id:
        raise unprocessed("Not Found", status=404)
    return Answer(body=refund_rows.render(refund))


def list_page(call: Call) -> Answer:
    """`GET /v1/refunds`."""
    rows = call.state.ledger.refunds_of(call.merchant.id)
    if (charge_id := call.query.get("charge")) is not None:
        rows = [refund for refund in rows if refund.charge_id == charge_id]
    is_bare = call.state.switches.refund_rows == "bare"
    render = refund_rows.render_bare if is_bare else refund_rows.render
    return listing.page(call, rows, render, url="/v1/refunds", filters={"charge"})
