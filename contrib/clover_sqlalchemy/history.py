"""The history of a payment: what changed, when, by whom and why; never changed."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, RowMapping, select

from clover_sqlalchemy import tables
from payment_hooks import Operation, Payment


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """One change of a payment or of one of its operations."""

    payment_id: str
    operation_id: str | None
    """None where the payment itself changed."""
    before: str
    """The state before; empty when it was just recorded."""
    after: str
    reason: str
    """Why a person must look, or the provider's code."""
    actor: str
    """Who acted; empty when it is not known, as in a checkout."""
    at: datetime


def note_payment(connection: Connection, payment: Payment, actor: str) -> None:
    """Add to the history where state or flags are others than they were."""
    _note(
        connection,
        payment_id=payment.payment_id,
        operation_id=None,
        after=payment.state.value,
        reason=", ".join(payment.flags),
        actor=actor,
    )


def note_operation(connection: Connection, operation: Operation, actor: str) -> None:
    """Add to the history where state or reason is another than it was."""
    _note(
        connection,
        payment_id=operation.payment_id,
        operation_id=operation.operation_id,
        after=operation.state.value,
        reason=operation.flag or operation.code,
        actor=actor,
    )


def read_entry(row: RowMapping) -> HistoryEntry:
    """The entry of a row."""
    names = HistoryEntry.__slots__
    return HistoryEntry(**{name: row[name] for name in names})


def _note(
    connection: Connection,
    *,
    payment_id: str,
    operation_id: str | None,
    after: str,
    reason: str,
    actor: str,
) -> None:
    columns = tables.history.c
    last = connection.execute(
        select(columns.after, columns.reason)
        .where(
            columns.payment_id == payment_id,
            columns.operation_id == operation_id,
        )
        .order_by(columns.id.desc())
        .limit(1)
    ).first()
    if last is not None and (last.after, last.reason) == (after, reason):
        return
    connection.execute(
        tables.history.insert().values(
            payment_id=payment_id,
            operation_id=operation_id,
            before=last.after if last else "",
            after=after,
            reason=reason,
            actor=actor,
            at=datetime.now(UTC),
        )
    )
