"""Refunds and voids: refused here when Clover's documented limits say no."""

from collections.abc import Mapping
from dataclasses import replace

from clover_provider.reading import PROVIDER, Reading
from clover_provider.references import (
    build_metadata,
    external_reference,
    operation_of,
)
from clover_provider.scrub import redact
from payment_hooks import (
    DeclineCode,
    InvalidRequest,
    Money,
    PaymentDeclined,
    RefundRequest,
    Transaction,
    TransactionKind,
    TransactionStatus,
    VoidRequest,
)

_STATUSES = {
    "succeeded": TransactionStatus.SUCCEEDED,
    "pending": TransactionStatus.PENDING,
    "failed": TransactionStatus.FAILED,
    "canceled": TransactionStatus.FAILED,
    "": TransactionStatus.SUCCEEDED,  # lists leave it out
}


def build_refund(request: RefundRequest) -> dict[str, object]:
    """The body of `POST /v1/refunds` for a captured charge.

    Source: "Create a refund", Clover Ecommerce API reference, read 2026-11.
    """
    body = _build(request)
    body["amount"] = request.amount.minor_units
    if request.reason is not None:
        body["reason"] = request.reason.value
    return body


def build_void(request: VoidRequest) -> dict[str, object]:
    """The body of `POST /v1/refunds` that releases an authorization.

    Clover has no void endpoint: a refund of an uncaptured charge is one, of the whole.
    """
    return _build(request)


def read_refund(
    fields: Mapping[str, object],
    charge: Transaction,
    *,
    request_id: str = "",
) -> Transaction:
    """The REFUND of `charge` which Clover's refund object describes.

    What was given back before a capture is a VOID.

    Raises:
        OutcomeUnknown: id or amount is missing, or it is another charge's refund.
    """
    refund = Reading(fields=fields, what="refund", request_id=request_id)
    status = _STATUSES.get(refund.text("status"))
    if status is None:
        raise refund.refuse("its status is unknown")
    if refund.text("charge") not in ("", charge.transaction_id):
        raise refund.refuse("it is the refund of another charge")
    is_void = (
        charge.kind is TransactionKind.AUTHORIZATION
        or refund.part("metadata").text("refundType") == "PREAUTH"
    )
    return Transaction(
        kind=TransactionKind.VOID if is_void else TransactionKind.REFUND,
        transaction_id=refund.need_id(),
        parent_id=charge.transaction_id,
        amount=Money(refund.need_minor_units("amount"), charge.amount.currency),
        status=status,
        provider=PROVIDER,
        merchant_id=charge.merchant_id,
        reference=refund.part("metadata").text("reference"),
        operation_id=operation_of(refund),
        created_at=refund.moment("created"),
        request_id=request_id,
        raw=redact(fields),
    )


def check_refund(request: RefundRequest, charge: Transaction) -> None:
    """Refuse what Clover's pages say cannot be refunded.

    Raises:
        InvalidRequest: nothing is left, more than is left, never captured, or a part of
            a charge with tax or tip.
    """
    if charge.status is TransactionStatus.VOIDED:
        raise _refuse(request, "it was voided", "charge_already_refunded")
    if charge.kind is TransactionKind.AUTHORIZATION:
        raise _refuse(
            request,
            f"it is not captured: void the whole {charge.amount}, or capture less",
            "charge_not_captured",
        )
    if charge.status is not TransactionStatus.SUCCEEDED:
        raise _refuse(request, f"it is {charge.status}", "charge_not_captured")
    left = refundable(charge)
    if not left.minor_units:
        raise _refuse(request, "nothing is left", "charge_already_refunded")
    if request.amount > left:
        raise _refuse(request, f"only {left} is left", "refund_too_large")
    if request.amount < left and (charge.tax or charge.tip):
        raise _refuse(
            request,
            f"Clover refunds a charge with tax or tip only whole, {left}",
            "partial_refund_with_tax",
        )


def check_void(request: VoidRequest, charge: Transaction) -> None:
    """Refuse to void what is not a whole, open authorization.

    Raises:
        InvalidRequest: captured, voided before, or not the whole.
    """
    if charge.status is TransactionStatus.VOIDED:
        raise _refuse(request, "it was voided before", "charge_already_refunded")
    if charge.kind is not TransactionKind.AUTHORIZATION:
        raise _refuse(request, "it is captured: refund it", "charge_already_captured")
    if request.amount != charge.amount:
        raise _refuse(
            request, f"a void is of the whole {charge.amount}", "void_is_whole"
        )


def check_returned(request: RefundRequest | VoidRequest, returned: Transaction) -> None:
    """Raise what an answer means that is not the success which was asked for.

    Raises:
        PaymentDeclined: the bank did not take it back; nothing was moved.
    """
    if returned.status is TransactionStatus.FAILED:
        raise PaymentDeclined(
            f"{returned.kind} of {request.amount} on {request.transaction_id} failed at "
            "the bank: try again later, or in Clover's dashboard",
            decline_code=DeclineCode.PROCESSING_ERROR,
            transaction_id=returned.transaction_id,
            code="refund_failed",
            provider=PROVIDER,
            request_id=returned.request_id,
        )


def refundable(charge: Transaction) -> Money:
    """What is left of a charge: taken, with its tip, less what was given back."""
    left = charge.captured or charge.amount
    if charge.tip is not None:
        left += charge.tip
    return left if charge.refunded is None else left - charge.refunded


def with_refunds(charge: Transaction, returned: tuple[Transaction, ...]) -> Transaction:
    """The charge as its list of refunds completes it."""
    done = [row for row in returned if row.status is not TransactionStatus.FAILED]
    if any(row.kind is TransactionKind.VOID for row in done):
        return replace(charge, status=TransactionStatus.VOIDED, refunded=charge.amount)
    total = Money(0, charge.amount.currency)
    for row in done:
        total += row.amount
    return replace(charge, refunded=total)


def _build(request: RefundRequest | VoidRequest) -> dict[str, object]:
    return {
        "charge": request.transaction_id,
        "external_reference_id": external_reference(request.operation_id),
        "metadata": build_metadata(request.reference, request.operation_id),
    }


def _refuse(
    request: RefundRequest | VoidRequest, why: str, code: str
) -> InvalidRequest:
    action = "refund" if isinstance(request, RefundRequest) else "void"
    return InvalidRequest(
        f"{action} of {request.amount} on {request.transaction_id} not sent: {why}",
        code=code,
        provider=PROVIDER,
    )
