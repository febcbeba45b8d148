"""What staff may do with an order's payment: capture, refund, void, each with a permission.

Oscar lets everyone who may look at an order post to it, so the permission is checked
here, whichever page or handler asks.
"""

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from clover_django.language.amounts import LocalizedRefusal
from clover_django.ledger.actors import acting_as
from clover_django.payments import get_payments
from clover_oscar.amounts import show
from clover_oscar.orders.payments import payments_of
from clover_oscar.untyped import OscarObject
from payment_hooks import (
    ErrorCode,
    Money,
    Movement,
    NotAllowed,
    Operation,
    Payment,
    PaymentState,
    StaffAction,
)

CAPTURE = "clover_oscar.capture_payment"
REFUND = "clover_oscar.refund_payment"
PERMISSIONS = {
    StaffAction.CAPTURE: CAPTURE,
    StaffAction.REFUND: REFUND,
    StaffAction.VOID: REFUND,
}


def move(payment: Payment, asked: Movement, user: OscarObject) -> Operation:
    """The operation, done, after the shop was notified.

    Raises:
        PermissionDenied: this user may not.
        InvalidRequest: more than is left, or nothing to capture or void.
        OutcomeUnknown: it may have been done; it is resolved later.
        PaymentError: nothing moved.
    """
    refuse_part(payment, asked.action, asked.amount)
    try:
        with acting_as(f"user {getattr(user, 'pk', None)}"):
            return get_payments().move(payment.payment_id, asked, caller=user)
    except NotAllowed as error:
        raise PermissionDenied(f"{PERMISSIONS[asked.action]} is needed") from error


def find_payments(order: OscarObject) -> list[Payment]:
    """The payments that were made for the order, the one with its money last."""
    return sorted(
        payments_of(order), key=lambda payment: payment.state is not PaymentState.CLOSED
    )


def find_payment(order: OscarObject) -> Payment | None:
    """The payment that paid the order, also where it was refunded."""
    funded = [row for row in find_payments(order) if was_funded(row)]
    return funded[-1] if funded else None


def find_payment_of(order: OscarObject, payment_id: str) -> Payment | None:
    """The order's payment of that id, if money was ever taken or reserved for it."""
    funded = (row for row in find_payments(order) if was_funded(row))
    return next((row for row in funded if row.payment_id == payment_id), None)


def was_funded(payment: Payment) -> bool:
    """Whether money was ever taken or reserved for it, be it here still or not."""
    return payment.state not in (PaymentState.OPEN, PaymentState.CLOSED)


def left_of(payment: Payment, action: StaffAction) -> Money:
    """The most that such a movement can be of now."""
    if action is StaffAction.REFUND:
        return get_payments().refundable(payment.payment_id)
    return left_to_capture(payment)


def card_of(payment: Payment) -> str:
    """Brand and last digits of the card that paid, as far as they are known."""
    for row in get_payments().operations(payment.payment_id):
        if row.funds_payment:
            return row.card_label
    return ""


def left_to_capture(payment: Payment) -> Money:
    """What is reserved and not captured; nothing once it was captured or voided."""
    authorized = Money(0, payment.amount_due.currency)
    if payment.state is PaymentState.AUTHORIZED:
        for row in get_payments().operations(payment.payment_id):
            if row.funds_payment:
                authorized = row.effective_amount
    return authorized


def refuse_part(payment: Payment, action: StaffAction, amount: Money | None) -> None:
    """Refuse to void a part.

    Raises:
        LocalizedRefusal: a part was to be voided.
    """
    if action is not StaffAction.VOID:
        return
    authorized = left_to_capture(payment)
    if authorized.minor_units and amount != authorized:
        raise LocalizedRefusal(
            _(
                "An authorization is voided whole: void %(authorized)s, or capture a "
                "part of it."
            )
            % {"authorized": show(authorized)},
            code=ErrorCode.PARTIAL_VOID,
        )
