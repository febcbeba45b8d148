"""The total that a page of the checkout showed, signed into its form."""

from django.conf import settings
from django.http import HttpRequest

from clover_oscar.amounts import to_money
from clover_oscar.untyped import OscarObject
from payment_hooks import Money, check_shown, seal_shown

FIELD = "clover_shown"
"""The form field; the template `clover_oscar/partials/shown.html` writes it."""


def due_of(total: OscarObject) -> Money | None:
    """A submission's total as it is charged; None while the checkout cannot know it."""
    if total is None or not total.is_tax_known:
        return None
    return to_money(total.incl_tax, total.currency)


def seal(due: Money, basket: OscarObject) -> str:
    """What the page hides in its form."""
    return seal_shown(due, _subject(basket), secret_key=settings.SECRET_KEY)


def check(request: HttpRequest, due: Money, basket: OscarObject) -> None:
    """Let nothing be charged but what the page showed.

    Raises:
        AmountChanged: it showed another total, or the form holds none of ours.
    """
    sealed = request.POST.get(FIELD, "")
    check_shown(sealed, due, _subject(basket), secret_key=settings.SECRET_KEY)


def _subject(basket: OscarObject) -> str:
    return f"basket {basket.pk}"
