"""Reads a card's data; number and security code are not kept."""

import re

from clover_simulator.state import cards
from clover_simulator.state.cards import CardOnFile, PublishedCard
from clover_simulator.state.records import JSON
from clover_simulator.state.state import State

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


class CardProblem(Exception):
    """The card data is invalid: the error code, and the message for the caller."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message


def read_card(state: State, given: JSON, *, rules: str = "lenient") -> CardOnFile:
    """The card that `given` describes; `rules` names what is required of it.

    Raises:
        CardProblem: this can be no card, or is no test card.
    """
    for name in REQUIRED_FIELDS[rules]:
        if name not in given:
            code = CODE_OF_FIELD.get(name, "missing")
            raise CardProblem(code, f"Please provide {name}.")
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
        is_debit=test_card.is_debit,
        address_zip=given.get("address_zip", ""),
        address_line1=given.get("address_line1", ""),
    )


def _number(state: State, given: JSON) -> str:
    if "number" in given:
        return str(given["number"])
    if "encrypted_pan" not in given:
        raise CardProblem("invalid_number", "Please provide a card number.")
    number = state.encryption_key.decrypt(given["encrypted_pan"])
    if number is None:
        raise CardProblem("invalid_number", "The encrypted card number cannot be read.")
    return number


def _known_card(number: str) -> PublishedCard:
    digits = rf"[0-9]{{{cards.SHORTEST_NUMBER},{cards.LONGEST_NUMBER}}}"
    if not re.fullmatch(digits, number):
        raise CardProblem("invalid_number", "Card number is invalid.")
    if not cards.passes_luhn(number):
        raise CardProblem("incorrect_number", "Card number is incorrect.")
    card = cards.find(number)
    if card is None:
        raise CardProblem("invalid_number", NOT_A_TEST_CARD)
    return card


def _hold_together(given: JSON, number: str, card: PublishedCard) -> None:
    if given.get("first6", number[:6]) != number[:6]:
        raise CardProblem("invalid_number", "first6 is not of this card.")
    if given.get("last4", number[-4:]) != number[-4:]:
        raise CardProblem("invalid_number", "last4 is not of this card.")
    brand = given.get("brand", card.brand).upper()
    if brand not in cards.BRANDS or brand != card.brand:
        raise CardProblem("invalid_card_type", "Card brand is invalid.")
    cvv = given.get("cvv")
    if cvv is not None and len(cvv) != (4 if card.brand == "AMEX" else 3):
        raise CardProblem("invalid_cvc", "CVV is invalid.")
