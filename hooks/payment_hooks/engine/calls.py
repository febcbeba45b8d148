"""From an operation to the request that the provider gets."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TypedDict

from payment_hooks.model.cards import PaymentSource
from payment_hooks.model.kinds import RefundReason, TransactionKind
from payment_hooks.model.records import Operation, OperationKind, Payment
from payment_hooks.model.requests import (
    CaptureRequest,
    CheckoutRequest,
    PaymentRequest,
    RefundRequest,
    RetryRequest,
    VoidRequest,
)
from payment_hooks.model.results import Transaction
from payment_hooks.spec.calling import Gateway

Request = PaymentRequest | CaptureRequest | RefundRequest | VoidRequest


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What an operation asks the provider for, in two steps.

    Nothing was sent while the request is built, so a request that cannot be built is
    no intent either.
    """

    build: Callable[[Operation], Request]
    ask: Callable[[Operation, Request, bool], Transaction]
    """Asks for it; True when it may have been asked before."""


class TakeDetails(TypedDict, total=False):
    """What the provider may know beside amount and source."""

    shopper_ip: str
    shopper_email: str
    description: str


def ask_for_page(payment: Payment, request: CheckoutRequest | None) -> CheckoutRequest:
    """The request with the payment's own amount, reference and mode."""
    amount, mode = payment.amount_due, payment.mode
    if request is None:
        return CheckoutRequest(amount=amount, reference=payment.reference, mode=mode)
    return replace(request, amount=amount, reference=payment.reference, mode=mode)


def ask_to_take(
    gateway: Gateway,
    payment: Payment,
    source: PaymentSource,
    details: TakeDetails,
) -> Call:
    """The call which charges or authorizes the source; a doubt is retried, not redone.

    A retry is a hook of its own, so that a wrapper's veto of a charge cannot stand for
    the provider's word.
    """

    def build(operation: Operation) -> PaymentRequest:
        return PaymentRequest(
            amount=operation.amount,
            source=source,
            reference=payment.reference,
            idempotency_key=operation.idempotency_key,
            operation_id=operation.operation_id,
            **details,
        )

    def ask(operation: Operation, request: Request, in_doubt: bool) -> Transaction:
        if not isinstance(request, PaymentRequest):
            raise TypeError(f"{operation.kind} is not asked with {type(request)}")
        if in_doubt:
            return gateway.retry(RetryRequest(request=request, kind=_kind(operation)))
        if operation.kind is OperationKind.AUTHORIZE:
            return gateway.authorize(request)
        return gateway.charge(request)

    return Call(build=build, ask=ask)


def ask_to_follow(
    gateway: Gateway, payment: Payment, *, reason: RefundReason | None = None
) -> Call:
    """The call which captures, refunds or voids what the operation names."""

    def build(operation: Operation) -> Request:
        common = {
            "transaction_id": operation.parent_id,
            "reference": payment.reference,
            "idempotency_key": operation.idempotency_key,
            "operation_id": operation.operation_id,
        }
        amount = operation.amount
        if operation.kind is OperationKind.CAPTURE:
            shopper_ip = operation.shopper_ip
            return CaptureRequest(amount=amount, shopper_ip=shopper_ip, **common)
        if operation.kind is OperationKind.REFUND:
            return RefundRequest(amount=amount, reason=reason, **common)
        return VoidRequest(amount=amount, **common)

    def ask(operation: Operation, request: Request, in_doubt: bool) -> Transaction:
        if isinstance(request, CaptureRequest):
            return gateway.capture(request)
        if isinstance(request, RefundRequest):
            return gateway.refund(request)
        if isinstance(request, VoidRequest):
            return gateway.void(request)
        raise TypeError(f"{operation.kind} is not asked with {type(request)}")

    return Call(build=build, ask=ask)


def _kind(operation: Operation) -> TransactionKind:
    is_reserving = operation.kind is OperationKind.AUTHORIZE
    return TransactionKind.AUTHORIZATION if is_reserving else TransactionKind.CHARGE
