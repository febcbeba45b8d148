"""Records as rows of plain columns, and what the history of a payment keeps of them.

For stores in tables: both that come with the package have the same columns.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any, Protocol

from payment_hooks.ledger.text import storable
from payment_hooks.model.kinds import EventKind, Mode
from payment_hooks.model.money import Money
from payment_hooks.model.records import (
    HostedPage,
    Intent,
    Operation,
    OperationKind,
    OperationState,
    Payment,
    PaymentRecord,
    PaymentState,
)
from payment_hooks.model.results import Challenge, WebhookEvent

Values = dict[str, Any]

UNRESOLVED = tuple(state.value for state in OperationState if state.is_unresolved)
"""The states of operations whose outcome is not known, as they are stored."""
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
"""Before every `due`: what is later than this has one, and its index can be used."""


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
    "adapter",
    "created_at",
    "version",
)
_OF_OPERATION = (
    "operation_id",
    "payment_id",
    "parent_id",
    "lease_until",
    "transaction_id",
    "code",
    "message",
    "flag",
    "shopper_ip",
    "notified",
    "due",
    "created_at",
    "updated_at",
    "version",
)
_OF_INTENT = ("intent_id", "attempt", "fingerprint", "idempotency_key", "slot")
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
    moved, page = operation.moved, operation.page
    plain = _plain(operation, _OF_OPERATION) | _plain(operation.intent, _OF_INTENT)
    return plain | {
        "kind": operation.kind.value,
        "amount_minor_units": operation.amount.minor_units,
        "currency": operation.amount.currency,
        "open_slot": operation.intent.slot if operation.state.is_open else None,
        "state": operation.state.value,
        "moved_minor_units": moved.minor_units if moved else None,
        "moved_currency": moved.currency if moved else "",
        "session_id": page.session_id if page else "",
        "session_url": page.url if page else "",
        "session_expires_at": page.expires_at if page else None,
        "challenge": _challenge_values(operation.challenge),
        "details": dict(operation.details),
    }


def read_operation(row: Row) -> Operation:
    """The operation of a row."""
    moved = row["moved_minor_units"]
    return Operation(
        **{name: row[name] for name in _OF_OPERATION},
        intent=Intent(**{name: row[name] for name in _OF_INTENT}),
        kind=OperationKind(row["kind"]),
        amount=Money(row["amount_minor_units"], row["currency"]),
        state=OperationState(row["state"]),
        moved=None if moved is None else Money(moved, row["moved_currency"]),
        page=_read_page(row),
        challenge=_read_challenge(row["challenge"]),
        details=row["details"],
    )


def join(
    payments: Iterable[Payment], operations: Iterable[Operation]
) -> tuple[PaymentRecord, ...]:
    """The payments, each with its own of these operations; both stay in order."""
    by_payment: dict[str, list[Operation]] = {}
    for operation in operations:
        by_payment.setdefault(operation.payment_id, []).append(operation)
    return tuple(
        PaymentRecord(
            payment=payment, operations=tuple(by_payment.get(payment.payment_id, ()))
        )
        for payment in payments
    )


def event_values(event: WebhookEvent) -> Values:
    """The columns of a message."""
    return _plain(event, _OF_EVENT) | {"kind": event.kind.value}


def read_event(row: Row) -> WebhookEvent:
    """The message of a row."""
    plain = {name: row[name] for name in _OF_EVENT}
    return WebhookEvent(**plain, kind=EventKind(row["kind"]))


def history_key(record: Payment | Operation) -> Values:
    """The columns that say of what a row of the history is."""
    operation_id = record.operation_id if isinstance(record, Operation) else None
    return {"payment_id": record.payment_id, "operation_id": operation_id}


def history_values(record: Payment | Operation, last: Row | None) -> Values | None:
    """The row that the history adds for a record just written; None if nothing is new.

    Args:
        record: as it was written.
        last: `after` and `reason` of its latest row in the history, if it has one.
    """
    after = record.state.value
    reason = storable(
        record.flag or record.code
        if isinstance(record, Operation)
        else ", ".join(record.flags)
    )
    before = last["after"] if last else ""
    if last is not None and (before, last["reason"]) == (after, reason):
        return None
    return history_key(record) | {"before": before, "after": after, "reason": reason}


def _read_page(row: Row) -> HostedPage | None:
    expires_at = row["session_expires_at"]
    if expires_at is None:
        return None
    return HostedPage(
        session_id=row["session_id"], url=row["session_url"], expires_at=expires_at
    )


def _challenge_values(challenge: Challenge | None) -> Values:
    """A challenge as JSON; an empty object is none."""
    if challenge is None:
        return {}
    expires_at = challenge.expires_at
    return {
        "mode": challenge.mode.value,
        "transaction_id": challenge.transaction_id,
        "url": challenge.url,
        "script_url": challenge.script_url,
        "data": dict(challenge.data),
        "expires_at": expires_at.isoformat() if expires_at else None,
    }


def _read_challenge(values: Mapping[str, Any]) -> Challenge | None:
    if not values:
        return None
    expires_at = values["expires_at"]
    return Challenge(
        **dict(values)
        | {
            "mode": Mode(values["mode"]),
            "expires_at": datetime.fromisoformat(expires_at) if expires_at else None,
        }
    )


def _plain(record: object, names: tuple[str, ...]) -> Values:
    return {name: getattr(record, name) for name in names}
