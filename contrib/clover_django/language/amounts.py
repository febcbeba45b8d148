"""Amounts as people type and read them in the active language.

Django's own reading of localised numbers drops what looks like a separator: English
`30,00` becomes 3000. Money is not guessed at, so what could be read as two sums, or is
grouped in a way that the language does not know, is refused.
"""

import re

from django.utils.formats import get_format, number_format
from django.utils.translation import gettext as _

from payment_hooks import InvalidRequest, Money, read_money


class LocalizedRefusal(InvalidRequest):
    """An `InvalidRequest` whose message is shown on the page, in the reader's language."""


_SPACES = " \N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{THIN SPACE}"
"""All of them group digits, in every language: none can be taken for a decimal sign."""
_MARKS = ".,"


def read_amount(typed: str, currency: str) -> Money:
    """The money that a person typed, in the active language's way to write numbers.

    Raises:
        LocalizedRefusal: it is no number, could be read as another one, or has more
            decimals than the currency; the text says how to write it.
        InvalidRequest: there is no such currency.
    """
    exponent = read_money(0, currency).exponent
    plain = _to_plain(typed.strip(), exponent)
    if _is_thousandfold_elsewhere(typed.strip(), exponent):
        plain = ""
    try:
        return read_money(plain, currency)
    except InvalidRequest as error:
        example = number_format("1234.50", use_l10n=True, force_grouping=True)
        raise LocalizedRefusal(
            _("“%(typed)s” is not an amount: write it like %(example)s.")
            % {"typed": typed.strip()[:20], "example": example},
            code=error.code,
        ) from error


def write_amount(money: Money) -> str:
    """The amount as an input shows it, which `read_amount` reads back."""
    value = money.to_decimal()
    if money.exponent == 0:
        return str(value)  # grouped, it would be refused as a thousandth of itself
    return str(number_format(value, decimal_pos=money.exponent, use_l10n=True))


def show_amount(money: Money) -> str:
    """The amount with its currency's code, for pages without a format of their own."""
    return f"{write_amount(money)}\N{NO-BREAK SPACE}{money.currency}"


def _is_thousandfold_elsewhere(typed: str, exponent: int) -> bool:
    """Whether it has one separator and three digits, so that languages read it differently.

    With three decimals it is the usual way to write them, in the language's own mark.
    """
    found = re.fullmatch(r"[-+]?[0-9]{1,3}([.,])[0-9]{3}", typed)
    own = exponent == 3 and found and found[1] == get_format("DECIMAL_SEPARATOR")
    return bool(found) and not own


def _to_plain(typed: str, exponent: int) -> str:
    """The number with one decimal point and nothing else; empty where it is none."""
    decimal, group = get_format("DECIMAL_SEPARATOR"), get_format("THOUSAND_SEPARATOR")
    groups = {group, *_SPACES} - {decimal, ""}
    found = _match(typed, decimal, groups)
    if found is None and not groups & {*_MARKS}:
        # The language uses one of the two marks alone; the other one, written by
        # habit, has one meaning only where both stand, or exactly the cents follow.
        (other,) = {*_MARKS} - {decimal}
        found = _match(typed, decimal, {other}, needs_decimals=True)
        cents = rf"[-+]?[0-9]+{re.escape(other)}[0-9]{{{exponent}}}"
        if found is None and exponent not in (0, 3) and re.fullmatch(cents, typed):
            found = typed.replace(other, ".")
    return found or ""


def _match(
    typed: str, decimal: str, groups: set[str], *, needs_decimals: bool = False
) -> str | None:
    marks = "".join(map(re.escape, sorted(groups)))
    whole = (
        rf"[0-9]+|[0-9]{{1,3}}(?:(?P<mark>[{marks}])[0-9]{{3}})(?:(?P=mark)[0-9]{{3}})*"
    )
    cents = rf"(?:{re.escape(decimal)}(?P<cents>[0-9]+)){'' if needs_decimals else '?'}"
    found = re.fullmatch(rf"(?P<sign>[-+]?)(?P<whole>{whole}){cents}", typed)
    if found is None:
        return None
    digits = re.sub("[^0-9]", "", found["whole"])
    return found["sign"] + digits + (f".{found['cents']}" if found["cents"] else "")
