"""Payments as the platform (v3) shows them; it shares its ids with Ecommerce."""

from collections.abc import Mapping
from dataclasses import replace

from clover_provider.api import additional_charges, refunds
from clover_provider.api.fields import Reading, rows_of
from clover_provider.codes import PROVIDER
from clover_provider.wire.redact import redact, safe_text
from payment_hooks import (
    Money,
    PaymentSource,
    Transaction,
    TransactionKind,
    TransactionStatus,
)

_RESULTS = {
    "SUCCESS": TransactionStatus.SUCCEEDED,
    "AUTH": TransactionStatus.SUCCEEDED,  # authorized: a tab that is open
    "FAIL": TransactionStatus.FAILED,
    "VOIDED": TransactionStatus.VOIDED,
    "INITIATED": TransactionStatus.PENDING,
    "PENDING": TransactionStatus.PENDING,
    # Until the void is through, the money is neither captured nor released.
    "VOIDING": TransactionStatus.PENDING,
}
"""AUTH_COMPLETED and VOID_FAILED are left out: Clover does not document what they mean."""


def read_payment(
    fields: Mapping[str, object],
    *,
    merchant_id: str,
    currency: str,
    request_id: str = "",
) -> Transaction:
    """The transaction which a platform payment describes.

    What was voided is VOIDED, with nothing captured: an AUTHORIZATION where the card
    was only authorized, or where Clover does not say; else a CHARGE.

    Args:
        fields: the answer, with refunds, card and additional charges expanded.
        merchant_id: the merchant whose payment it is.
        currency: the merchant's; the platform's payments do not name one.
        request_id: what Clover calls the exchange.

    Raises:
        OutcomeUnknown: id, amount or result is missing or odd.

    Source: "Get a single payment", Clover REST API reference, read 2026-11.
    """
    payment = Reading(fields=fields, what="payment", request_id=request_id)
    result = payment.text("result")
    status = _RESULTS.get(result)
    if status is None:
        raise payment.refuse("its result is unknown")
    amount = Money(payment.need_minor_units("amount"), currency)
    kind = _kind(payment, result)
    on_top = additional_charges.read(payment, currency)
    is_voided = status is TransactionStatus.VOIDED
    found = Transaction(
        kind=kind,
        transaction_id=payment.need_id(),
        amount=amount,
        status=status,
        provider=PROVIDER,
        merchant_id=merchant_id,
        captured=_captured(kind, status, amount),
        tip=_money(payment, "tipAmount", currency),
        surcharge=on_top.total,
        tax=_money(payment, "taxAmount", currency),
        source=_read_source(payment),
        warning=on_top.warning,
        created_at=payment.moment("createdTime"),
        provider_request_id=request_id,
        raw=redact(fields),
    )
    refunded = refunds.refunded_sum(read_refunds(fields, found), currency)
    return replace(found, refunded=amount if is_voided else refunded)


def read_refunds(
    fields: Mapping[str, object], payment: Transaction
) -> tuple[Transaction, ...]:
    """The refunds which a platform payment lists; one that was voided refunded nothing."""
    currency = payment.amount.currency
    is_authorized_only = payment.kind is TransactionKind.AUTHORIZATION
    return tuple(
        Transaction(
            kind=TransactionKind.VOID if is_authorized_only else TransactionKind.REFUND,
            transaction_id=refund.need_id(),
            parent_id=payment.transaction_id,
            amount=Money(refund.need_minor_units("amount"), currency),
            status=TransactionStatus.VOIDED
            if refund.flag("voided")
            else TransactionStatus.SUCCEEDED,
            provider=PROVIDER,
            merchant_id=payment.merchant_id,
            surcharge=additional_charges.read(refund, currency).total,
            created_at=refund.moment("createdTime"),
        )
        for refund in _refunds(Reading(fields=fields, what="payment"))
    )


def order_of(fields: Mapping[str, object]) -> str:
    """The order that a platform payment belongs to; empty when it names none."""
    return Reading(fields=fields, what="payment").part("order").text("id")


def _refunds(payment: Reading) -> list[Reading]:
    listed = payment.fields.get("refunds")
    rows = rows_of(listed, "list of refunds") if listed else ()
    return [Reading(fields=row, what="refund") for row in rows]


def _kind(payment: Reading, result: str) -> TransactionKind:
    card = payment.part("cardTransaction")
    was_preauthorized = card.text("type") == "PREAUTH"
    is_authorized_only = was_preauthorized and card.text("state") == "PENDING"
    # A void leaves the card's state closed, as a capture does.
    may_be_authorized_only = result == "VOIDED" and (
        was_preauthorized or not card.fields
    )
    if is_authorized_only or may_be_authorized_only or result == "AUTH":
        return TransactionKind.AUTHORIZATION
    return TransactionKind.CHARGE


def _captured(
    kind: TransactionKind, status: TransactionStatus, amount: Money
) -> Money | None:
    if kind is TransactionKind.AUTHORIZATION:
        return None
    is_captured = status is TransactionStatus.SUCCEEDED
    return amount if is_captured else Money(0, amount.currency)


def _money(payment: Reading, name: str, currency: str) -> Money | None:
    minor_units = payment.minor_units(name)
    return Money(minor_units, currency) if minor_units else None


def _read_source(payment: Reading) -> PaymentSource | None:
    card = payment.part("cardTransaction")
    if not card.fields:
        return None
    return PaymentSource(
        token=f"spent-on-{payment.need_id()}",
        brand=safe_text(card.text("cardType")).upper(),
        last4=card.last4(),
    )
