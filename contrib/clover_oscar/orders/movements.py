"""What staff may do with an order's payment: capture, refund, void, each with a permission.

Oscar lets everyone who may look at an order post to it, so the permission is checked
here, whichever page or handler asks.
"""

from dataclasses import dataclass

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
    Operation,
    OperationKind,
    Payment,
    PaymentState,
    RefundReason,
)

CAPTURE = "clover_oscar.capture_payment"
REFUND = "clover_oscar.refund_payment"
PERMISSIONS = {
    OperationKind.CAPTURE: CAPTURE,
    OperationKind.REFUND: REFUND,
    OperationKind.VOID: REFUND,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """What staff ask for."""

    kind: OperationKind
    amount: Money
    """As it was read and confirmed; a void is always of the whole."""
    intent_id: str
    """The form's token: the same one twice is one movement."""
    reason: RefundReason | None = None


def move(payment: Payment, asked: Movement, user: OscarObject) -> Operation:
    """The operation, done, after the shop was notified.

    Raises:
        PermissionDenied: this user may not.
        InvalidRequest: more than is left, or nothing to capture or void.
        OutcomeUnknown: it may have been done; it is resolved later.
        PaymentError: nothing moved.
    """
    if user is None or not user.has_perm(PERMISSIONS[asked.kind]):
        raise PermissionDenied(f"{PERMISSIONS[asked.kind]} is needed")
    with acting_as(f"user {user.pk}"):
        return _move(payment, asked)


def _move(payment: Payment, asked: Movement) -> Operation:
    payments, payment_id = get_payments(), payment.payment_id
    if asked.kind is OperationKind.CAPTURE:
        return payments.capture(payment_id, asked.amount)
    if asked.kind is OperationKind.VOID:
        _refuse_part(payment, asked)
        return payments.void(payment_id)
    return payments.refund(
        payment_id, asked.amount, intent_id=asked.intent_id, reason=asked.reason
    )


def find_payments(order: OscarObject) -> list[Payment]:
    """The payments that were made for the order, the one with its money last."""
    return sorted(
        payments_of(order), key=lambda payment: payment.state is not PaymentState.CLOSED
    )


def find_payment(order: OscarObject) -> Payment | None:
    """The payment that paid the order, also where it was refunded."""
    funded = [row for row in find_payments(order) if was_funded(row)]
    return funded[-1] if funded else None


def was_funded(payment: Payment) -> bool:
    """Whether money was ever taken or reserved for it, be it here still or not."""
    return payment.state not in (PaymentState.OPEN, PaymentState.CLOSED)


def left_of(payment: Payment, kind: OperationKind) -> Money:
    """The most that such a movement can be of now."""
    if kind is OperationKind.REFUND:
        return get_payments().refundable(payment.payment_id)
    return left_to_capture(payment)


def card_of(payment: Payment) -> str:
    """Brand and last digits of the card that paid, as far as they are known."""
    for row in get_payments().operations(payment.payment_id):
        if row.funds_payment:
            digits = row.details.get("last4", "")
            return f"{row.details.get('brand', '')} {digits}".strip()
    return ""


def left_to_capture(payment: Payment) -> Money:
    """What is reserved and not captured; nothing once it was captured or voided."""
    authorized = Money(0, payment.amount_due.currency)
    if payment.state is PaymentState.AUTHORIZED:
        for row in get_payments().operations(payment.payment_id):
            if row.funds_payment:
                authorized = row.moved or row.amount
    return authorized


def _refuse_part(payment: Payment, asked: Movement) -> None:
    authorized = left_to_capture(payment)
    if authorized.minor_units and asked.amount != authorized:
        raise LocalizedRefusal(
            _(
                "An authorization is voided whole: void %(authorized)s, or capture a "
                "part of it."
            )
            % {"authorized": show(authorized)},
            code=ErrorCode.PARTIAL_VOID,
        )
