"""Converts Oscar's prices to `Money` and back; the one place that rounds (half up)."""

from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from django.utils.functional import lazy
from oscar.core.prices import Price
from oscar.templatetags.currency_filters import currency as oscar_currency

from clover_oscar.untyped import OscarObject
from payment_hooks import ErrorCode, InvalidRequest, Money, read_money


def to_money(amount: Decimal, currency: str) -> Money:
    """The money that an amount of Oscar's names, rounded half up to whole minor units.

    Oscar's totals may have more decimals than the currency, and databases round them
    differently; what is charged, recorded and shown must be one number.

    Raises:
        InvalidRequest: no such currency, or no sum that anybody could pay.
    """
    return read_money(round_amount(amount, currency), currency)


def show(money: Money) -> str:
    """The money as Oscar shows its prices: in the active language and Oscar's format."""
    return str(oscar_currency(money.to_decimal(), money.currency))


show_lazily = lazy(show, str)
"""The same, translated lazily with the text that contains it."""


def round_amount(amount: Decimal, currency: str) -> Decimal:
    """The amount with exactly the currency's decimals, rounded half up.

    Raises:
        InvalidRequest: no such currency, or more digits than can be rounded.
    """
    step = Decimal(1).scaleb(-read_money(0, currency).exponent)
    try:
        return Decimal(amount).quantize(step, rounding=ROUND_HALF_UP)
    except InvalidOperation as error:
        raise InvalidRequest(
            "the sum has more digits than can be rounded",
            code=ErrorCode.AMOUNT_NOT_A_NUMBER,
        ) from error


def round_price(price: OscarObject) -> Price:
    """The same price in whole minor units; tax stays unknown when it was."""
    known = price.is_tax_known
    return Price(
        currency=price.currency,
        excl_tax=round_amount(price.excl_tax, price.currency),
        incl_tax=round_amount(price.incl_tax, price.currency) if known else None,
        tax_code=price.tax_code,
    )
