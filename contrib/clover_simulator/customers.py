"""`/v1/customers`: shoppers with their cards on file."""

from clover_simulator import tokens
from clover_simulator.answers import Answer, Call, Refusal, invalid
from clover_simulator.charges import milliseconds
from clover_simulator.records import JSON, Customer, Token, TokenState

ECHOED = ("firstName", "lastName", "name", "phone", "shipping")


def create(call: Call) -> Answer:
    """`POST /v1/customers`; a source is saved and becomes multi-pay."""
    source = _source_to_save(call)
    customer = Customer(
        id=call.state.ids.object_id("customer"),
        merchant_id=call.merchant.id,
        email=call.body["email"],
        created=call.state.clock.now(),
    )
    call.state.ledger.customers[customer.id] = customer
    return _save(call, customer, source)


def update(call: Call) -> Answer:
    """`PUT /v1/customers/{id}`; the new card becomes the default one."""
    customer = _find(call)
    source = _source_to_save(call)
    if source is not None and source.id in customer.sources.values():
        message = "The card is already saved for this customer."
        raise Refusal.ecommerce(
            409, "invalid_request", message, kind="invalid_request_error"
        )
    customer.email = call.body["email"]
    return _save(call, customer, source)


def _source_to_save(call: Call) -> Token | None:
    if "source" not in call.body:
        return None
    token = tokens.usable(call, call.body["source"])
    if call.state.switches.cvc_check == "fail":
        raise invalid("CVV could not be verified", "invalid_cvc")
    return token


def _save(call: Call, customer: Customer, source: Token | None) -> Answer:
    customer.echo |= {name: call.body[name] for name in ECHOED if name in call.body}
    if source is not None:
        source.state, source.kind = TokenState.MULTIPAY, "MULTIPAY"
        customer.sources[call.state.ids.object_id("card")] = source.id
    return Answer(body=_render(call, customer))


def delete_source(call: Call) -> Answer:
    """`DELETE /v1/customers/{id}/sources/{source}`."""
    customer, card = _find(call), call.path["source"]
    if card not in customer.sources:
        message = f"Card with id {card} not found."
        raise Refusal.ecommerce(404, "resource_missing", message)
    token = customer.sources.pop(card)
    call.state.ledger.tokens[token].state = TokenState.SPENT
    return Answer(body={"deleted": True, "id": card, "object": "deletedcard"})


def _find(call: Call) -> Customer:
    customer = call.state.ledger.customers.get(call.path["id"])
    if customer is None or customer.merchant_id != call.merchant.id:
        message = f"Customer with id {call.path['id']} not found."
        raise Refusal.ecommerce(404, "resource_missing", message)
    return customer


def _render(call: Call, customer: Customer) -> JSON:
    return {
        "id": customer.id,
        "object": "customer",
        "created": milliseconds(customer.created),
        "currency": call.merchant.currency,
        "email": customer.email,
        "sources": {"object": "list", "data": list(customer.sources)},
    } | customer.echo
