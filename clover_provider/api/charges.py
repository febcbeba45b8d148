"""Charges, authorizations and captures, as Clover writes and reads them."""

from collections.abc import Mapping

from clover_provider.api import additional_charges, charge_details
from clover_provider.api.authentication import asking, steps
from clover_provider.api.cards import customers
from clover_provider.api.errors import decline_of
from clover_provider.api.fields import Reading
from clover_provider.api.references import (
    build_metadata,
    external_reference,
    mark_of,
    operation_of,
)
from clover_provider.codes import AMOUNT_TOO_LARGE, CHARGE_FAILED, PROVIDER
from clover_provider.config.limits import MOST_MINOR_UNITS
from clover_provider.wire.redact import redact, safe_text
from payment_hooks import (
    CaptureRequest,
    CheckResult,
    InvalidRequest,
    Money,
    PaymentDeclined,
    PaymentRequest,
    PaymentSource,
    Transaction,
    TransactionKind,
    TransactionStatus,
)

_STATUSES = {
    "succeeded": TransactionStatus.SUCCEEDED,
    "pending": TransactionStatus.PENDING,
    "failed": TransactionStatus.FAILED,
    "canceled": TransactionStatus.CANCELED,
}
_UNSUCCESSFUL = (TransactionStatus.FAILED, TransactionStatus.CANCELED)
_CHECKS = {
    # Clover's pages write both forms.
    "pass": CheckResult.PASSED,
    "passed": CheckResult.PASSED,
    "fail": CheckResult.FAILED,
    "failed": CheckResult.FAILED,
    "unavailable": CheckResult.UNAVAILABLE,
}


def build_charge(
    request: PaymentRequest, *, capture: bool, authenticate: bool = False
) -> dict[str, object]:
    """The body of `POST /v1/charges`; without `capture`, an authorization.

    With `authenticate`, it asks for 3-D Secure where the browser is known.

    Raises:
        InvalidRequest: more than Clover takes in one charge or in the metadata, or a
            source that is not what it says.

    Source: "Create a charge", Clover Ecommerce API reference, read 2026-11.
    """
    if request.amount.minor_units > MOST_MINOR_UNITS:
        raise InvalidRequest(
            f"{request.amount} is more than Clover takes in one charge",
            code=AMOUNT_TOO_LARGE,
        )
    details = request.details
    metadata = build_metadata(request.reference, request.operation_id, details.metadata)
    return {
        "amount": request.amount.minor_units,
        "currency": request.amount.currency.lower(),
        **customers.build_source(request.source),
        **customers.build_stored_credentials(request.source, details),
        "capture": capture,
        "external_reference_id": external_reference(request.operation_id),
        "metadata": metadata,
        **charge_details.build(details),
        **(asking.build(details) if authenticate else {}),
    }


def build_headers(shopper_ip: str) -> dict[str, str]:
    """The header with the shopper's IP address, for charges and captures.

    `shopper_ip` is one bare address, or empty where the shop knows none.

    Source: "Create a charge" and "Capture a charge", read 2026-11.
    """
    return {"x-forwarded-for": shopper_ip} if shopper_ip else {}


def build_capture(request: CaptureRequest) -> dict[str, object]:
    """The body of `POST /v1/charges/{id}/capture`.

    It has no metadata: Clover keeps that of the authorization.
    """
    return {"amount": request.amount.minor_units}


def read_charge(
    fields: Mapping[str, object],
    *,
    merchant_id: str,
    merchant_currency: str = "",
    request_id: str = "",
) -> Transaction:
    """The transaction which Clover's charge object describes.

    `captured: false` gives an AUTHORIZATION, `true` a CHARGE. Clover reports a voided
    authorization as refunded; it is VOIDED here. One that waits for 3-D Secure is
    PENDING, and what it is to become is not known here.

    Args:
        fields: the charge object.
        merchant_id: the merchant whose charge it is.
        merchant_currency: used for a gift card's charge, which names no currency.
        request_id: what Clover calls the exchange.

    Raises:
        OutcomeUnknown: id, amount, currency, status or `captured` is missing or odd; the
            money may have moved.

    Source: "Create a charge" and "Get a charge", read 2026-11.
    """
    charge = Reading(fields=fields, what="charge", request_id=request_id)
    transaction_id = charge.need_id()
    currency = _currency(charge, merchant_currency)
    is_waiting = steps.is_waiting(charge)
    captured = False if is_waiting else _need_captured(charge)
    kind = TransactionKind.CHARGE if captured else TransactionKind.AUTHORIZATION
    amount = Money(charge.need_minor_units("amount"), currency)
    status = TransactionStatus.PENDING if is_waiting else _status(charge, captured)
    source = charge.part("source")
    on_top = additional_charges.read(charge, currency)
    said = safe_text(charge.text("warning_message"))
    return Transaction(
        kind=kind,
        transaction_id=transaction_id,
        amount=amount,
        status=status,
        provider=PROVIDER,
        merchant_id=merchant_id,
        reference=charge.part("metadata").text("reference"),
        operation_id=operation_of(charge),
        mark=mark_of(charge),
        captured=_captured(charge, amount) if captured else None,
        refunded=_refunded(charge, amount),
        tip=_money(charge, "tip_amount", currency),
        surcharge=on_top.total,
        tax=_money(charge, "tax_amount", currency),
        source=_read_source(source, transaction_id),
        cvc_check=_check(source, "cvc_check"),
        postal_code_check=_check(source, "address_zip_check"),
        address_check=_check(source, "address_line1_check"),
        partial_approval=charge.flag("partial_auth") is True,
        warning="; ".join(text for text in (said, on_top.warning) if text),
        created_at=charge.moment("created"),
        provider_request_id=request_id,
        raw=redact(fields),
    )


