"""`/v1/customers`: shoppers with their cards on file."""

from clover_simulator.api import tokens
from clover_simulator.calls.call import Call
from clover_simulator.state.clock import milliseconds
from clover_simulator.state.records import JSON, Customer, Token, TokenState
from clover_simulator.traffic.answers import Answer, Refusal, invalid

ECHOED = ("firstName", "lastName", "name", "phone", "shipping")


def create(call: Call) -> Answer:
    """`POST /v1/customers`; a source is saved and becomes multi-pay."""
    source = _source_to_save(call)
    if source is None and call.state.switches.customer_needs_source:
        raise invalid("Please provide a valid source or token.")
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
    customer, card = _lookup(call), call.path["source"]
    if customer is None:
        raise _gone(call, _unknown(call))
    if card not in customer.sources:
        raise _gone(call, f"Card with id {card} not found.")
    token = customer.sources.pop(card)
    call.state.ledger.tokens[token].state = TokenState.SPENT
    return Answer(body={"deleted": True, "id": card, "object": "deletedcard"})


def _gone(call: Call, message: str) -> Refusal:
    """What DELETE answers where there is nothing to delete; its code was recorded."""
    code = call.state.switches.delete_missing_code
    return Refusal.ecommerce(404, code, message)


def _find(call: Call) -> Customer:
    customer = _lookup(call)
    if customer is None:
        raise Refusal.ecommerce(
            404, "resource_missing", _unknown(call), kind="validation_error"
        )
    return customer


def _lookup(call: Call) -> Customer | None:
    customer = call.state.ledger.customers.get(call.path["id"])
    is_theirs = customer is not None and customer.merchant_id == call.merchant.id
    return customer if is_theirs else None


def _unknown(call: Call) -> str:
    return f"Customer with id {call.path['id']} not found."


def _render(call: Call, customer: Customer) -> JSON:
    return {
        "id": customer.id,
        "object": "customer",
        "created": milliseconds(customer.created),
        "currency": call.merchant.currency,
        "email": customer.email,
        "sources": {"object": "list", "data": list(customer.sources)},
    } | customer.echo
