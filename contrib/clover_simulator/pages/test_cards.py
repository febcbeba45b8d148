"""What each published test card does, in words, and how it is written on a page."""

from clover_simulator.bank import authentication
from clover_simulator.state.cards import CARDS, CardOnFile, Outcome, PublishedCard
from clover_simulator.state.records import Step

BRANDS = {
    "VISA": "Visa",
    "MC": "Mastercard",
    "AMEX": "Amex",
    "DISCOVER": "Discover",
    "DINERS_CLUB": "Diners Club",
    "JCB": "JCB",
}
OUTCOMES = {
    Outcome.APPROVED: "approved",
    Outcome.AVS: "approved",
    Outcome.DECLINED: "declined",
}
STEPS = {
    (): "no step, protected",
    (Step.METHOD,): "a look at the browser",
    (Step.CHALLENGE,): "the shopper answers",
    (Step.METHOD, Step.CHALLENGE): "a look, then an answer",
}
FREQUENT = (
    "4242424242424242",
    "378282246310005",
    "5204245250003294",
    "6011361000006668",
    "4005571702222222",
    "5424180273333333",
)
"""One of each frequent brand, and two that are declined."""


def frequent() -> list[PublishedCard]:
    """The cards that the hosted page offers."""
    return [CARDS[number] for number in FREQUENT]


def grouped(number: str) -> str:
    """The number as it is printed on the card."""
    if number.startswith(("34", "37")):
        return f"{number[:4]} {number[4:10]} {number[10:]}"
    return " ".join(number[at : at + 4] for at in range(0, len(number), 4))


def brand(card: PublishedCard | CardOnFile) -> str:
    """The brand as people write it."""
    return BRANDS.get(card.brand, card.brand)


def label(card: CardOnFile) -> str:
    """A card as it is shown everywhere: `Visa •••• 4242`."""
    return f"{brand(card)} \N{BULLET}\N{BULLET}\N{BULLET}\N{BULLET} {card.last4}"


def meaning(card: PublishedCard) -> str:
    """What becomes of a payment with it."""
    words = [OUTCOMES[card.outcome]]
    if card.outcome is Outcome.AVS:
        words.append("address checks pass")
    if card.is_debit:
        words.append("debit: no surcharge")
    return ", ".join(words)


def authentication_of(card: PublishedCard) -> str:
    """What its bank wants for 3-D Secure; empty where it takes no part."""
    steps = authentication.STEPS.get((card.number[:6], card.number[-4:]))
    return "" if steps is None else STEPS[steps]
