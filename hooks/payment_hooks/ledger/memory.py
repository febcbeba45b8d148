"""A ledger in memory: for tests and tries; it forgets with the process."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from itertools import islice
from threading import Lock
from uuid import uuid4

from payment_hooks.ledger.store import StaleVersion
from payment_hooks.model.records import (
    Operation,
    Payment,
    PaymentRecord,
    PaymentState,
)
from payment_hooks.model.results import WebhookEvent


class MemoryLedger:
    """A `Ledger` in dictionaries behind one lock."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._installation_id = uuid4().hex
        self._payments: dict[str, Payment] = {}
        self._operations: dict[str, Operation] = {}
        self._events: dict[str, WebhookEvent] = {}
        self._finished: set[str] = set()

    def installation_id(self) -> str:
        """See `Ledger`."""
        return self._installation_id

    def add_payment(self, payment: Payment) -> Payment:
        """See `Ledger`."""
        with self._lock:
            for known in self._payments.values():
                if _identity(known) == _identity(payment):
                    return known
            self._payments[payment.payment_id] = payment
            return payment

    def get_payment(self, payment_id: str) -> Payment | None:
        """See `Ledger`."""
        with self._lock:
            return self._payments.get(payment_id)

    def get_record(self, payment_id: str) -> PaymentRecord | None:
        """See `Ledger`."""
        with self._lock:
            payment = self._payments.get(payment_id)
            return self._record(payment) if payment else None

    def find_payments(
        self, *, reference: str = "", session_id: str = "", transaction_id: str = ""
    ) -> tuple[Payment, ...]:
        """See `Ledger`."""
        with self._lock:
            return self._find(reference, session_id, transaction_id)

    def find_related(
        self, reference: str, transaction_id: str
    ) -> tuple[PaymentRecord, ...]:
        """See `Ledger`."""
        with self._lock:
            found = self._find(reference, "", transaction_id)
            return tuple(self._record(payment) for payment in found)

    def replace_payment(self, payment: Payment) -> Payment:
        """See `Ledger`."""
        with self._lock:
            _check_version(self._payments.get(payment.payment_id), payment)
            return self._write_payment(payment)

    def add_operation(self, operation: Operation) -> Operation:
        """See `Ledger`."""
        with self._lock:
            obstacle = _obstacle(operation, self._operations.values())
            if obstacle is not None:
                return obstacle
            self._operations[operation.operation_id] = operation
            return operation

    def get_operation(self, operation_id: str) -> Operation | None:
        """See `Ledger`."""
        with self._lock:
            return self._operations.get(operation_id)

    def operations(self, payment_id: str) -> tuple[Operation, ...]:
        """See `Ledger`."""
        with self._lock:
            return self._of(payment_id)

    def replace_operation(
        self,
        operation: Operation,
        payment: Payment | None = None,
        *,
        unless_closed: bool = False,
    ) -> Operation:
        """See `Ledger`."""
        with self._lock:
            known = self._operations.get(operation.operation_id)
            _check_version(known, operation)
            kept = self._payments.get(operation.payment_id)
            if unless_closed and kept and kept.state is PaymentState.CLOSED:
                raise StaleVersion("its payment was given up")
            if payment is not None:
                _check_version(kept, payment)
                self._write_payment(payment)
            written = replace(operation, version=operation.version + 1)
            self._operations[operation.operation_id] = written
            return written

    def due_operations(self, before: datetime, limit: int) -> tuple[Operation, ...]:
        """See `Ledger`."""
        with self._lock:
            due = [
                (operation.due, operation)
                for operation in self._operations.values()
                if operation.due is not None and operation.due <= before
            ]
        due.sort(key=lambda pair: pair[0])
        return tuple(operation for _, operation in due[:limit])

    def oldest_unknown(self) -> datetime | None:
        """See `Ledger`."""
        with self._lock:
            unknown = [
                row for row in self._operations.values() if row.state.is_unresolved
            ]
        return min((row.created_at for row in unknown), default=None)

    def operations_between(
        self,
        since: datetime,
        until: datetime,
        *,
        after: Operation | None = None,
        limit: int = 500,
    ) -> tuple[Operation, ...]:
        """See `Ledger`."""
        with self._lock:
            rows = sorted(self._operations.values(), key=_age)
        wanted = (row for row in rows if since <= row.created_at < until)
        behind = (row for row in wanted if after is None or _age(row) > _age(after))
        return tuple(islice(behind, limit))

    def add_event(self, event: WebhookEvent) -> bool:
        """See `Ledger`."""
        with self._lock:
            self._events.setdefault(event.event_id, event)
            return event.event_id not in self._finished

    def find_events(self, session_id: str) -> tuple[WebhookEvent, ...]:
        """See `Ledger`."""
        with self._lock:
            return tuple(
                event
                for event in self._events.values()
                if event.session_id == session_id
                and event.event_id not in self._finished
            )

    def finish_event(self, event_id: str) -> None:
        """See `Ledger`."""
        with self._lock:
            self._finished.add(event_id)

    def _find(
        self, reference: str, session_id: str, transaction_id: str
    ) -> tuple[Payment, ...]:
        ids = {
            operation.payment_id
            for operation in self._operations.values()
            if (session_id and _session_of(operation) == session_id)
            or (transaction_id and operation.transaction_id == transaction_id)
        }
        return tuple(
            payment
            for payment in self._payments.values()
            if payment.payment_id in ids
            or (reference and payment.reference == reference)
        )

    def _of(self, payment_id: str) -> tuple[Operation, ...]:
        return tuple(
            operation
            for operation in self._operations.values()
            if operation.payment_id == payment_id
        )

    def _record(self, payment: Payment) -> PaymentRecord:
        operations = self._of(payment.payment_id)
        return PaymentRecord(payment=payment, operations=operations)

    def _write_payment(self, payment: Payment) -> Payment:
        written = replace(payment, version=payment.version + 1)
        self._payments[payment.payment_id] = written
        return written


def _identity(payment: Payment) -> tuple[str, str, str, int]:
    return payment.provider, payment.merchant_id, payment.reference, payment.sequence


def _session_of(operation: Operation) -> str:
    return operation.page.session_id if operation.page else ""


def _age(operation: Operation) -> tuple[datetime, str]:
    return operation.created_at, operation.operation_id


def _obstacle(operation: Operation, known: Iterable[Operation]) -> Operation | None:
    rows = list(known)
    for row in rows:
        if row.intent.idempotency_key == operation.intent.idempotency_key:
            return row
    for row in rows:
        if row.intent.slot == operation.intent.slot and row.state.is_open:
            return row
    return None


def _check_version(
    known: Payment | Operation | None, written: Payment | Operation
) -> None:
    if known is None:
        raise StaleVersion("it is not there, or not any more")
    if known.version != written.version:
        raise StaleVersion(f"version {written.version} is behind {known.version}")
