"""Between the ledger's records and the tables' rows, both ways."""

from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping

from payment_hooks import (
    Mode,
    Money,
    Operation,
    OperationKind,
    OperationState,
    Payment,
    PaymentState,
    WebhookEvent,
)

_OF_PAYMENT = (
    "payment_id",
    "provider",
    "merchant_id",
    "reference",
    "sequence",
    "created_at",
    "version",
)
_OF_OPERATION = (
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
_OF_EVENT = (
    "event_id",
    "provider",
    "merchant_id",
    "transaction_id",
    "session_id",
    "approved",
    "occurred_at",
)
"""What record and row have under the same name and type."""

Values = dict[str, Any]


def payment_values(payment: Payment) -> Values:
    """The columns of a payment."""
    return _plain(payment, _OF_PAYMENT) | {
        "mode": payment.mode.value,
        "amount_minor_units": payment.amount_due.minor_units,
        "currency": payment.amount_due.currency,
        "context": dict(payment.context),
        "state": payment.state.value,
        "flags": list(payment.flags),
    }


def read_payment(row: RowMapping) -> Payment:
    """The record of a payment's row."""
    return Payment(
        **{name: row[name] for name in _OF_PAYMENT},
        mode=Mode(row["mode"]),
        amount_due=Money(row["amount_minor_units"], row["currency"]),
        context=row["context"],
        state=PaymentState(row["state"]),
        flags=tuple(row["flags"]),
    )


def operation_values(operation: Operation) -> Values:
    """The columns of an operation; its slot is taken while it is open."""
    moved = operation.moved
    return _plain(operation, _OF_OPERATION) | {
        "kind": operation.kind.value,
        "amount_minor_units": operation.amount.minor_units,
        "currency": operation.amount.currency,
        "open_slot": operation.slot if operation.state.is_open else None,
        "state": operation.state.value,
        "moved_minor_units": moved.minor_units if moved else None,
        "moved_currency": moved.currency if moved else "",
        "details": dict(operation.details),
    }


def read_operation(row: RowMapping) -> Operation:
    """The record of an operation's row."""
    moved = row["moved_minor_units"]
    return Operation(
        **{name: row[name] for name in _OF_OPERATION},
        kind=OperationKind(row["kind"]),
        amount=Money(row["amount_minor_units"], row["currency"]),
        state=OperationState(row["state"]),
        moved=None if moved is None else Money(moved, row["moved_currency"]),
        details=row["details"],
    )


def event_values(event: WebhookEvent, received_at: datetime) -> Values:
    """The columns of a message that was just received."""
    return _plain(event, _OF_EVENT) | {"received_at": received_at}


def read_event(row: RowMapping) -> WebhookEvent:
    """The record of a message's row."""
    return WebhookEvent(**{name: row[name] for name in _OF_EVENT})


def _plain(record: object, names: tuple[str, ...]) -> Values:
    return {name: getattr(record, name) for name in names}
