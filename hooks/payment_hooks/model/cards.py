"""Card data, and the sources (tokens) that replace it: only sources are kept."""

import re
import unicodedata
from dataclasses import dataclass, field
from typing import NoReturn

from payment_hooks.model.errors import InvalidRequest
from payment_hooks.model.kinds import ErrorCode
from payment_hooks.model.secrecy import Masked, forgetful_type

_NUMBER = re.compile(r"[0-9]{12,19}")
_CVC = re.compile(r"[0-9]{3,4}")
_BETWEEN = frozenset({"Cc", "Cf", "Pd", "Zl", "Zp", "Zs"})
"""Unicode categories of what may be between digits: blanks, dashes, invisible ones."""
_BLANKS = re.compile(r"[\x00-\x20\x7f-]")
"""The same in ASCII."""
_RUN = re.compile(r"\d(?:[\s\u00ad\u200b-\u2015\u2060-]?\d){12,18}")
"""As many digits as a card number has, in whichever script."""
_BRANDS = {
    "AMEX": "American Express",
    "CUP": "UnionPay",
    "DINERS": "Diners Club",
    "DINERSCLUB": "Diners Club",
    "DISCOVER": "Discover",
    "INTERAC": "Interac",
    "JCB": "JCB",
    "MASTERCARD": "Mastercard",
    "MC": "Mastercard",
    "UNIONPAY": "UnionPay",
    "VISA": "Visa",
}
"""The spelling of each brand's owner, by what providers call it, without blanks."""


@forgetful_type
class CardDetails:
    """A card as the shopper typed it; only `payment_tokenize` takes it.

    The values can be read one by one, but the object prints masked, number and code do
    so by themselves too, it cannot be pickled, copied or compared, and has no `__dict__`.
    What is refused leaves nothing in the frames of the traceback.

    >>> CardDetails(number="4242 4242 4242 4242", exp_month=12, exp_year=2099, cvc="123")
    CardDetails(number='************4242', exp_month=12, exp_year=2099, cvc='***')

    Raises:
        InvalidRequest: the number, date or code cannot be one; the message never
            repeats what was typed.
    """

    __slots__ = (
        "address_line1",
        "country",
        "cvc",
        "exp_month",
        "exp_year",
        "name",
        "number",
        "postal_code",
    )

    def __init__(
        self,
        *,
        number: str,
        exp_month: int,
        exp_year: int,
        cvc: str,
        name: str = "",
        address_line1: str = "",
        postal_code: str = "",
        country: str = "",
    ) -> None:
        self.number = Masked(re.sub(r"[ -]", "", _text(number)))
        self.exp_month = exp_month
        self.exp_year = exp_year
        self.cvc = Masked(_text(cvc).strip())
        self.name = name
        self.address_line1 = address_line1
        self.postal_code = postal_code
        self.country = country
        self._check()

    def _check(self) -> None:
        if not _NUMBER.fullmatch(self.number) or not _passes_luhn(self.number):
            raise InvalidRequest(
                "the card number is not valid", code=ErrorCode.INCORRECT_NUMBER
            )
        if not _is_month(self.exp_month, self.exp_year):
            raise InvalidRequest(
                "the expiry needs a month from 1 to 12 and a four-digit year",
                code=ErrorCode.INCORRECT_EXPIRY,
            )
        if not _CVC.fullmatch(self.cvc):
            raise InvalidRequest(
                "the security code is not valid", code=ErrorCode.INCORRECT_CVC
            )

    @property
    def last4(self) -> str:
        """The last four digits, which may be shown and stored."""
        return self.number[-4:]

    @property
    def first6(self) -> str:
        """The issuer's digits, which may be shown and stored."""
        return self.number[:6]

    def __repr__(self) -> str:
        masked = "*" * (len(self.number) - 4) + self.last4
        return (
            f"CardDetails(number={masked!r}, exp_month={self.exp_month}, "
            f"exp_year={self.exp_year}, cvc='***')"
        )

    def __reduce_ex__(self, protocol: object) -> NoReturn:
        raise TypeError("CardDetails cannot be pickled or copied: tokenize it at once")


@forgetful_type
@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentSource:
    """What can be charged in place of a card: a token, and what may be shown of it.

    >>> PaymentSource(token="a-secret-token", brand="VISA", last4="4242")
    PaymentSource(brand='VISA', last4='4242', exp_month=None, exp_year=None, merchant_id='')
    """

    token: str = field(repr=False)
    """The provider's token; single-use unless the provider says otherwise."""
    brand: str = ""
    last4: str = ""
    exp_month: int | None = None
    exp_year: int | None = None
    merchant_id: str = ""
    """The merchant it was made for, empty when not known; another one is refused."""
    is_saved: bool = field(default=False, repr=False)
    """Whether it is a card on file, from `SavedSource.as_source`; never what a browser
    says."""

    def __post_init__(self) -> None:
        if not self.token or not self.token.isprintable() or " " in self.token:
            raise InvalidRequest(
                "a payment source needs the token that the card form gave",
                code=ErrorCode.SOURCE_MISSING,
            )
        if looks_like_card_number(self.token):
            raise InvalidRequest(
                "this is a card number where a token belongs: send cards to "
                "payment_tokenize only",
                code=ErrorCode.CARD_INSTEAD_OF_TOKEN,
            )


def looks_like_card_number(text: str) -> bool:
    """Whether `text`, without blanks and dashes, is a possible card number.

    Digits of every script count: `int` reads them, and so does a person.

    >>> looks_like_card_number("٤٢٤٢ ٤٢٤٢ ٤٢٤٢ ٤٢٤٢")
    True
    """
    is_ascii = text.isascii()  # as nearly all are, and quicker to read
    digits = _BLANKS.sub("", text) if is_ascii else "".join(map(_digit, text))
    return bool(_NUMBER.fullmatch(digits)) and _passes_luhn(digits)


def mask_card_numbers(text: str) -> str:
    """The text without any run of digits as long as a card number's.

    >>> mask_card_numbers("found 4111 1111 1111 1111.")
    'found [digits].'
    """
    return _RUN.sub("[digits]", text)


def card_label(brand: str, last4: str) -> str:
    """How a card is shown to a person; empty where nothing is known of it.

    >>> card_label("MC", "5454"), card_label("", "4242"), card_label("VISA", "")
    ('Mastercard •••• 5454', '•••• 4242', 'Visa')
    """
    name = _BRANDS.get(re.sub(r"[\s_]", "", brand).upper(), brand)
    return f"{name} {last4 and f'•••• {last4}'}".strip()


def _digit(letter: str) -> str:
    """The ASCII digit; empty for a separator of digits; else the character itself."""
    value = unicodedata.digit(letter, None)
    if value is not None:
        return str(value)
    return "" if unicodedata.category(letter) in _BETWEEN else letter


def _text(value: object) -> str:
    """What was typed, if it is text; empty for another type."""
    return value if isinstance(value, str) else ""


def _is_month(month: object, year: object) -> bool:
    if not isinstance(month, int) or not isinstance(year, int):
        return False
    return 1 <= month <= 12 and 2000 <= year <= 2099


def _passes_luhn(digits: str) -> bool:
    doubled = (
        int(digit) * (1 + index % 2) for index, digit in enumerate(reversed(digits))
    )
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0
