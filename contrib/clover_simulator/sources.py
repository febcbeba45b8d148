"""What a charge is paid with: a card token, or a customer's card on file."""

from clover_simulator import tokens
from clover_simulator.answers import Call, invalid
from clover_simulator.records import Token

TOKEN_PREFIX = "clv_"  # noqa: S105 - the public prefix of every token


def resolve(call: Call, source: str) -> Token:
    """The token behind `source`, which may be a token or a customer's id."""
    if source.startswith(TOKEN_PREFIX):
        return tokens.usable(call, source)
    customer = call.state.ledger.customers.get(source)
    if customer is None or customer.merchant_id != call.merchant.id:
        raise invalid("Please provide a valid source for the charge.")
    if not customer.sources:
        raise invalid("The customer has no card on file.", "card_on_file_missing")
    return tokens.usable(call, list(customer.sources.values())[-1])
