"""The total that a page of the checkout showed, and for what, signed into its form."""

from django.conf import settings
from django.http import HttpRequest

from clover_oscar.amounts import to_money
from clover_oscar.baskets.goods import digest, list_lines
from clover_oscar.untyped import OscarObject
from payment_hooks import Money, check_shown, seal_shown

FIELD = "clover_shown"
"""The form field; the template `clover_oscar/partials/shown.html` writes it."""


class GoodsChanged(Exception):
    """The page showed other goods than those that would be ordered now."""


def due_of(total: OscarObject) -> Money | None:
    """A submission's total as it is charged; None while the checkout cannot know it."""
    if total is None or not total.is_tax_known:
        return None
    return to_money(total.incl_tax, total.currency)


def seal(due: Money, basket: OscarObject) -> str:
    """What the page hides in its form."""
    goods = _goods(basket)
    sealed = seal_shown(due, _subject(basket, goods), secret_key=settings.SECRET_KEY)
    return f"{goods}.{sealed}"


def check(request: HttpRequest, due: Money, basket: OscarObject) -> None:
    """Let nothing be charged but what the page showed.

    Raises:
        AmountChanged: it showed another total, or the form holds none of ours.
        GoodsChanged: it showed the same total for other goods.
    """
    goods, _, sealed = request.POST.get(FIELD, "").partition(".")
    subject = _subject(basket, goods)
    check_shown(sealed, due, subject, secret_key=settings.SECRET_KEY)
    if goods != _goods(basket):
        raise GoodsChanged


def _goods(basket: OscarObject) -> str:
    return digest(list_lines(basket.all_lines()))


def _subject(basket: OscarObject, goods: str) -> str:
    return f"basket {basket.pk} of {goods}"
