"""The shopper's language: the checkout's or order's, or else that of the account.

Saleor gives its plugins no request, so the browser's `Accept-Language` is not known.
"""

from saleor.payment.models import Payment as SaleorPayment

from clover_saleor.installation.untyped import SaleorObject
from payment_hooks import shopper_language


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


def _code_of(holder: SaleorObject) -> str:
    return str(getattr(holder, "language_code", "") or "")