def check_funded(transaction: Transaction, charge: Reading, *, capture: bool) -> None:
    """Raise unless the answer to a charge is what was asked for.

    Raises:
        PaymentDeclined: Clover made the charge, and it failed.
        OutcomeUnknown: it is an authorization in place of a charge, or the other way round.
    """
    if transaction.status in _UNSUCCESSFUL:
        raise PaymentDeclined(
            f"{transaction.kind} {transaction.transaction_id} failed: "
            f"{safe_text(charge.text('failure_message'))}",
            decline_code=decline_of(charge),
            transaction_id=transaction.transaction_id,
            code=safe_text(charge.text("failure_code")) or CHARGE_FAILED,
            provider=PROVIDER,
            provider_request_id=charge.request_id,
        )
    if capture is not (transaction.kind is TransactionKind.CHARGE):
        raise charge.refuse(
            f"{transaction.transaction_id} is a {transaction.kind}, not what was asked"
        )


def read_capture(
    fields: Mapping[str, object],
    request: CaptureRequest,
    *,
    merchant_id: str,
    request_id: str = "",
) -> Transaction:
    """The CAPTURE which the answer to a capture describes.

    Raises:
        OutcomeUnknown: it is another charge's answer, or the charge is not captured.
    """
    charge = read_charge(fields, merchant_id=merchant_id, request_id=request_id)
    answer = Reading(fields=fields, what="capture", request_id=request_id)
    if charge.transaction_id != request.transaction_id:
        raise answer.refuse("it is the answer for another charge")
    if charge.kind is not TransactionKind.CHARGE:
        raise answer.refuse("the charge is not captured")
    minor_units = answer.minor_units("amount_captured")
    return Transaction(
        kind=TransactionKind.CAPTURE,
        transaction_id=charge.transaction_id,
        parent_id=request.transaction_id,
        amount=request.amount
        if minor_units is None
        else Money(minor_units, charge.amount.currency),
        status=charge.status,
        provider=PROVIDER,
        merchant_id=merchant_id,
        reference=request.reference,
        operation_id=request.operation_id,
        captured=charge.captured,
        tip=charge.tip,
        surcharge=charge.surcharge,
        source=charge.source,
        warning=charge.warning,
        created_at=charge.created_at,
        provider_request_id=request_id,
        raw=charge.raw,
    )


def _currency(charge: Reading, merchant_currency: str) -> str:
    """The charge's currency; the merchant's for a gift card that names none."""
    is_gift_card = charge.text("payment_method_details") == "giftCard"
    if is_gift_card and merchant_currency and charge.fields.get("currency") is None:
        return merchant_currency
    return charge.need_currency()


def _need_captured(charge: Reading) -> bool:
    captured = charge.flag("captured")
    if captured is None and _STATUSES.get(charge.text("status")) in _UNSUCCESSFUL:
        return False
    if captured is None:
        raise charge.refuse("it does not say whether it is captured")
    return captured


def _status(charge: Reading, captured: bool) -> TransactionStatus:
    status = _STATUSES.get(charge.text("status"))
    if status is None:
        raise charge.refuse("its status is unknown")
    if status is TransactionStatus.SUCCEEDED and charge.flag("paid") is False:
        raise charge.refuse("it succeeded and is not paid")
    if not captured and charge.flag("refunded") and status not in _UNSUCCESSFUL:
        return TransactionStatus.VOIDED
    return status


def _captured(charge: Reading, amount: Money) -> Money:
    minor_units = charge.minor_units("amount_captured")
    return amount if minor_units is None else Money(minor_units, amount.currency)


def _refunded(charge: Reading, amount: Money) -> Money | None:
    """The refunded sum; an answer without it only says whether all was refunded."""
    minor_units = charge.minor_units("amount_refunded")
    if minor_units is not None:
        return Money(minor_units, amount.currency)
    return amount if charge.flag("refunded") else None


def _money(charge: Reading, name: str, currency: str) -> Money | None:
    minor_units = charge.minor_units(name)
    return Money(minor_units, currency) if minor_units else None


def _check(source: Reading, name: str) -> CheckResult:
    return _CHECKS.get(source.text(name), CheckResult.UNCHECKED)


def _read_source(source: Reading, transaction_id: str) -> PaymentSource | None:
    """Brand, last digits and expiry of the card; its token is used up and left out."""
    if not source.fields:
        return None
    return PaymentSource(
        token=f"spent-on-{transaction_id}",
        brand=safe_text(source.text("brand")).upper(),
        last4=source.last4(),
        exp_month=source.number("exp_month") or None,
        exp_year=source.year("exp_year"),
    )
