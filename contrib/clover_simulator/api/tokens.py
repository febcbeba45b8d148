"""Card tokens: `/v1/tokens`, and what becomes of a token when it is used."""

from datetime import datetime, timedelta

from clover_simulator.api.card_entry import CardProblem, read_card
from clover_simulator.calls.call import Call
from clover_simulator.state import forms
from clover_simulator.state.records import JSON, Token, TokenState
from clover_simulator.state.state import State
from clover_simulator.traffic.answers import BY_STATUS, Answer, Refusal, invalid

TOKEN_PREFIX = "clv_"  # noqa: S105 - the public prefix of every token


def create(call: Call) -> Answer:
    """`POST /v1/tokens`: a one-off token for a card."""
    given: JSON = call.body["card"]
    try:
        card = read_card(call.state, given, rules=call.state.switches.token_fields)
    except CardProblem as problem:
        raise invalid(problem.message, problem.code) from None
    now = call.state.clock.now()
    token = Token(
        id=call.state.ids.token(),
        merchant_id=call.merchant.id,
        card=card,
        created=now,
        last_used=now,
    )
    call.state.ledger.tokens[token.id] = token
    return Answer(body=_render(call.state, token, given.get("brand")))


def _render(state: State, token: Token, brand: str | None) -> JSON:
    card = token.card
    as_sent = state.switches.brand_case == "as_sent" and brand
    shown = forms.card(state.switches, card) | {
        "brand": brand if as_sent else card.brand
    }
    return {"id": token.id, "object": "token", "card": shown}


def retrieve(call: Call) -> Answer:
    """`GET /v1/tokens/{token}`."""
    token = _of_merchant(call, call.path["token"])
    rendered = _render(call.state, token, None)
    return Answer(
        body={
            "card": rendered["card"],
            "cloverToken": {
                "tokenValue": token.id,
                "merchantUuid": forms.merchant_id(
                    call.state.switches, token.merchant_id
                ),
                "developerAppUuid": call.merchant.app_id,
                "createdTime": _milliseconds(token.created),
                "lastAccessedTime": _milliseconds(token.last_used),
            },
            "multipayToken": token.state is TokenState.MULTIPAY,
            "tokenMeta": {
                "tokenStatus": "NEW" if token.state is TokenState.FRESH else "VERIFIED",
                "tokenType": token.kind,
                "tokenProvider": "MOCK",
                "paymentInstrument": "CARD",
            },
        }
    )


def update(call: Call) -> Answer:
    """`PUT /v1/tokens/{token}`: changes the type, as saving a card does by itself."""
    token = _of_merchant(call, call.path["token"])
    if call.body.get("token", token.id) != token.id:
        raise invalid("The token of the body is not the token of the path.")
    if token.state is TokenState.SPENT:
        raise already_used(call.state)
    token.kind = call.body["type"]
    multipay = token.kind != "ONEOFF"
    token.state = TokenState.MULTIPAY if multipay else TokenState.FRESH
    return Answer(body=_render(call.state, token, None))


def _of_merchant(call: Call, token_id: str) -> Token:
    token = call.state.ledger.tokens.get(token_id)
    if token is None or token.merchant_id != call.merchant.id:
        raise Refusal.ecommerce(404, "resource_missing", "Token not found.")
    return token


def usable(call: Call, token_id: str) -> Token:
    """The merchant's token, if it can still be charged or saved."""
    token = call.state.ledger.tokens.get(token_id)
    if token is None or token.merchant_id != call.merchant.id:
        raise invalid("Please provide a valid source or token.")
    if token.state is TokenState.SPENT:
        raise already_used(call.state)
    if _is_expired(call.state, token):
        raise invalid("Please provide a valid source or token.")
    return token


def of_source(call: Call, source: str) -> Token:
    """The token behind `source`, which may be a token or a customer's id."""
    if source.startswith(TOKEN_PREFIX):
        return usable(call, source)
    customer = call.state.ledger.customers.get(source)
    if customer is None or customer.merchant_id != call.merchant.id:
        raise invalid("Please provide a valid source for the charge.")
    if not customer.sources:
        raise invalid("The customer has no card on file.", "card_on_file_missing")
    return usable(call, list(customer.sources.values())[-1])


def _is_expired(state: State, token: Token) -> bool:
    lifetime = timedelta(minutes=state.switches.token_minutes)
    is_old = bool(lifetime) and state.clock.now() >= token.created + lifetime
    return token.state is TokenState.EXPIRED or (
        is_old and token.state is TokenState.FRESH
    )


def spend(token: Token, now: datetime) -> None:
    """Use the token; a one-off one is spent then."""
    token.last_used = now
    if token.state is TokenState.FRESH:
        token.state = TokenState.SPENT


def already_used(state: State) -> Refusal:
    """Clover's recorded answer to a second use; it carries no `type`."""
    return Refusal.ecommerce(
        400,
        "token_already_used",
        "You cannot use a clover token more than once unless it is marked as multipay.",
        kind=BY_STATUS if state.switches.token_reuse_type else None,
    )


def _milliseconds(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)
