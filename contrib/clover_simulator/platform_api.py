"""The platform's `/v3`, as far as payments are read back through it."""

from clover_simulator.answers import Answer, Call, Refusal
from clover_simulator.clock import milliseconds
from clover_simulator.records import JSON, Charge, ChargeState

RESULTS = {
    ChargeState.DECLINED: "FAIL",
    ChargeState.FAILED: "FAIL",
    ChargeState.PENDING: "PENDING",
    ChargeState.VOIDED: "VOIDED",
}


def merchant(call: Call) -> Answer:
    """`GET /v3/merchants/{mId}`."""
    found = call.merchant
    properties = {"defaultCurrency": found.currency}
    return Answer(body={"id": found.id, "name": found.name, "properties": properties})


def payment(call: Call) -> Answer:
    """`GET /v3/merchants/{mId}/payments/{id}`; a declined attempt reads `FAIL`."""
    charge = call.state.ledger.charges.get(call.path["id"])
    if charge is None or charge.merchant_id != call.merchant.id:
        raise Refusal.platform(404, "Not Found", "Payment not found.")
    rendered = render(charge)
    if "refunds" in call.query.get("expand", ""):
        rendered["refunds"] = {"elements": render_refunds(call, charge)}
    return Answer(body=rendered)


def render(charge: Charge) -> JSON:
    """The payment object."""
    taken = charge.amount_captured if charge.captured else charge.amount
    return {
        "id": charge.id,
        "result": RESULTS.get(charge.state, "SUCCESS"),
        "amount": taken,
        "tipAmount": charge.tip_amount,
        "taxAmount": charge.tax_amount,
        "createdTime": milliseconds(charge.created),
        "order": {"id": charge.order_id},
        "cardTransaction": {
            "cardType": charge.card.brand,
            "first6": charge.card.first6,
            "last4": charge.card.last4,
            "authCode": charge.auth_code,
            "referenceId": charge.ref_num,
            "type": "PREAUTH" if charge.was_authorization else "AUTH",
            "state": "PENDING" if charge.state is ChargeState.AUTHORIZED else "CLOSED",
        },
    }


def render_refunds(call: Call, charge: Charge) -> list[JSON]:
    """The refunds of a payment; one that has not succeeded is not among them."""
    return [
        {
            "id": refund.id,
            "amount": refund.amount,
            "createdTime": milliseconds(refund.created),
            "payment": {"id": charge.id},
            "voided": refund.voided,
        }
        for refund in map(call.state.ledger.refunds.__getitem__, charge.refund_ids)
        if refund.status == "succeeded"
    ]
