"""Hosted payments as the platform (v3) tells them; it shares its ids with Ecommerce."""

from collections.abc import Mapping

from clover_provider.reading import PROVIDER, Reading, rows_of
from clover_provider.scrub import redact, safe_text
from payment_hooks import (
    Money,
    PaymentSource,
    Transaction,
    TransactionKind,
    TransactionStatus,
)

_STATUSES = {
    "SUCCESS": TransactionStatus.SUCCEEDED,
    "FAIL": TransactionStatus.FAILED,
    "VOIDED": TransactionStatus.VOIDED,
}


def read_payment(
    fields: Mapping[str, object],
    *,
    merchant_id: str,
    currency: str,
    request_id: str = "",
) -> Transaction:
    """The transaction which a platform payment describes.

    Args:
        fields: the answer, with its refunds expanded.
        merchant_id: the merchant it was asked of.
        currency: the merchant's; the platform's payments do not name one.
        request_id: what Clover calls the exchange.

    Raises:
        OutcomeUnknown: id, amount or result is missing or odd.

    Source: "Get a single payment", Clover REST API reference, read 2026-11.
    """
    payment = Reading(fields=fields, what="payment", request_id=request_id)
    status = _STATUSES.get(payment.text("result"))
    if status is None:
        raise payment.refuse("its result is unknown")
    amount = Money(payment.need_minor_units("amount"), currency)
    is_held = _is_held(payment.part("cardTransaction"))
    return Transaction(
        kind=TransactionKind.AUTHORIZATION if is_held else TransactionKind.CHARGE,
        transaction_id=payment.need_id(),
        amount=amount,
        status=status,
        provider=PROVIDER,
        merchant_id=merchant_id,
        captured=None if is_held else amount,
        refunded=Money(_refunded(payment), currency),
        tip=_money(payment, "tipAmount", currency),
        tax=_money(payment, "taxAmount", currency),
        source=_read_source(payment),
        created_at=payment.moment("createdTime"),
        request_id=request_id,
        raw=redact(fields),
    )


def read_refunds(
    fields: Mapping[str, object], payment: Transaction
) -> tuple[Transaction, ...]:
    """The refunds which a platform payment lists."""
    is_held = payment.kind is TransactionKind.AUTHORIZATION
    return tuple(
        Transaction(
            kind=TransactionKind.VOID if is_held else TransactionKind.REFUND,
            transaction_id=refund.need_id(),
            parent_id=payment.transaction_id,
            amount=Money(refund.need_minor_units("amount"), payment.amount.currency),
            provider=PROVIDER,
            merchant_id=payment.merchant_id,
            created_at=refund.moment("createdTime"),
        )
        for refund in _refunds(Reading(fields=fields, what="payment"))
    )


def _refunds(payment: Reading) -> list[Reading]:
    listed = payment.fields.get("refunds")
    rows = rows_of(listed, "list of refunds") if listed else ()
    return [Reading(fields=row, what="refund") for row in rows]


def _refunded(payment: Reading) -> int:
    return sum(refund.need_minor_units("amount") for refund in _refunds(payment))


def _is_held(card: Reading) -> bool:
    return card.text("type") == "PREAUTH" and card.text("state") == "PENDING"


def _money(payment: Reading, name: str, currency: str) -> Money | None:
    told = payment.minor_units(name)
    return Money(told, currency) if told else None


def _read_source(payment: Reading) -> PaymentSource | None:
    card = payment.part("cardTransaction")
    if not card.fields:
        return None
    return PaymentSource(
        token=f"spent-on-{payment.need_id()}",
        brand=safe_text(card.text("cardType")).upper(),
        last4=card.text("last4")[-4:],
    )
