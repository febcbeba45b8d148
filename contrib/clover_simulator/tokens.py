"""Card tokens: `/v1/tokens`, and what becomes of a token when it is used."""

import re
from datetime import datetime, timedelta

from clover_simulator import cards
from clover_simulator.answers import BY_STATUS, Answer, Call, Refusal, invalid
from clover_simulator.cards import CardOnFile, TestCard
from clover_simulator.records import JSON, Token, TokenState
from clover_simulator.state import State

REQUIRED_FIELDS = {
    "lenient": ("exp_month", "exp_year"),
    "docs": ("exp_month", "exp_year", "cvv", "brand"),
    "transarmor": ("exp_month", "exp_year", "cvv", "first6", "last4"),
}
CODE_OF_FIELD = {
    "exp_month": "invalid_expiry_month",
    "exp_year": "invalid_expiry_year",
    "cvv": "invalid_cvc",
    "brand": "invalid_card_type",
}
NOT_A_TEST_CARD = (
    "Only Clover's published test cards are taken here; never type a real card."
)


def create(call: Call) -> Answer:
    """`POST /v1/tokens`: a one-off token for a card."""
    given: JSON = call.body["card"]
    card = read_card(call.state, given)
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


def read_card(state: State, given: JSON) -> CardOnFile:
    """The card that `given` describes; its number and security code end here."""
    for name in REQUIRED_FIELDS[state.switches.token_fields]:
        if name not in given:
            code = CODE_OF_FIELD.get(name, "missing")
            raise invalid(f"Please provide {name}.", code)
    number = _number(state, given)
    test_card = _known_card(number)
    _hold_together(given, number, test_card)
    return CardOnFile(
        brand=test_card.brand,
        first6=number[:6],
        last4=number[-4:],
        exp_month=given["exp_month"],
        exp_year=given["exp_year"],
        outcome=test_card.outcome,
        address_zip=given.get("address_zip", ""),
        address_line1=given.get("address_line1", ""),
    )


def _number(state: State, given: JSON) -> str:
    if "number" in given:
        return str(given["number"])
    if "encrypted_pan" not in given:
        raise invalid("Please provide a card number.", "invalid_number")
    number = state.encryption_key.decrypt(given["encrypted_pan"])
    if number is None:
        raise invalid("The encrypted card number cannot be read.", "invalid_number")
    return number


def _known_card(number: str) -> TestCard:
    digits = rf"[0-9]{{{cards.SHORTEST_NUMBER},{cards.LONGEST_NUMBER}}}"
    if not re.fullmatch(digits, number):
        raise invalid("Card number is invalid.", "invalid_number")
    if not cards.passes_luhn(number):
        raise invalid("Card number is incorrect.", "incorrect_number")
    card = cards.find(number)
    if card is None:
        raise invalid(NOT_A_TEST_CARD, "invalid_number")
    return card


def _hold_together(given: JSON, number: str, card: TestCard) -> None:
    if given.get("first6", number[:6]) != number[:6]:
        raise invalid("first6 is not of this card.", "invalid_number")
    if given.get("last4", number[-4:]) != number[-4:]:
        raise invalid("last4 is not of this card.", "invalid_number")
    brand = given.get("brand", card.brand).upper()
    if brand not in cards.BRANDS or brand != card.brand:
        raise invalid("Card brand is invalid.", "invalid_card_type")
    cvv = given.get("cvv")
    if cvv is not None and len(cvv) != (4 if card.brand == "AMEX" else 3):
        raise invalid("CVV is invalid.", "invalid_cvc")


def _render(state: State, token: Token, brand: str | None) -> JSON:
    card = token.card
    as_sent = state.switches.brand_case == "as_sent" and brand
    shown = {
        "exp_month": card.exp_month,
        "exp_year": card.exp_year,
        "first6": card.first6,
        "last4": card.last4,
        "brand": brand if as_sent else card.brand,
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
                "merchantUuid": token.merchant_id,
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
    lifetime = timedelta(minutes=call.state.switches.token_minutes)
    is_old = call.state.clock.now() >= token.created + lifetime
    if lifetime and is_old and token.state is TokenState.FRESH:
        raise invalid("Please provide a valid source or token.")
    return token


def spend(token: Token, now: datetime) -> None:
    """Use the token; a one-off one dies of it."""
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
