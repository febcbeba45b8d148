"""The platform's `/v3`: a merchant, and its payments, refunds and orders one by one."""

from clover_simulator import forms, platform_rows
from clover_simulator.answers import Answer, Call, Refusal


def merchant(call: Call) -> Answer:
    """`GET /v3/merchants/{mId}`."""
    found = call.merchant
    properties = {"defaultCurrency": found.currency}
    shown = forms.merchant_id(call.state.switches, found.id)
    return Answer(body={"id": shown, "name": found.name, "properties": properties})


def payment(call: Call) -> Answer:
    """`GET /v3/merchants/{mId}/payments/{id}`; a declined attempt reads `FAIL`."""
    books, name = call.state.ledger, call.path["id"]
    paid = books.charges.get(name) or books.counter_payments.get(name)
    if paid is None or paid.merchant_id != call.merchant.id:
        raise _not_found("Payment")
    return Answer(body=platform_rows.payment(call.state, paid, call.expand))


def refund(call: Call) -> Answer:
    """`GET /v3/merchants/{mId}/refunds/{id}`."""
    for found in platform_rows.refunds_of(call.state, call.merchant.id):
        if found.id == call.path["id"]:
            return Answer(body=platform_rows.refund(call.state, found, call.expand))
    raise _not_found("Refund")


def order(call: Call) -> Answer:
    """`GET /v3/merchants/{mId}/orders/{id}`."""
    for found in platform_rows.orders_of(call.state, call.merchant):
        if found.id == call.path["id"]:
            return Answer(body=platform_rows.order(call.state, found, call.expand))
    raise _not_found("Order")


def _not_found(what: str) -> Refusal:
    return Refusal.platform(404, "Not Found", f"{what} not found.")
