"""The history of a payment: what changed, when, by whom and why; never changed."""

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection, RowMapping, select

from clover_sqlalchemy import tables
from payment_hooks import Operation, Payment
from payment_hooks.ledger import rows


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


def note(connection: Connection, record: Payment | Operation, actor: str) -> None:
    """Add to the history what it does not say yet of a record just written."""
    columns = tables.history.c
    key = rows.history_key(record)
    of_record = [columns[name] == value for name, value in key.items()]
    last = connection.execute(
        select(columns.after, columns.reason)
        .where(*of_record)
        .order_by(columns.id.desc())
        .limit(1)
    ).mappings()
    values = rows.history_values(record, last.first())
    if values is not None:
        insert = tables.history.insert()
        connection.execute(insert.values(**values, actor=actor, at=datetime.now(UTC)))


def read_entry(row: RowMapping) -> HistoryEntry:
    """The entry of a row."""
    names = HistoryEntry.__slots__
    return HistoryEntry(**{name: row[name] for name in names})
