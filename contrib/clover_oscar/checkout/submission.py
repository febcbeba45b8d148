"""One submission of Oscar's checkout, paid through `Payments`."""

from collections.abc import Mapping
from typing import Any

from django.contrib.sites.shortcuts import get_current_site
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from clover_django.payments import get_payments
from clover_django.web.client_ip import shopper_address
from clover_oscar import options
from clover_oscar.baskets.order_numbers import is_taken
from clover_oscar.baskets.payments import find_order
from clover_oscar.baskets.snapshot import ADAPTER, Snapshot, take_snapshot
from clover_oscar.checkout.charge_details import details_of
from clover_oscar.checkout.hosted_page import checkout_request
from clover_oscar.checkout.outcomes import return_url
from clover_oscar.codes import NO_HOSTED_PAGE, REFERENCE_TAKEN
from clover_oscar.orders.flags import NOT_PLACED
from clover_oscar.oscar_errors import RedirectRequired, UnableToTakePayment
from clover_oscar.untyped import OscarObject
from payment_hooks import (
    ErrorCode,
    InvalidRequest,
    Mode,
    Money,
    Payment,
    PaymentSource,
    PaymentState,
    Redirect,
)

Submission = Mapping[str, Any]


def open_payment(
    order_number: str,
    amount: Money,
    mode: Mode,
    submission: Submission,
    request: OscarObject,
) -> Payment:
    """The payment for this order number, with the snapshot that can finish it.

    Raises:
        UnableToTakePayment: the merchant's account has another currency.
        InvalidRequest: the number belongs to another basket's order or payment.
    """
    if is_taken(order_number, submission["basket"].pk):
        raise _number_is_taken(order_number, "order")
    if amount.currency != options.currency():
        raise UnableToTakePayment(
            _("Card payment is not available in %s. Your card has not been charged.")
            % amount.currency
        )
    snapshot = snapshot_of(submission, order_number, request)
    payment = get_payments().open(
        order_number,
        mode=mode,
        amount_due=amount,
        context=snapshot.to_context(),
        adapter=ADAPTER,
    )
    kept = Snapshot.of(payment)
    if kept is None or not kept.is_of(snapshot.basket_id, snapshot.basket_born):
        raise _number_is_taken(order_number, "payment")
    return payment


def snapshot_of(
    submission: Submission, order_number: str, request: OscarObject
) -> Snapshot:
    """What can finish this submission without the shopper's session."""
    return take_snapshot(
        submission,
        order_number,
        language=get_language() or "",
        merchant_id=options.merchant_id(),
        site_id=getattr(get_current_site(request), "pk", None),
    )


def email_of(submission: Submission) -> str:
    """The shopper's e-mail address, empty when not known."""
    user = submission["user"]
    guest = (submission.get("order_kwargs") or {}).get("guest_email")
    return str(guest or getattr(user, "email", "") or "")


def pay(
    payment: Payment,
    source: PaymentSource | None,
    submission: Submission,
    request: OscarObject,
) -> None:
    """Take the payment, or raise with what the shopper's browser does next.

    Raises:
        RedirectRequired: to Clover's page; or to the return page of a payment that
            holds its money already, which shows what became of it.
        PaymentError: as `Payments.charge` says.
    """
    if payment.state is not PaymentState.OPEN:
        _flag_lost_order(payment, submission["basket"])
        raise RedirectRequired(return_url(payment))
    payments = get_payments()
    email = email_of(submission)
    if payment.mode is Mode.HOSTED:
        asked = checkout_request(payment, submission, email, request)
        session = payments.start_checkout(payment.payment_id, asked)
        if not isinstance(session, Redirect):
            raise InvalidRequest("the provider opened no page", code=NO_HOSTED_PAGE)
        raise RedirectRequired(session.url)
    if source is None:
        raise InvalidRequest("no card was entered", code=ErrorCode.SOURCE_MISSING)
    take = payments.charge if options.captures_at_once() else payments.authorize
    take(
        payment.payment_id,
        source,
        details=details_of(
            submission,
            email,
            shopper_address(request),
            request.POST.get("clover_browser", ""),
        ),
        notify=False,  # once the view has placed the order
    )


def _flag_lost_order(payment: Payment, basket: OscarObject) -> None:
    """Flag the payment where the shop was notified of it and has no order of it."""
    payments = get_payments()
    is_notified = all(row.notified for row in payments.operations(payment.payment_id))
    if is_notified and find_order(basket.pk) is None:
        payments.flag(payment.payment_id, NOT_PLACED)


def _number_is_taken(number: str, by_what: str) -> InvalidRequest:
    return InvalidRequest(
        f"order number {number} belongs to another basket's {by_what}: the shop's "
        "OrderNumberGenerator must not give a number twice",
        code=REFERENCE_TAKEN,
    )
