"""`POST /v1/charges/finalize_payment`: a charge goes on after a step of 3-D Secure.

No page says what becomes of a call that comes too early, or of a refused shopper: here the
first is refused and the charge waits on, and the second is a decline like any other.
"""

from clover_simulator.api import charges
from clover_simulator.bank import authentication, issuer
from clover_simulator.calls.call import Call
from clover_simulator.state.records import Authentication, Charge, ChargeState
from clover_simulator.traffic.answers import Answer, Refusal, invalid


def finalize(call: Call) -> Answer:
    """The charge, or its next step; the bank's verdict counts, not `flow_status`."""
    charge, known = _find(call)
    if not known.is_step_done:
        raise invalid("The 3-D Secure authentication is not complete.")
    if known.is_refused:
        raise _declined(call, charge)
    known.steps.pop(0)
    known.is_step_done = False
    if not known.steps:
        charges.set_outcome(charge, call.state.switches.charge_status)
    return Answer(body=charges.render(call.state, charge))


def _find(call: Call) -> tuple[Charge, Authentication]:
    charge_id = call.body["charge_id"]
    charge = call.state.ledger.charges.get(charge_id)
    is_ours = charge is not None and charge.merchant_id == call.merchant.id
    if charge is None or not is_ours or charge.state is ChargeState.DECLINED:
        raise charges.not_found(charge_id)
    authentication.end_if_late(call.state, charge)
    if charge.state is not ChargeState.WAITING or charge.authentication is None:
        raise invalid("The charge does not wait for 3-D Secure.")
    return charge, charge.authentication


def _declined(call: Call, charge: Charge) -> Refusal:
    charge.state = ChargeState.DECLINED
    key = call.state.switches.decline_code_key
    details = {key: issuer.DECLINE_CODE, "charge": charge.id}
    message = "3-D Secure authentication failed"
    return Refusal.ecommerce(402, "card_declined", message, details=details)
