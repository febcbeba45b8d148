"""Records as rows of plain columns, and what the history of a payment keeps of them.

For stores in tables: both that come with the package have the same columns.
"""

from typing import Any, Protocol

from payment_hooks.model.kinds import Mode
from payment_hooks.model.money import Money
from payment_hooks.model.records import (
    Operation,
    OperationKind,
    OperationState,
    Payment,
    PaymentState,
)
from payment_hooks.model.results import WebhookEvent

Values = dict[str, Any]


class Row(Protocol):
    """The columns of one row by name, such as a dictionary; times are aware."""

    def __getitem__(self, name: str, /) -> Any:  # noqa: ANN401 - columns of all types
        """The column of that name."""
        ...


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


def read_payment(row: Row) -> Payment:
    """The payment of a row."""
    return Payment(
        **{name: row[name] for name in _OF_PAYMENT},
        mode=Mode(row["mode"]),
        amount_due=Money(row["amount_minor_units"], row["currency"]),
        context=row["context"],
        state=PaymentState(row["state"]),
        flags=tuple(row["flags"]),
    )


def operation_values(operation: Operation) -> Values:
    """The columns of an operation; `open_slot` is its slot while it is open."""
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


def read_operation(row: Row) -> Operation:
    """The operation of a row."""
    moved = row["moved_minor_units"]
    return Operation(
        **{name: row[name] for name in _OF_OPERATION},
        kind=OperationKind(row["kind"]),
        amount=Money(row["amount_minor_units"], row["currency"]),
        state=OperationState(row["state"]),
        moved=None if moved is None else Money(moved, row["moved_currency"]),
        details=row["details"],
    )


def event_values(event: WebhookEvent) -> Values:
    """The columns of a message."""
    return _plain(event, _OF_EVENT)


def read_event(row: Row) -> WebhookEvent:
    """The message of a row."""
    return WebhookEvent(**{name: row[name] for name in _OF_EVENT})


def history_key(record: Payment | Operation) -> Values:
    """The columns that say of what a row of the history is."""
    operation_id = record.operation_id if isinstance(record, Operation) else None
    return {"payment_id": record.payment_id, "operation_id": operation_id}


def history_values(record: Payment | Operation, last: Row | None) -> Values | None:
    """What the history adds for a record just written; None if that says nothing new.

    Args:
        record: as it was written.
        last: `after` and `reason` of its latest row in the history, if it has one.
    """
    after = record.state.value
    reason = (
        record.flag or record.code
        if isinstance(record, Operation)
        else ", ".join(record.flags)
    )
    before = last["after"] if last else ""
    if last is not None and (before, last["reason"]) == (after, reason):
        return None
    return history_key(record) | {"before": before, "after": after, "reason": reason}


def _plain(record: object, names: tuple[str, ...]) -> Values:
    return {name: getattr(record, name) for name in names}
