"""`POST /v1/charges/{id}/capture`: capture what was authorized, once."""

from datetime import timedelta

from clover_simulator.api import charges
from clover_simulator.calls.call import Call
from clover_simulator.state.records import Charge, ChargeState
from clover_simulator.state.state import State
from clover_simulator.traffic.answers import Answer, invalid, unprocessed

DAYS_BY_BRAND = {"VISA": 7, "MC": 30}
OTHER_BRANDS_DAYS = 7


def create(call: Call) -> Answer:
    """Capture all of the authorisation or a part; the rest is released."""
    charges.require_shopper_address(call)
    charge = _find(call)
    _check_capturable(call, charge)
    amount = call.body.get("amount", charge.amount)
    if amount * 100 > charge.amount * call.state.switches.capture_limit_percent:
        raise invalid("Please provide a valid amount.", "invalid_charge_amount")
    charge.state, charge.amount_captured = ChargeState.CAPTURED, amount
    charge.metadata = charge.metadata | call.body.get("metadata", {})
    answer = charges.render_read(call.state, charge)
    return Answer(body=answer)


def _find(call: Call) -> Charge:
    charge = charges.find(call, call.path["id"])
    if charge is None:
        raise invalid("Please provide a valid charge id.")
    return charge


def _check_capturable(call: Call, charge: Charge) -> None:
    if not charge.was_authorization or charge.status != "succeeded":
        raise unprocessed("Invalid request: cannot capture a non AUTH payment")
    if charge.state is ChargeState.CAPTURED:
        raise invalid("The charge is already captured.", "charge_already_captured")
    if charge.state is ChargeState.VOIDED:
        raise invalid("The charge is already refunded.", "charge_already_refunded")
    if is_expired(call.state, charge):
        message = "The authorization has expired."
        raise invalid(message, "charge_expired_for_capture")


def is_expired(state: State, charge: Charge) -> bool:
    """Whether an authorisation is too old to be captured."""
    brand_days = DAYS_BY_BRAND.get(charge.card.brand, OTHER_BRANDS_DAYS)
    lifetime = timedelta(days=state.switches.authorization_days or brand_days)
    is_open = charge.state is ChargeState.AUTHORIZED
    return is_open and state.clock.now() >= charge.created + lifetime
