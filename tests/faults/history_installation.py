"""One installation of the shop in a history, seen by those who act and by the oracle."""

from collections.abc import Callable
from dataclasses import dataclass, field

from greenlet import getcurrent

from payment_hooks import Payments, PaymentState, Transaction
from payment_hooks.ledger.state import derive_state
from payment_hooks.model.records import (
    FUNDING,
    Operation,
    OperationKind,
    OperationState,
)
from payment_hooks.recovery import Finding
from tests.faults.history_bank import Bank
from tests.faults.history_lists import RETURNS
from tests.faults.history_world import Clock, Luck, Records, Shop

NOTHING = (PaymentState.OPEN, PaymentState.CLOSED)
GONE = (PaymentState.OPEN, PaymentState.VOIDED, PaymentState.REFUNDED)
RETURNING = (OperationKind.REFUND, OperationKind.VOID)


@dataclass(eq=False)
class World:
    """One installation of the shop, and all that is around it in one history."""

    luck: Luck
    clock: Clock
    bank: Bank
    shop: Shop
    records: Records
    payments: Payments
    letters: list[tuple[str, str]] = field(default_factory=list)
    """Webhooks on their way: transaction and session."""
    neighbour: "World | None" = None
    """Another installation at the same merchant, with the same order numbers."""
    misfit: float = 0.05
    """How often another amount is paid on a page than the page is for."""
    unresolved: list[str] = field(default_factory=list)
    """What was still unknown after two passes of recovery, before anything else."""
    broken: list[str] = field(default_factory=list)
    """Promises that were broken on the way, where it can be seen only then."""
    very_late: set[str] = field(default_factory=set)
    """What the bank did when the payment was closed: it can only be flagged."""
    findings: tuple[Finding, ...] | None = None
    """What the last comparison with the bank's list found; None where none was made."""

    def chance(self, probability: float) -> bool:
        """Whether an actor decides so."""
        return self.luck.dice.random() < probability

    def ids(self, reference: str) -> list[str]:
        """The payments of a reference, oldest first."""
        found = self.payments.ledger.find_payments(reference=reference)
        return [payment.payment_id for payment in found]

    def holds_money(self, reference: str) -> bool:
        """Whether the shop's rows say that money of the reference is there."""
        found = self.payments.ledger.find_payments(reference=reference)
        return any(payment.state not in NOTHING for payment in found)

    def believes_in_money(self, reference: str) -> bool:
        """Whether the shop's rows say that some is there, be it that it does not fit."""
        for payment_id in self.ids(reference):
            rows = self.records.every_operation(payment_id)
            if derive_state(rows, closed=False) not in GONE:
                return True
            if any(self._is_believed_here(row, rows) for row in rows):
                return True
        return False

    def rows(self, reference: str = "") -> list[Transaction]:
        """What the bank holds of this installation, or of one reference of it."""
        return [
            row
            for row in self.bank.rows.values()
            if reference in ("", row.reference) and not self._is_neighbours(row)
        ]

    def is_held(self, reference: str) -> bool:
        """Whether the bank holds money of the reference."""
        return any(
            row.kind not in RETURNS and self.bank.held(row.transaction_id)
            for row in self.rows(reference)
        )

    def misfits(self, payment_id: str) -> list[Operation]:
        """What the shop knows to have come and not to fit, and the bank holds still."""
        return [
            row
            for row in self.records.every_operation(payment_id)
            if row.kind in FUNDING
            and row.state is OperationState.SUCCEEDED
            and row.flag
            and row.transaction_id in self.bank.rows
            and self.bank.held(row.transaction_id) > 0
        ]

    def expect_notified(self, move: Callable[[], Operation]) -> None:
        """Make a movement: when it returns, the shop was called, or is being called.

        Where the database failed meanwhile, it is recovery that calls.
        """
        failures = self.records.failures[getcurrent()]
        moved = move().operation_id
        rows = self.records.every_operation()
        now = next(row for row in rows if row.operation_id == moved)
        is_being_called = now.lease_until is not None
        has_failed = self.records.failures[getcurrent()] > failures
        if not (self.shop.calls[moved] or is_being_called or has_failed):
            self.broken.append(f"I2 {now.kind} returned, and the shop was not notified")

    def _is_believed_here(self, row: Operation, known: tuple[Operation, ...]) -> bool:
        """Whether it came and does not fit, and less was refunded than came."""
        is_money = row.kind in FUNDING and row.state is OperationState.SUCCEEDED
        if not (is_money and row.flag and row.transaction_id in self.bank.rows):
            return False
        back = [
            (each.moved or each.amount).minor_units
            for each in known
            if each.parent_id == row.transaction_id
            and each.kind in RETURNING
            and each.state is OperationState.SUCCEEDED
        ]
        return sum(back) < self.bank.taken(row.transaction_id)

    def _is_neighbours(self, row: Transaction) -> bool:
        if self.neighbour is None:
            return False
        parent = self.bank.rows.get(row.parent_id, row)
        return any(
            self.neighbour.records.knows(each.operation_id) for each in (row, parent)
        )


Act = Callable[[World, str], None]
