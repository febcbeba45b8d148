"""Amounts of money: whole minor units of one ISO 4217 currency, never a float."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import (
    MAX_EMAX,
    MAX_PREC,
    MIN_EMIN,
    Context,
    Decimal,
    InvalidOperation,
)
from typing import Literal, Self

from payment_hooks.model.errors import InvalidRequest
from payment_hooks.model.kinds import ErrorCode

_TWO_DECIMALS = """
AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN
BZD CAD CDF CHF CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL
GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK
LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO
NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE
SOS SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES
WST XCD XCG YER ZAR ZMW ZWG
"""
_OTHER_EXPONENTS = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}

EXPONENTS = dict.fromkeys(_TWO_DECIMALS.split(), 2) | {
    code: exponent
    for exponent, codes in _OTHER_EXPONENTS.items()
    for code in codes.split()
}
"""Decimal places by currency. Source: ISO 4217 list one, read 2026-11."""


_EXACT = Context(prec=MAX_PREC, Emax=MAX_EMAX, Emin=MIN_EMIN)
"""The program's own may have a precision that rounds, and says nothing of it."""
_MOST_DIGITS = 18
_PLAIN = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
"""What `Decimal` reads besides is no price: other scripts, 1_000, blanks, NaN."""


@dataclass(frozen=True, slots=True)
class Money:
    """An amount in minor units (cents) of a currency.

    What is wrong here is a mistake in the program, at whatever moment it shows, and says
    nothing of what was taken. What others send goes through `read_money` instead.

    >>> Money(2599, "usd")
    Money(minor_units=2599, currency='USD')
    >>> str(Money.of("25.99", "USD")), Money.of(100, "JPY").minor_units
    ('25.99 USD', 100)

    Raises:
        TypeError: the minor units are no int, or it is compared with what is no Money.
        ValueError: no such currency, or two of them are mixed.
    """

    minor_units: int
    """Whole minor units; may be negative for differences, requests refuse that."""
    currency: str
    """Three-letter ISO 4217 code, stored in upper case."""

    def __post_init__(self) -> None:
        if type(self.minor_units) is not int:
            raise TypeError(
                f"minor units must be an int, not {type(self.minor_units).__name__}: "
                "use Money.of(Decimal('25.99'), 'USD') for decimal amounts"
            )
        object.__setattr__(self, "currency", _known_currency(self.currency))

    @classmethod
    def of(cls, amount: Decimal | int | str, currency: str) -> Self:
        """The money that a decimal amount of major units names.

        Raises:
            TypeError: a float, or anything else that is not exact.
            ValueError: no such currency, not a number, too large, or more decimals than
                the currency has.
        """
        code = _known_currency(currency)
        return cls(_to_minor_units(_to_number(_exact(amount)), code), code)

    @classmethod
    def zero(cls, currency: str) -> Self:
        """Zero in this currency."""
        return cls(0, currency)

    @property
    def exponent(self) -> int:
        """How many decimals the currency has."""
        return EXPONENTS[self.currency]

    def to_decimal(self) -> Decimal:
        """The amount in major units, with exactly the currency's decimals."""
        return Decimal(self.minor_units).scaleb(-self.exponent, _EXACT)

    def __str__(self) -> str:
        return f"{self.to_decimal():f} {self.currency}"

    def __add__(self, other: Money) -> Money:
        return Money(self.minor_units + self._same(other), self.currency)

    def __radd__(self, other: Literal[0]) -> Money:
        """Lets `sum` add amounts: its start value 0 is ignored."""
        if other != 0:
            return NotImplemented
        return self

    def __sub__(self, other: Money) -> Money:
        return Money(self.minor_units - self._same(other), self.currency)

    def __lt__(self, other: Money) -> bool:
        return self.minor_units < self._same(other)

    def __le__(self, other: Money) -> bool:
        return self.minor_units <= self._same(other)

    def __gt__(self, other: Money) -> bool:
        return self.minor_units > self._same(other)

    def __ge__(self, other: Money) -> bool:
        return self.minor_units >= self._same(other)

    def _same(self, other: Money) -> int:
        if not isinstance(other, Money):
            raise TypeError(
                f"Money goes with Money alone, not with {type(other).__name__}"
            )
        if self.currency != other.currency:
            raise ValueError(f"{self.currency} and {other.currency} cannot be mixed")
        return other.minor_units


def read_money(amount: object, currency: str) -> Money:
    """The money that somebody else's amount of major units names.

    For what comes from outside: a browser, a shopper, staff, an API's caller, a shop's
    price list. Exact numbers and plain text alone are read, and nothing is rounded.

    >>> str(read_money("25.99", "USD"))
    '25.99 USD'
    >>> read_money("25,99", "USD")
    Traceback (most recent call last):
    ...
    payment_hooks.model.errors.InvalidRequest: an amount is plain digits, such as 25.99

    Raises:
        InvalidRequest: it names none; the code is `amount_not_exact` for a float and the
            like, `amount_not_a_number`, `amount_too_precise` or `currency_unknown`.
    """
    with _refusing(ErrorCode.CURRENCY_UNKNOWN):
        code = _known_currency(currency)
    with _refusing(ErrorCode.AMOUNT_NOT_EXACT):
        exact = _exact(amount)
    with _refusing(ErrorCode.AMOUNT_NOT_A_NUMBER):
        number = _to_number(exact)
    with _refusing(ErrorCode.AMOUNT_TOO_PRECISE):
        return Money(_to_minor_units(number, code), code)


@contextmanager
def _refusing(code: str) -> Iterator[None]:
    """Refuse the request for what would be a mistake if the program had written it."""
    try:
        yield
    except (TypeError, ValueError) as error:
        raise InvalidRequest(str(error), code=code) from error


def _known_currency(currency: str) -> str:
    code = currency.upper() if isinstance(currency, str) else ""
    if code not in EXPONENTS:
        raise ValueError(f"{currency!r} is not an ISO 4217 currency code")
    return code


def _exact(amount: object) -> Decimal | int | str:
    if isinstance(amount, bool) or not isinstance(amount, Decimal | int | str):
        raise TypeError(
            f"an amount is a Decimal, an int or a str, not {type(amount).__name__}: "
            "floats cannot hold cents exactly"
        )
    return amount


def _to_number(amount: Decimal | int | str) -> Decimal:
    if isinstance(amount, str) and not _PLAIN.fullmatch(amount):
        # It may be anything, a card number say, so that no message repeats it.
        raise ValueError("an amount is plain digits, such as 25.99")
    try:
        number = Decimal(amount)
    except InvalidOperation:
        number = Decimal("NaN")
    if (
        not number.is_finite()
        or len(number.as_tuple().digits) > _MOST_DIGITS
        or abs(number.adjusted()) > _MOST_DIGITS
    ):
        raise ValueError(
            f"an amount is a finite number of at most {_MOST_DIGITS} digits"
        )
    return number


def _to_minor_units(number: Decimal, code: str) -> int:
    scaled = number.scaleb(EXPONENTS[code], _EXACT)
    if scaled != scaled.to_integral_value():
        raise ValueError(
            f"{number} has more decimals than {code} allows ({EXPONENTS[code]}): "
            "round it where the price is made"
        )
    return int(scaled)
