"""A small world under one seed: a clock, a bank, a ledger that may fail, and a shop.

Everybody in it is a greenlet that pauses before and after each call to the bank or the
ledger, so the seed decides who acts next, what fails, and who vanishes at which point.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

from greenlet import getcurrent, greenlet

from payment_hooks import (
    MemoryLedger,
    Money,
    Operation,
    OperationState,
    Payment,
    PaymentRecord,
    PaymentState,
    WebhookEvent,
    hookimpl,
)
from payment_hooks.model.records import PaymentChanged
from tests.faults.crashes import Crash

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
MERCHANT = "BANKMERCHANT1"
PAGE_LIFE = timedelta(minutes=15)
SIGNED = "good"


class DatabaseDown(Exception):
    """What a store raises when its database is away."""


class Actor(greenlet):
    """An actor in the world; once gone it can do nothing any more."""

    gone = False
    pays = False
    """Whether it is a shopper: nobody else may take money."""


def pause() -> None:
    """Let another actor act, where there is one."""
    here = getcurrent()
    if isinstance(here, Actor):
        if not here.gone and here.parent is not None:
            here.parent.switch()
        if here.gone:
            raise Crash


class Clock:
    """A time that passes only when the world says so."""

    def __init__(self) -> None:
        self.time = NOON

    def __call__(self) -> datetime:
        return self.time

    def advance(self, **amounts: float) -> None:
        """Move on by `timedelta` amounts."""
        self.time += timedelta(**amounts)


@dataclass(eq=False)
class Luck:
    """What the seed lets go wrong; nothing any more once `calm`."""

    dice: Random
    calm: bool = False
    upsets: int = 0
    """Crashes, database failures and long pauses: one may notify twice."""

    def strikes(self, chance: float) -> bool:
        """Whether this goes wrong."""
        return not self.calm and self.dice.random() < chance


class Records(MemoryLedger):
    """A ledger whose writes fail now and then, before or after they are committed."""

    def __init__(self, luck: Luck) -> None:
        super().__init__()
        self.luck = luck
        self.steps: list[tuple[str, OperationState | PaymentState]] = []
        """Every state that a payment or an operation was written with."""
        self.failures: Counter[greenlet] = Counter()
        """How often a write failed for whom."""
        self.makers: dict[str, greenlet] = {}
        """Who recorded each operation."""
        self.challenged: set[str] = set()
        """Operations whose challenge was written down once."""
        self.on_end: Callable[[Operation], None] = lambda operation: None
        """Called with each operation that has its last word from now on."""

    def get_payment(self, payment_id: str) -> Payment | None:
        """See `Ledger`."""
        pause()
        return super().get_payment(payment_id)

    def operations(self, payment_id: str) -> tuple[Operation, ...]:
        """See `Ledger`."""
        pause()
        return super().operations(payment_id)

    def get_record(self, payment_id: str) -> PaymentRecord | None:
        """See `Ledger`; somebody may act between the two reads."""
        payment = self.get_payment(payment_id)
        return payment and self._with_operations(payment)

    def find_related(
        self, reference: str, transaction_id: str
    ) -> tuple[PaymentRecord, ...]:
        """See `Ledger`; somebody may act between the reads."""
        pause()
        found = self.find_payments(reference=reference, transaction_id=transaction_id)
        return tuple(self._with_operations(payment) for payment in found)

    def replace_payment(self, payment: Payment) -> Payment:
        """See `Ledger`."""
        written = self._write(super().replace_payment, payment)
        return written

    def add_operation(self, operation: Operation) -> Operation:
        """See `Ledger`."""
        return self._write(super().add_operation, operation)

    def replace_operation(
        self,
        operation: Operation,
        payment: Payment | None = None,
        *,
        unless_closed: bool = False,
    ) -> Operation:
        """See `Ledger`."""

        def write(row: Operation) -> Operation:
            return MemoryLedger.replace_operation(
                self, row, payment, unless_closed=unless_closed
            )

        written = self._write(write, operation)
        return written

    def add_event(self, event: WebhookEvent) -> bool:
        """See `Ledger`."""
        return self._write(super().add_event, event)

    def finish_event(self, event_id: str) -> None:
        """See `Ledger`."""
        return self._write(super().finish_event, event_id)

    def every_payment(self) -> tuple[Payment, ...]:
        """All of them, for the oracle."""
        return tuple(self._payments.values())

    def every_operation(self, payment_id: str = "") -> tuple[Operation, ...]:
        """All of them, or all of one payment, for the oracle: nobody acts meanwhile."""
        rows = self._operations.values()
        return tuple(row for row in rows if payment_id in ("", row.payment_id))

    def knows(self, operation_id: str) -> bool:
        """Whether the operation was recorded here."""
        return operation_id in self._operations

    def _with_operations(self, payment: Payment) -> PaymentRecord:
        operations = self.operations(payment.payment_id)
        return PaymentRecord(payment=payment, operations=operations)

    def _write(self, write: Callable[[Any], Any], row: Any) -> Any:
        pause()
        self._may_fail()
        before = self._operations.get(getattr(row, "operation_id", ""))
        written = write(row)
        if isinstance(written, Operation) and written.operation_id == row.operation_id:
            self._note(before, written)
        elif isinstance(written, Payment):
            self.steps.append((written.payment_id, written.state))
        self._may_fail()
        pause()
        return written

    def _note(self, before: Operation | None, written: Operation) -> None:
        self.steps.append((written.operation_id, written.state))
        self.makers.setdefault(written.operation_id, getcurrent())
        if written.challenge is not None:
            self.challenged.add(written.operation_id)
        was_open = before is None or before.state.is_open
        if was_open and not written.state.is_open:
            self.on_end(written)

    def _may_fail(self) -> None:
        if self.luck.strikes(0.004):
            self.luck.upsets += 1
            self.failures[getcurrent()] += 1
            raise DatabaseDown


@dataclass(eq=False)
class Shop:
    """Knows what is due, and remembers its notifications."""

    luck: Luck
    due: dict[str, Money]
    notified: list[PaymentChanged] = field(default_factory=list)
    calls: Counter[str] = field(default_factory=Counter)
    """How often it was called for an operation, be it that it failed."""

    @hookimpl
    def shop_amount_due(self, reference: str) -> Money | None:
        """What the shop's own records say."""
        return self.due.get(reference)

    @hookimpl
    def shop_payment_changed(self, event: PaymentChanged) -> None:
        """Remember it, unless the shop fails just now."""
        self.calls[event.operation.operation_id] += 1
        pause()
        if self.luck.strikes(0.05):
            raise RuntimeError("the shop fails")
        self.notified.append(event)
