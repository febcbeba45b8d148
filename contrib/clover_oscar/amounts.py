"""Converts Oscar's prices to `Money` and back; the one place that rounds (half up)."""

from decimal import ROUND_HALF_UP, Decimal

from django.utils.functional import lazy
from oscar.core.prices import Price
from oscar.templatetags.currency_filters import currency as oscar_currency

from clover_oscar.untyped import OscarObject
from payment_hooks import Money


def to_money(amount: Decimal, currency: str) -> Money:
    """The money that an amount of Oscar's names, rounded half up to whole minor units.

    Oscar's totals may have more decimals than the currency, and databases round them
    differently; what is charged, recorded and shown must be one number.
    """
    return Money.of(round_amount(amount, currency), currency)


def show(money: Money) -> str:
    """The money as Oscar shows its prices: in the active language and Oscar's format."""
    return str(oscar_currency(money.to_decimal(), money.currency))


show_lazily = lazy(show, str)
"""The same, translated lazily with the text that contains it."""


def round_amount(amount: Decimal, currency: str) -> Decimal:
    """The amount with exactly the currency's decimals, rounded half up."""
    step = Decimal(1).scaleb(-Money(0, currency).exponent)
    return Decimal(amount).quantize(step, rounding=ROUND_HALF_UP)


def round_price(price: OscarObject) -> Price:
    """The same price in whole minor units; tax stays unknown when it was."""
    known = price.is_tax_known
    return Price(
        currency=price.currency,
        excl_tax=round_amount(price.excl_tax, price.currency),
        incl_tax=round_amount(price.incl_tax, price.currency) if known else None,
        tax_code=price.tax_code,
    )
