"""The shopper's language: the checkout's or order's, or else that of the account.

Saleor gives its plugins no request, so the browser's `Accept-Language` is not known.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.utils import translation
from saleor.payment.models import Payment as SaleorPayment

from clover_django.language.refusals import explain_refusal
from clover_saleor.installation.untyped import SaleorObject
from payment_hooks import OutcomeUnknown, shopper_language

DEFAULT_LANGUAGE = "en"


def language_of(source: SaleorObject) -> str:
    """The language of a checkout or an order; empty where no text is translated."""
    return shopper_language(
        _code_of(source), _code_of(getattr(source, "user", None)), default=""
    )


def language_of_payment(asked: SaleorObject) -> str:
    """The same of what Saleor's older payment belongs to, which it does not hand over."""
    rows = SaleorPayment.objects.select_related("checkout", "order")
    row = rows.filter(pk=asked.payment_id).first()
    return language_of((row.checkout or row.order) if row else None)


def language_of_customer(user: SaleorObject) -> str:
    """The language of an account."""
    return shopper_language(_code_of(user), default="")


@contextmanager
def in_language_of_staff(plugin: SaleorObject) -> Iterator[None]:
    """Texts in the language of the account that asks; English for apps and tasks.

    Saleor gives its plugins whoever made the request, which is an account or an app.
    """
    requestor = getattr(plugin, "requestor", None)
    with translation.override(language_of_customer(requestor) or DEFAULT_LANGUAGE):
        yield


def explain_to_staff(plugin: SaleorObject, error: Exception) -> str:
    """What became of what staff asked for, with the error's own details in English.

    Saleor takes two failures with one text for one.
    """
    with in_language_of_staff(plugin):
        text = explain_refusal(error)
    details = str(error)
    if isinstance(error, OutcomeUnknown) or details in text:
        return text
    return f"{text} ({details})"


def _code_of(holder: SaleorObject) -> str:
    return str(getattr(holder, "language_code", "") or "")
