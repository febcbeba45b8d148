"""Refunds and voids; what Clover does not allow is refused before it is sent."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from clover_provider.api import additional_charges
from clover_provider.api.fields import Reading
from clover_provider.api.references import (
    build_metadata,
    external_reference,
    mark_of,
    operation_of,
)
from clover_provider.codes import (
    CHARGE_ALREADY_CAPTURED,
    CHARGE_ALREADY_REFUNDED,
    CHARGE_NOT_CAPTURED,
    CURRENCY_MISMATCH,
    PARTIAL_REFUND_WITH_TAX,
    PARTIAL_VOID,
    PROVIDER,
    REFUND_FAILED,
    REFUND_TOO_LARGE,
)
from clover_provider.wire.redact import redact
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
    "canceled": TransactionStatus.CANCELED,
    "": TransactionStatus.SUCCEEDED,  # lists leave it out
}
_COUNTED_STATUSES = (TransactionStatus.SUCCEEDED, TransactionStatus.PENDING)
"""Refunds that lower what is left: one that is pending must not be made twice."""


def build_refund(request: RefundRequest) -> dict[str, object]:
    """The body of `POST /v1/refunds` for a captured charge.

    Source: "Create a refund", Clover Ecommerce API reference, read 2026-11.
    """
    body = _build_references(request)
    body["amount"] = request.amount.minor_units
    if request.reason is not None:
        body["reason"] = request.reason.value
    return body


def build_void(request: VoidRequest) -> dict[str, object]:
    """The body of `POST /v1/refunds` that releases an authorization.

    Clover has no void endpoint: a refund of an uncaptured charge is one, of the whole.
    """
    return _build_references(request)


def read_refund(
    fields: Mapping[str, object],
    charge: Transaction,
    *,
    request_id: str = "",
) -> Transaction:
    """The REFUND of `charge` which Clover's refund object describes.

    A refund of an uncaptured charge is a VOID. A refund which Clover marks as voided is
    VOIDED: no money was refunded.

    Raises:
        OutcomeUnknown: id or amount is missing, or it is another charge's refund.
    """
    refund = Reading(fields=fields, what="refund", request_id=request_id)
    status = _STATUSES.get(refund.text("status"))
    if status is None:
        raise refund.refuse("its status is unknown")
    if refund.flag("voided"):
        status = TransactionStatus.VOIDED
    if refund.text("charge") not in ("", charge.transaction_id):
        raise refund.refuse("it is the refund of another charge")
    currency = charge.amount.currency
    is_void = (
        charge.kind is TransactionKind.AUTHORIZATION
        or refund.part("metadata").text("refundType") == "PREAUTH"
    )
    return Transaction(
        kind=TransactionKind.VOID if is_void else TransactionKind.REFUND,
        transaction_id=refund.need_id(),
        parent_id=charge.transaction_id,
        amount=Money(refund.need_minor_units("amount"), currency),
        status=status,
        provider=PROVIDER,
        merchant_id=charge.merchant_id,
        reference=refund.part("metadata").text("reference"),
        operation_id=operation_of(refund),
        mark=mark_of(refund),
        surcharge=additional_charges.read(refund, currency).total,
        created_at=refund.moment("created"),
        provider_request_id=request_id,
        raw=redact(fields),
    )


def check_refund(request: RefundRequest, charge: Transaction) -> None:
    """Refuse a refund that Clover's documentation rules out.

    Raises:
        InvalidRequest: nothing is left, more than is left, never captured, in another
            currency, or a part of a charge with tax or tip.
    """
    if charge.status is TransactionStatus.VOIDED:
        raise _refuse(request, "it was voided", CHARGE_ALREADY_REFUNDED)
    if charge.kind is TransactionKind.AUTHORIZATION:
        raise _refuse(
            request,
            f"it is not captured: void the whole {charge.amount}, or capture less",
            CHARGE_NOT_CAPTURED,
        )
    if charge.status is not TransactionStatus.SUCCEEDED:
        raise _refuse(request, f"it is {charge.status}", CHARGE_NOT_CAPTURED)
    left = refundable(charge)
    if request.amount.currency != left.currency:
        raise _refuse(request, f"it is in {left.currency}", CURRENCY_MISMATCH)
    if left.minor_units <= 0:
        raise _refuse(request, "nothing is left", CHARGE_ALREADY_REFUNDED)
    if request.amount > left:
        raise _refuse(request, f"only {left} is left", REFUND_TOO_LARGE)
    # Clover refunds a surcharge by itself, in proportion, on top of the amount.
    whole = left if charge.surcharge is None else left - charge.surcharge
    if request.amount < whole and (charge.tax or charge.tip):
        raise _refuse(
            request,
            f"Clover refunds a charge with tax or tip only whole, {whole}",
            PARTIAL_REFUND_WITH_TAX,
        )


def check_void(request: VoidRequest, charge: Transaction) -> None:
    """Refuse a void of anything but an open authorization, in full.

    Raises:
        InvalidRequest: captured, voided before, or not the whole.
    """
    if charge.status is TransactionStatus.VOIDED:
        raise _refuse(request, "it was voided before", CHARGE_ALREADY_REFUNDED)
    if charge.kind is not TransactionKind.AUTHORIZATION:
        raise _refuse(request, "it is captured: refund it", CHARGE_ALREADY_CAPTURED)
    if request.amount != charge.amount:
        raise _refuse(request, f"a void is of the whole {charge.amount}", PARTIAL_VOID)


def check_refunded(request: RefundRequest | VoidRequest, refund: Transaction) -> None:
    """Raise if Clover answered with a refund or void that did not succeed.

    Raises:
        PaymentDeclined: the bank did not carry it out; no money moved.
    """
    if refund.status not in _COUNTED_STATUSES:
        raise PaymentDeclined(
            f"{refund.kind} of {request.amount} on {request.transaction_id} "
            f"{refund.status} at the bank: try again later, or in Clover's dashboard",
            decline_code=DeclineCode.PROCESSING_ERROR,
            transaction_id=refund.transaction_id,
            code=REFUND_FAILED,
            provider=PROVIDER,
            provider_request_id=refund.provider_request_id,
        )


def refundable(charge: Transaction) -> Money:
    """What is left to refund: all that the shopper paid, less what was refunded."""
    left = charge.captured or charge.amount
    for extra in (charge.tip, charge.surcharge):
        if extra is not None:
            left += extra
    return left if charge.refunded is None else left - charge.refunded


def with_refunds(charge: Transaction, refunds: tuple[Transaction, ...]) -> Transaction:
    """The charge with the sum of its refunds, VOIDED where one of them is a void.

    A refund that failed, was canceled or voided does not count.
    """
    counted = [row for row in refunds if row.status in _COUNTED_STATUSES]
    if any(_has_succeeded(row) and row.kind is TransactionKind.VOID for row in counted):
        return replace(charge, status=TransactionStatus.VOIDED, refunded=charge.amount)
    return replace(charge, refunded=refunded_sum(counted, charge.amount.currency))


def refunded_sum(refunds: Iterable[Transaction], currency: str) -> Money:
    """The sum of these refunds, surcharges included."""
    total = Money(0, currency)
    for row in refunds:
        if row.status in _COUNTED_STATUSES:
            total += row.amount if row.surcharge is None else row.amount + row.surcharge
    return total


def _has_succeeded(row: Transaction) -> bool:
    return row.status is TransactionStatus.SUCCEEDED


def _build_references(request: RefundRequest | VoidRequest) -> dict[str, object]:
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
