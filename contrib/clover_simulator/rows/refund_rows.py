"""How a refund reads: alone, in a list, on its charge."""

from clover_simulator.state.clock import milliseconds
from clover_simulator.state.records import JSON, Charge, Refund
from clover_simulator.state.state import State


def render(refund: Refund) -> JSON:
    """The refund object; `voided` is there only if it was."""
    gateway = {
        "refundType": "PREAUTH" if refund.was_void else "AUTH",
        "authCode": refund.auth_code,
        "gatewayResponseCode": "000",
        "refNum": refund.ref_num,
    }
    optional = {
        "reason": refund.reason,
        "external_reference_id": refund.external_reference_id,
        "voided": refund.voided or None,
    }
    return {
        "id": refund.id,
        "object": "refund",
        "amount": refund.amount,
        "charge": refund.charge_id,
        "created": milliseconds(refund.created),
        "status": refund.status,
        "metadata": refund.metadata | gateway,
    } | {name: value for name, value in optional.items() if value is not None}


def render_bare(refund: Refund) -> JSON:
    """The row of the one list that was recorded: it names neither charge nor status."""
    return {
        "inReportingPeriod": False,
        "amount": refund.amount,
        "id": refund.id,
        "voided": refund.voided,
    }


def of_charge(state: State, charge: Charge) -> JSON:
    """The charge's `refunds`: the newest ones; none where there are none to show.

    Source: "Get a list of refunds", Clover Ecommerce API reference, read 2026-11: the ten
    most recent ones appear on the charge.
    """
    limit = state.switches.charge_refunds
    newest = charge.refund_ids[::-1][:limit]
    if not newest:
        return {}
    return {
        "refunds": {
            "object": "list",
            "data": [render(state.ledger.refunds[name]) for name in newest],
            "has_more": len(charge.refund_ids) > limit,
        }
    }
