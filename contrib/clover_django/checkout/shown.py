"""The amount that a page showed, signed with the shop's `SECRET_KEY`."""

from django.conf import settings
from django.http import HttpRequest

from payment_hooks import Money
from payment_hooks import check_shown as check
from payment_hooks import seal_shown as seal

SHOWN = "clover_shown"
"""The hidden field of the form."""


def seal_shown(amount: Money, subject: str) -> str:
    """The text for the hidden field `clover_shown`; see `payment_hooks.seal_shown`."""
    return seal(amount, subject, secret_key=settings.SECRET_KEY)


def check_shown(request: HttpRequest, amount: Money, subject: str) -> None:
    """Check that the form which was sent showed this amount, for this subject.

    Raises:
        AmountChanged: it showed another one, or the form holds no seal of ours.
    """
    sealed = request.POST.get(SHOWN, "")
    check(sealed, amount, subject, secret_key=settings.SECRET_KEY)
