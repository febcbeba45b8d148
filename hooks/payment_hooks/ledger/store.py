"""What a store of the records must do."""

from datetime import datetime
from typing import Protocol

from payment_hooks.model.records import Operation, Payment, PaymentRecord
from payment_hooks.model.results import WebhookEvent


class StaleVersion(Exception):
    """Another process changed the row first: read it again and decide anew."""


class Ledger(Protocol):
    """A durable store; every write is committed when the call returns.

    A store that cannot commit by itself, inside a caller's open transaction say, must
    refuse rather than promise. `replace_…` writes only over the version it was given
    and answers with the next one.

    Text is kept and compared to the letter, case and spaces too. Only what a database
    cannot hold, NUL and lone surrogates, may come back as U+FFFD; it never makes a
    write fail. Times come back aware, in UTC, to the microsecond.
    """

    def installation_id(self) -> str:
        """The store's own id: made once, kept in it, the same for every caller.

        It is part of every idempotency key, so that two stores at one merchant, a
        development database that was set up anew say, never send the same key.
        """
        ...

    def add_payment(self, payment: Payment) -> Payment:
        """Insert it, or give the one with the same merchant, reference and sequence."""
        ...

    def get_payment(self, payment_id: str) -> Payment | None:
        """The payment of that id."""
        ...

    def get_record(self, payment_id: str) -> PaymentRecord | None:
        """The payment of that id with its operations, oldest first.

        The payment is read first: what changes between the two is in the operations.
        """
        ...

    def find_payments(
        self, *, reference: str = "", session_id: str = "", transaction_id: str = ""
    ) -> tuple[Payment, ...]:
        """Those which match the one given criterion, oldest first."""
        ...

    def find_related(
        self, reference: str, transaction_id: str
    ) -> tuple[PaymentRecord, ...]:
        """The payments of that reference, and those that have that transaction.

        Each comes once, with its operations; the payments are oldest first.
        """
        ...

    def replace_payment(self, payment: Payment) -> Payment:
        """Write all but its identity.

        Raises:
            StaleVersion: it changed since it was read.
        """
        ...

    def add_operation(self, operation: Operation) -> Operation:
        """Insert it, or return the row that blocks it.

        That is the operation with the same key, or else the open one in the same slot.
        """
        ...

    def get_operation(self, operation_id: str) -> Operation | None:
        """The operation of that id."""
        ...

    def operations(self, payment_id: str) -> tuple[Operation, ...]:
        """All of one payment, oldest first."""
        ...

    def replace_operation(
        self,
        operation: Operation,
        payment: Payment | None = None,
        *,
        unless_closed: bool = False,
    ) -> Operation:
        """Write all but its identity; with a payment both are written, or neither.

        Args:
            operation: as it shall be.
            payment: its payment as it shall be, in the same commit.
            unless_closed: write only while the payment that is stored is not closed.

        Raises:
            StaleVersion: one of them changed since it was read, or it is closed.
        """
        ...

    def due_operations(self, before: datetime, limit: int) -> tuple[Operation, ...]:
        """Those whose `due` has come, most urgent first; O(open), not O(all)."""
        ...

    def oldest_unknown(self) -> datetime | None:
        """When the oldest operation with an unknown outcome was created.

        Those are SENDING or UNKNOWN, and always have a `due`; None without any. For
        alarms that ask often: O(open), not O(all), and no rows are loaded.
        """
        ...

    def operations_between(
        self,
        since: datetime,
        until: datetime,
        *,
        after: Operation | None = None,
        limit: int = 500,
    ) -> tuple[Operation, ...]:
        """Those created from `since` until before `until`, oldest first.

        They come in the order of `created_at` and `operation_id`, and begin behind
        `after`, the last one of the page before.
        """
        ...

    def add_event(self, event: WebhookEvent) -> bool:
        """Keep it; False when this event was finished before."""
        ...

    def find_events(self, session_id: str) -> tuple[WebhookEvent, ...]:
        """The unfinished ones of a hosted session, oldest first."""
        ...

    def finish_event(self, event_id: str) -> None:
        """Its effect is in place; the next delivery changes nothing."""
        ...
