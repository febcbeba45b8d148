"""Between the ledger's records and the tables' rows, both ways."""

from datetime import datetime
from typing import Any

from django.db.models import Model

from clover_django import models
from clover_django.fields.moments import to_utc
from payment_hooks import (
    Mode,
    Money,
    OperationKind,
    OperationState,
    PaymentState,
    WebhookEvent,
)
from payment_hooks import Operation as OperationRecord
from payment_hooks import Payment as PaymentRecord

_PLAIN = (
    "operation_id",
    "payment_id",
    "parent_id",
    "intent_id",
    "attempt",
    "fingerprint",
    "idempotency_key",
    "slot",
    "lease_owner",
    "lease_until",
    "transaction_id",
    "code",
    "message",
    "flag",
    "session_id",
    "session_url",
    "session_expires_at",
    "shopper_ip",
    "notified",
    "due",
    "created_at",
    "updated_at",
    "version",
)
"""What an operation's record and row have under the same name and type."""


def payment_values(payment: PaymentRecord) -> dict[str, object]:
    """The columns of a payment."""
    return {
        "payment_id": payment.payment_id,
        "provider": payment.provider,
        "merchant_id": payment.merchant_id,
        "reference": payment.reference,
        "sequence": payment.sequence,
        "mode": payment.mode.value,
        "amount_minor_units": payment.amount_due.minor_units,
        "currency": payment.amount_due.currency,
        "context": dict(payment.context),
        "state": payment.state.value,
        "flags": list(payment.flags),
        "created_at": payment.created_at,
        "version": payment.version,
    }


def read_payment(row: models.Payment) -> PaymentRecord:
    """The record of a payment's row."""
    return PaymentRecord(
        payment_id=row.payment_id,
        provider=row.provider,
        merchant_id=row.merchant_id,
        reference=row.reference,
        sequence=row.sequence,
        mode=Mode(row.mode),
        amount_due=Money(row.amount_minor_units, row.currency),
        context=row.context,
        state=PaymentState(row.state),
        flags=tuple(row.flags),
        created_at=to_utc(row.created_at),
        version=row.version,
    )


def operation_values(operation: OperationRecord) -> dict[str, object]:
    """The columns of an operation; its slot is taken while it is open."""
    moved = operation.moved
    return {name: getattr(operation, name) for name in _PLAIN} | {
        "kind": operation.kind.value,
        "amount_minor_units": operation.amount.minor_units,
        "currency": operation.amount.currency,
        "open_slot": operation.slot if operation.state.is_open else None,
        "state": operation.state.value,
        "moved_minor_units": moved.minor_units if moved else None,
        "moved_currency": moved.currency if moved else "",
        "details": dict(operation.details),
    }


def read_operation(row: models.Operation) -> OperationRecord:
    """The record of an operation's row."""
    moved = row.moved_minor_units
    return OperationRecord(
        **{name: _read(row, name) for name in _PLAIN},
        kind=OperationKind(row.kind),
        amount=Money(row.amount_minor_units, row.currency),
        state=OperationState(row.state),
        moved=None if moved is None else Money(moved, row.moved_currency),
        details=row.details,
    )


def read_event(row: models.WebhookReceipt) -> WebhookEvent:
    """The event of a receipt."""
    return WebhookEvent(
        event_id=row.event_id,
        provider=row.provider,
        merchant_id=row.merchant_id,
        transaction_id=row.transaction_id,
        session_id=row.session_id,
        approved=row.approved,
        occurred_at=to_utc(row.occurred_at),
    )


def _read(row: Model, name: str) -> Any:  # noqa: ANN401 - columns of several types
    value = getattr(row, name)
    return to_utc(value) if isinstance(value, datetime) else value
