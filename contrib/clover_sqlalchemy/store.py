"""The ledger in SQLAlchemy Core: every write is committed when the call returns."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Connection, Engine, Select, and_, false, func, or_, select
from sqlalchemy.exc import IntegrityError

from clover_sqlalchemy import tables
from clover_sqlalchemy.committing import Committer
from clover_sqlalchemy.connecting import own_engine
from clover_sqlalchemy.history import HistoryEntry, note, read_entry
from payment_hooks import (
    Operation,
    Payment,
    PaymentRecord,
    PaymentState,
    StaleVersion,
    WebhookEvent,
)
from payment_hooks.ledger import add_or_find, rows

Actor = str | Callable[[], str]

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
            note(connection, payment, self._who())

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

    def get_record(self, payment_id: str) -> PaymentRecord | None:
        """See `Ledger`."""
        payment = self.get_payment(payment_id)
        if payment is None:
            return None
        return PaymentRecord(payment=payment, operations=self.operations(payment_id))

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

    def find_related(
        self, reference: str, transaction_id: str
    ) -> tuple[PaymentRecord, ...]:
        """See `Ledger`."""
        columns, moves = tables.payments.c, tables.operations.c
        criteria = [columns.reference == reference]
        if transaction_id:
            # Ids instead of a subquery: beside OR, PostgreSQL would read the whole table.
            having = select(moves.payment_id).where(
                moves.transaction_id == transaction_id
            )
            found = self._committer.read(
                lambda connection: connection.execute(having).scalars().all()
            )
            criteria += [columns.payment_id.in_(found)] if found else []
        wanted = select(tables.payments).where(or_(*criteria)).order_by(columns.id)
        payments = self._payments(wanted)
        if not payments:
            return ()
        ids = [payment.payment_id for payment in payments]
        of_them = select(tables.operations).where(moves.payment_id.in_(ids))
        return rows.join(payments, self._operations(of_them.order_by(moves.id)))

    def replace_payment(self, payment: Payment) -> Payment:
        """See `Ledger`."""
        return self._committer.write(
            lambda connection: self._replace_payment(connection, payment)
        )

    def add_operation(self, operation: Operation) -> Operation:
        """See `Ledger`."""
        return add_or_find(
            operation,
            lambda: self._insert(operation),
            lambda: self._obstacle(operation),
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

    def replace_operation(
        self,
        operation: Operation,
        payment: Payment | None = None,
        *,
        unless_closed: bool = False,
    ) -> Operation:
        """See `Ledger`."""

        def write(connection: Connection) -> Operation:
            written = self._replace_operation(
                connection, operation, unless_closed=unless_closed
            )
            if payment is not None:
                self._replace_payment(connection, payment)
            return written

        return self._committer.write(write)

    def due_operations(self, before: datetime, limit: int) -> tuple[Operation, ...]:
        """See `Ledger`."""
        columns = tables.operations.c
        wanted = select(tables.operations).where(columns.due <= before)
        return self._operations(wanted.order_by(columns.due, columns.id).limit(limit))

    def oldest_unknown(self) -> datetime | None:
        """See `Ledger`."""
        columns = tables.operations.c
        # Grouped: without it, a planner walks by age through all that was ever done.
        wanted = (
            select(func.min(columns.created_at))
            .where(columns.due > rows.EPOCH, columns.state.in_(rows.UNRESOLVED))
            .group_by(columns.state)
        )
        moments = self._committer.read(
            lambda connection: connection.execute(wanted).scalars().all()
        )
        return min(moments, default=None)

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
            **rows.event_values(event), received_at=datetime.now(UTC)
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
            note(connection, operation, self._who())

        try:
            self._committer.write(work)
        except IntegrityError:
            return False
        return True

    def _replace_payment(self, connection: Connection, payment: Payment) -> Payment:
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
        if not connection.execute(update).rowcount:
            raise StaleVersion(f"payment {payment.payment_id} changed meanwhile")
        note(connection, written, self._who())
        return written

    def _replace_operation(
        self, connection: Connection, operation: Operation, *, unless_closed: bool
    ) -> Operation:
        columns, kept = tables.operations.c, tables.payments.c
        conditions = [
            columns.operation_id == operation.operation_id,
            columns.version == operation.version,
        ]
        if unless_closed:
            closed = select(kept.payment_id).where(
                kept.payment_id == operation.payment_id,
                kept.state == PaymentState.CLOSED.value,
            )
            conditions.append(~closed.exists())
        written = replace(operation, version=operation.version + 1)
        update = (
            tables.operations.update()
            .where(*conditions)
            .values(rows.operation_values(written))
        )
        if not connection.execute(update).rowcount:
            raise StaleVersion(f"operation {operation.operation_id} changed meanwhile")
        note(connection, written, self._who())
        return written

    def _obstacle(self, operation: Operation) -> Operation | None:
        """The one with the same key, or else the open one in the same slot."""
        columns = tables.operations.c
        for condition in (
            columns.idempotency_key == operation.intent.idempotency_key,
            columns.open_slot == operation.intent.slot,
        ):
            found = self._operations(select(tables.operations).where(condition))
            if found:
                return found[0]
        return None

    def _who(self) -> str:
        return self.actor if isinstance(self.actor, str) else self.actor()
