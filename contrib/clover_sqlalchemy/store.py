"""The ledger in SQLAlchemy Core: every write is committed when the call returns."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Engine, Select, and_, false, or_, select
from sqlalchemy.exc import IntegrityError

from clover_sqlalchemy import rows, tables
from clover_sqlalchemy.committing import Committer
from clover_sqlalchemy.connecting import own_engine
from clover_sqlalchemy.history import (
    HistoryEntry,
    note_operation,
    note_payment,
    read_entry,
)
from payment_hooks import Operation, Payment, StaleVersion, WebhookEvent

Actor = str | Callable[[], str]

_TRIES = 8
_ONLY = 1
"""The primary key of the one installation."""
_IDENTITY = ("provider", "merchant_id", "reference", "sequence")


class SqlAlchemyLedger:
    """A `Ledger` in five tables, which `create_tables` makes.

    It opens connections of its own, in the way of the engine it is given: what a shop's
    transaction rolls back is not rolled back here, and nothing waits for its commit.

    Args:
        engine: to SQLite in a file, PostgreSQL, MySQL or MariaDB.
        actor: who acts, for the history: a name, or a function that knows it.

    Raises:
        ConfigurationError: the engine leads to no database that commits durably.
    """

    def __init__(self, engine: Engine, *, actor: Actor = "") -> None:
        self.engine = own_engine(engine)
        self.actor = actor
        self._committer = Committer(self.engine)
        self._installation_id = ""

    def installation_id(self) -> str:
        """See `Ledger`."""
        if not self._installation_id:
            known = self._read_installation_id() or self._make_installation_id()
            self._installation_id = known
        return self._installation_id

    def add_payment(self, payment: Payment) -> Payment:
        """See `Ledger`."""
        values = rows.payment_values(payment)

        def insert(connection: Connection) -> None:
            connection.execute(tables.payments.insert().values(values))
            note_payment(connection, payment, self._who())

        try:
            self._committer.write(insert)
        except IntegrityError:
            same = [tables.payments.c[name] == values[name] for name in _IDENTITY]
            known = self._payments(select(tables.payments).where(*same))
            if not known:
                raise
            return known[0]
        return payment

    def get_payment(self, payment_id: str) -> Payment | None:
        """See `Ledger`."""
        columns = tables.payments.c
        wanted = select(tables.payments).where(columns.payment_id == payment_id)
        return next(iter(self._payments(wanted)), None)

    def find_payments(
        self, *, reference: str = "", session_id: str = "", transaction_id: str = ""
    ) -> tuple[Payment, ...]:
        """See `Ledger`."""
        columns, moves = tables.payments.c, tables.operations.c
        named = select(moves.payment_id)
        criteria = []
        if reference:
            criteria.append(columns.reference == reference)
        if session_id:
            found = named.where(moves.session_id == session_id)
            criteria.append(columns.payment_id.in_(found))
        if transaction_id:
            found = named.where(moves.transaction_id == transaction_id)
            criteria.append(columns.payment_id.in_(found))
        wanted = select(tables.payments).where(*criteria or [false()])
        return self._payments(wanted.order_by(columns.id))

    def replace_payment(self, payment: Payment) -> Payment:
        """See `Ledger`."""
        written = replace(payment, version=payment.version + 1)
        columns = tables.payments.c
        update = (
            tables.payments.update()
            .where(
                columns.payment_id == payment.payment_id,
                columns.version == payment.version,
            )
            .values(rows.payment_values(written))
        )

        def write(connection: Connection) -> int:
            changed = connection.execute(update).rowcount
            if changed:
                note_payment(connection, written, self._who())
            return changed

        if not self._committer.write(write):
            raise StaleVersion(f"payment {payment.payment_id} changed meanwhile")
        return written

    def add_operation(self, operation: Operation) -> Operation:
        """See `Ledger`."""
        for _ in range(_TRIES):
            if self._insert(operation):
                return operation
            obstacle = self._obstacle(operation)
            if obstacle is not None:
                return obstacle
        raise StaleVersion(
            f"{operation.operation_id} cannot be recorded: its payment is not there, or "
            "its slot is taken and left all the time"
        )

    def get_operation(self, operation_id: str) -> Operation | None:
        """See `Ledger`."""
        columns = tables.operations.c
        wanted = select(tables.operations).where(columns.operation_id == operation_id)
        return next(iter(self._operations(wanted)), None)

    def operations(self, payment_id: str) -> tuple[Operation, ...]:
        """See `Ledger`."""
        columns = tables.operations.c
        wanted = select(tables.operations).where(columns.payment_id == payment_id)
        return self._operations(wanted.order_by(columns.id))

    def replace_operation(self, operation: Operation) -> Operation:
        """See `Ledger`."""
        written = replace(operation, version=operation.version + 1)
        columns = tables.operations.c
        update = (
            tables.operations.update()
            .where(
                columns.operation_id == operation.operation_id,
                columns.version == operation.version,
            )
            .values(rows.operation_values(written))
        )

        def write(connection: Connection) -> int:
            changed = connection.execute(update).rowcount
            if changed:
                note_operation(connection, written, self._who())
            return changed

        if not self._committer.write(write):
            raise StaleVersion(f"operation {operation.operation_id} changed meanwhile")
        return written

    def due_operations(self, before: datetime, limit: int) -> tuple[Operation, ...]:
        """See `Ledger`."""
        columns = tables.operations.c
        wanted = select(tables.operations).where(columns.due <= before)
        return self._operations(wanted.order_by(columns.due, columns.id).limit(limit))

    def operations_between(
        self,
        since: datetime,
        until: datetime,
        *,
        after: Operation | None = None,
        limit: int = 500,
    ) -> tuple[Operation, ...]:
        """See `Ledger`."""
        columns = tables.operations.c
        wanted = select(tables.operations).where(
            columns.created_at >= since, columns.created_at < until
        )
        if after is not None:
            same_moment = and_(
                columns.created_at == after.created_at,
                columns.operation_id > after.operation_id,
            )
            is_behind = or_(columns.created_at > after.created_at, same_moment)
            wanted = wanted.where(is_behind)
        ordered = wanted.order_by(columns.created_at, columns.operation_id)
        return self._operations(ordered.limit(limit))

    def add_event(self, event: WebhookEvent) -> bool:
        """See `Ledger`."""
        insert = tables.events.insert().values(
            rows.event_values(event, datetime.now(UTC))
        )
        try:
            self._committer.write(lambda connection: connection.execute(insert))
        except IntegrityError:
            columns = tables.events.c
            known = select(columns.finished_at).where(
                columns.event_id == event.event_id
            )
            [row] = self._committer.read(
                lambda connection: connection.execute(known).all()
            )
            return row.finished_at is None
        return True

    def find_events(self, session_id: str) -> tuple[WebhookEvent, ...]:
        """See `Ledger`."""
        columns = tables.events.c
        wanted = select(tables.events).where(
            columns.session_id == session_id, columns.finished_at.is_(None)
        )
        ordered = wanted.order_by(columns.id)
        found = self._committer.read(
            lambda connection: connection.execute(ordered).mappings().all()
        )
        return tuple(rows.read_event(row) for row in found)

    def finish_event(self, event_id: str) -> None:
        """See `Ledger`."""
        columns = tables.events.c
        update = (
            tables.events.update()
            .where(columns.event_id == event_id, columns.finished_at.is_(None))
            .values(finished_at=datetime.now(UTC))
        )
        self._committer.write(lambda connection: connection.execute(update))

    def history(self, payment_id: str) -> tuple[HistoryEntry, ...]:
        """All that changed of a payment and its operations, oldest first."""
        columns = tables.history.c
        wanted = select(tables.history).where(columns.payment_id == payment_id)
        ordered = wanted.order_by(columns.id)
        found = self._committer.read(
            lambda connection: connection.execute(ordered).mappings().all()
        )
        return tuple(read_entry(row) for row in found)

    def close(self) -> None:
        """Close the connections that are not in use; the next call opens new ones."""
        self.engine.dispose()

    def _read_installation_id(self) -> str:
        wanted = select(tables.installations.c.installation_id).where(
            tables.installations.c.id == _ONLY
        )
        found = self._committer.read(
            lambda connection: connection.execute(wanted).scalar()
        )
        return found or ""

    def _make_installation_id(self) -> str:
        """Ours, or that of another process which was first."""
        insert = tables.installations.insert().values(
            id=_ONLY, installation_id=uuid4().hex
        )
        with suppress(IntegrityError):
            self._committer.write(lambda connection: connection.execute(insert))
        return self._read_installation_id()

    def _payments(self, wanted: Select[Any]) -> tuple[Payment, ...]:
        found = self._committer.read(
            lambda connection: connection.execute(wanted).mappings().all()
        )
        return tuple(rows.read_payment(row) for row in found)

    def _operations(self, wanted: Select[Any]) -> tuple[Operation, ...]:
        found = self._committer.read(
            lambda connection: connection.execute(wanted).mappings().all()
        )
        return tuple(rows.read_operation(row) for row in found)

    def _insert(self, operation: Operation) -> bool:
        """Whether there was no conflict."""
        insert = tables.operations.insert().values(rows.operation_values(operation))

        def work(connection: Connection) -> None:
            connection.execute(insert)
            note_operation(connection, operation, self._who())

        try:
            self._committer.write(work)
        except IntegrityError:
            return False
        return True

    def _obstacle(self, operation: Operation) -> Operation | None:
        """The one with the same key, or else the open one in the same slot."""
        columns = tables.operations.c
        for condition in (
            columns.idempotency_key == operation.idempotency_key,
            columns.open_slot == operation.slot,
        ):
            found = self._operations(select(tables.operations).where(condition))
            if found:
                return found[0]
        return None

    def _who(self) -> str:
        return self.actor if isinstance(self.actor, str) else self.actor()
