"""From a page of the shop's to a payment: on Clover's page, or with the card form."""

from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Unpack

from django.http import HttpRequest
from django.utils.translation import get_language

from clover_django.checkout.shown import check_shown, seal_shown
from clover_django.payments import get_payments
from clover_django.web.addresses import page_url, return_urls
from clover_django.web.client_ip import shopper_address
from payment_hooks import (
    BrowserInfo,
    CardFields,
    ChargeDetails,
    CheckoutFields,
    CheckoutRequest,
    ErrorCode,
    InvalidRequest,
    Mode,
    Money,
    OutcomeUnknown,
    Payment,
    PaymentError,
    Payments,
    PaymentSource,
    Redirect,
    UnsupportedOperation,
)

TOKEN = "clover_token"  # noqa: S105 - the name of a form field
BROWSER = "clover_browser"


@dataclass(frozen=True, slots=True, kw_only=True)
class CardPage:
    """What a page with `<clover-card>` in its form needs."""

    amount: Money
    """To be shown."""
    shown: str
    """The seal of it, for the hidden field `clover_shown`."""
    fields: CardFields
    """Its `script_url`, `public_key` and `merchant_id` are the element's attributes."""


def open_card_page(
    reference: str, amount_due: Money | None = None, *, payments: Payments | None = None
) -> CardPage:
    """What a page with the card form shows; nothing is written so far.

    The arguments are those of `charge_card_form`.

    Raises:
        PaymentError: nothing is due, or the card form cannot be had.
    """
    ours = payments or get_payments()
    due = _due(ours, reference, amount_due)
    step = ours.card_entry(due.currency, Mode.IFRAME, locale=get_language() or "")
    if not isinstance(step, CardFields):
        raise UnsupportedOperation("the provider has no card fields")
    return CardPage(amount=due, shown=seal_shown(due, reference), fields=step)


def charge_card_form(
    request: HttpRequest,
    reference: str,
    amount_due: Money | None = None,
    *,
    details: ChargeDetails | None = None,
    payments: Payments | None = None,
) -> str:
    """Charge the form that was sent; where the shopper goes on: to the status page.

    That page shows a challenge, waits for an unknown outcome, or leads on to the shop.
    Sent twice, or in two tabs, the form is one payment.

    Args:
        request: its form holds `clover_token` and `clover_shown`.
        reference: the shop's own, such as the order number.
        amount_due: what the shop's server says; asked from `shop_amount_due` if None.
        details: what Clover may know; the shopper's address and browser are
            added.
        payments: those of the merchant; those of the settings if None.

    Raises:
        AmountChanged: the page showed another amount; nothing was sent.
        PaymentError: nothing was taken: show the form again, with its `shopper_message`.
    """
    ours = payments or get_payments()
    if paid := _find_money(ours, reference):
        return page_url("status", paid)
    due = _due(ours, reference, amount_due)
    check_shown(request, due, reference)
    source = PaymentSource(token=request.POST.get(TOKEN, ""))
    known = _details(request, details or ChargeDetails())
    payment = ours.open(reference, mode=Mode.IFRAME, amount_due=due)
    with suppress(OutcomeUnknown):  # or the shopper has to act: the page says which
        ours.charge(payment.payment_id, source, details=known)
    return page_url("status", payment)


def open_hosted_page(
    request: HttpRequest,
    reference: str,
    amount_due: Money | None = None,
    *,
    payments: Payments | None = None,
    **page: Unpack[CheckoutFields],
) -> str:
    """Where the shopper pays: on Clover's page, which leads back to ours.

    Opened twice, it is the same page. Where money is or may be here already, it is the
    status page.

    Args:
        request: for the addresses that Clover's page leads back to.
        reference: as of `charge_card_form`.
        amount_due: as of `charge_card_form`.
        payments: as of `charge_card_form`.
        page: what Clover's page shows, as of `CheckoutRequest`.

    Raises:
        PaymentError: no page could be had; nothing was taken.
    """
    ours = payments or get_payments()
    if paid := _find_money(ours, reference):
        return page_url("status", paid)
    try:
        return _open_page(ours, request, reference, amount_due, page)
    except PaymentError:
        if paid := _find_money(ours, reference):
            return page_url("status", paid)
        raise


def _details(request: HttpRequest, given: ChargeDetails) -> ChargeDetails:
    """The same with what the request says of the shopper's address and browser."""
    return replace(
        given,
        shopper_ip=given.shopper_ip or shopper_address(request),
        browser=given.browser or BrowserInfo.usable(request.POST.get(BROWSER, "")),
    )


def _open_page(
    ours: Payments,
    request: HttpRequest,
    reference: str,
    amount_due: Money | None,
    page: CheckoutFields,
) -> str:
    payment = ours.open(reference, mode=Mode.HOSTED, amount_due=amount_due)
    back: CheckoutFields = {"return_urls": return_urls(request, payment)}
    asked = CheckoutRequest.for_payment(payment, **(back | page))
    step = ours.start_checkout(payment.payment_id, asked)
    if not isinstance(step, Redirect):
        raise UnsupportedOperation("the provider opened no page")
    return step.url


def _find_money(ours: Payments, reference: str) -> Payment | None:
    """The latest payment of the reference that holds money, or may."""
    for payment in reversed(ours.find(reference)):
        if ours.owns(payment):
            outcome = ours.outcome(payment.payment_id, shopper_canceled=True)
            if outcome.may_hold_money:
                return payment
    return None


def _due(ours: Payments, reference: str, amount_due: Money | None) -> Money:
    due = amount_due or ours.shop.amount_due(reference)
    if due is None:
        raise InvalidRequest(
            f"no shop knows the reference {reference!r}: pass amount_due, or "
            "implement shop_amount_due",
            code=ErrorCode.REFERENCE_UNKNOWN,
        )
    return due
