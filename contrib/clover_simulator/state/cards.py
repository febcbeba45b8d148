"""The published test cards and what becomes of them; no other number is taken."""

from dataclasses import dataclass
from enum import StrEnum

BRANDS = frozenset({"VISA", "MC", "AMEX", "DISCOVER", "DINERS_CLUB", "JCB"})
SHORTEST_NUMBER, LONGEST_NUMBER = 12, 19


class Outcome(StrEnum):
    """What the issuer does with a test card."""

    APPROVED = "approved"
    AVS = "approved, address checks pass"
    DECLINED = "declined"


@dataclass(frozen=True, slots=True, kw_only=True)
class PublishedCard:
    """A card number that Clover publishes for its sandbox."""

    number: str
    brand: str
    outcome: Outcome
    is_debit: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CardOnFile:
    """All that is kept of a card: never its number, never its security code."""

    brand: str
    first6: str
    last4: str
    exp_month: str
    exp_year: str
    outcome: Outcome
    address_zip: str = ""
    address_line1: str = ""
    is_debit: bool = False

    @property
    def expires(self) -> tuple[int, int]:
        """Year with four digits and month."""
        year = int(self.exp_year)
        return (year if year > 99 else year + 2000, int(self.exp_month))


NUMBERS: dict[tuple[str, Outcome], str] = {
    ("VISA", Outcome.APPROVED): "4242424242424242 4000056655665556 4012000033330026 "
    "4001230000000129 4811326490014875 4043130007524792",
    ("AMEX", Outcome.APPROVED): "378282246310005 371449635398431 373953192351004",
    ("DINERS_CLUB", Outcome.APPROVED): "30569309025904 38520000023237",
    ("DISCOVER", Outcome.APPROVED): "6011361000006668 6011000990139424",
    ("JCB", Outcome.APPROVED): "3566002020360505",
    ("VISA", Outcome.AVS): "4761530001111126",
    ("MC", Outcome.AVS): "5204245250003294",
    ("AMEX", Outcome.AVS): "375186917371340",
    ("DISCOVER", Outcome.AVS): "6011000050617475",
    # 4005578003333335 is a partial approval on Clover's devices; ecommerce declines it.
    ("VISA", Outcome.DECLINED): "4005571702222222 4005578003333335 4264281511117771",
    ("MC", Outcome.DECLINED): "5424180273333333",
    ("AMEX", Outcome.DECLINED): "375987654000004",
}
DEBIT_CARDS = frozenset({"4000056655665556"})
CARDS = {
    number: PublishedCard(
        number=number,
        brand=brand,
        outcome=outcome,
        is_debit=number in DEBIT_CARDS,
    )
    for (brand, outcome), numbers in NUMBERS.items()
    for number in numbers.split()
}


def passes_luhn(number: str) -> bool:
    """Whether the check digit of `number` is right."""
    doubled = (int(digit) * 2 for digit in number[-2::-2])
    total = sum(int(digit) for digit in number[-1::-2])
    return (total + sum(n - 9 if n > 9 else n for n in doubled)) % 10 == 0


def find(number: str) -> PublishedCard | None:
    """The published test card with this number."""
    return CARDS.get(number)
