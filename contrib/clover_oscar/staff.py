"""What staff may do with an order's payment: capture, refund, void, each with a permission.

Oscar lets everybody who may look at an order post to it, so the permission is checked
here, whichever page or handler asks.
"""

from dataclasses import dataclass

from django.core.exceptions import PermissionDenied

from clover_django.actors import acting_as
from clover_django.road import get_payments
from clover_oscar.snapshot import Snapshot
from clover_oscar.untyped import OscarObject
from payment_hooks import (
    InvalidRequest,
    Money,
    Operation,
    OperationKind,
    Payment,
    PaymentState,
    RefundReason,
)
from payment_hooks.standing import brings_money

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
    amount: Money | None = None
    """All that is left when None; a void is always of the whole."""
    request_id: str
    """The form's token: the same one twice is one movement."""
    reason: RefundReason | None = None


def move(payment: Payment, asked: Movement, user: OscarObject) -> Operation:
    """The operation, done and told to the shop.

    Raises:
        PermissionDenied: this user may not.
        InvalidRequest: more than is left, or nothing to capture or void.
        OutcomeUnknown: it may have been done; it is settled later.
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
        payment_id, asked.amount, request_id=asked.request_id, reason=asked.reason
    )


def find_payments(order: OscarObject) -> list[Payment]:
    """The payments that were made for the order, the one with its money last."""
    found = [
        payment
        for payment in get_payments().ledger.find_payments(reference=order.number)
        if _is_of(payment, order)
    ]
    return sorted(found, key=lambda payment: payment.state is not PaymentState.CLOSED)


def find_payment(order: OscarObject) -> Payment | None:
    """The payment that holds or held the order's money, if Clover has it."""
    held = [row for row in find_payments(order) if is_held(row)]
    return held[-1] if held else None


def is_held(payment: Payment) -> bool:
    """Whether money was ever taken or reserved for it."""
    return payment.state not in (PaymentState.OPEN, PaymentState.CLOSED)


def left_to_capture(payment: Payment) -> Money:
    """What is reserved and not captured; nothing once it was captured or voided."""
    held = Money(0, payment.amount_due.currency)
    if payment.state is PaymentState.AUTHORIZED:
        for row in get_payments().operations(payment.payment_id):
            if brings_money(row):
                held = row.moved or row.amount
    return held


def _refuse_part(payment: Payment, asked: Movement) -> None:
    held = left_to_capture(payment)
    if asked.amount is not None and held.minor_units and asked.amount != held:
        raise InvalidRequest(
            f"an authorization is released whole: void {held}, or capture a part of it",
            code="void_is_whole",
        )


def _is_of(payment: Payment, order: OscarObject) -> bool:
    snapshot = Snapshot.from_context(payment.context)
    return snapshot is not None and snapshot.basket_id == order.basket_id
