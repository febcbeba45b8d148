"""Recovery: resolves every payment that is due, and notifies the shop."""

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass

from payment_hooks.engine.payments import Payments
from payment_hooks.engine.webhooks import UnmatchedMessage
from payment_hooks.model.errors import PaymentError
from payment_hooks.model.money import Money
from payment_hooks.model.records import (
    UNCONFIRMED,
    Operation,
    OperationState,
    Payment,
    PaymentState,
)

logger = logging.getLogger(__name__)

_BATCH = 100

Progress = Callable[[int, str], None]
"""Called after each payment: how many were looked at, and the reference of the last."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recovered:
    """One payment that was due, and its state now."""

    payment_id: str
    reference: str
    amount_due: Money
    state: PaymentState
    flags: tuple[str, ...] = ()
    """What a person must look at."""
    problem: str = ""
    """Why it is still open: its outcome is unknown, or the shop was not notified."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryReport:
    """What one pass found; each payment once."""

    rows: tuple[Recovered, ...] = ()
    messages: tuple[UnmatchedMessage, ...] = ()
    """Transactions that messages named and that belong to no known payment."""

    @property
    def unresolved(self) -> tuple[Recovered, ...]:
        """Those to be looked at again by the next pass."""
        return tuple(row for row in self.rows if row.problem)

    @property
    def flagged(self) -> tuple[Recovered, ...]:
        """Those which a person must look at."""
        return tuple(row for row in self.rows if row.flags)

    @property
    def is_clean(self) -> bool:
        """Whether no person needs to look at anything."""
        return not (self.unresolved or self.flagged or self.messages)


class Recovery:
    """One pass over what is due: safe to run often, twice at once, and to be killed.

    It asks the provider about unknown outcomes, sends the captures, refunds and voids
    that were recorded and never sent, and notifies the shop of what it does not know. A
    charge that was never sent is closed: the card is not kept, so the shopper pays anew.
    Its cost depends on the number of open payments only.
    """

    def __init__(self, payments: Payments) -> None:
        self.payments = payments

    def run(
        self, *, limit: int = 10_000, on_progress: Progress | None = None
    ) -> RecoveryReport:
        """What became of the payments that were due, at most `limit` of them."""
        rows: list[Recovered] = []
        for payment_id in self._due(limit):
            row = self._recover(payment_id)
            if row is not None:
                rows.append(row)
                if on_progress is not None:
                    on_progress(len(rows), row.reference)
        return RecoveryReport(rows=tuple(rows), messages=self.payments.match_messages())

    def _due(self, limit: int) -> Iterator[str]:
        """Each payment once; what was looked at is not due again for a while."""
        payments, seen = self.payments, dict[str, None]()
        while len(seen) < limit:
            due = payments.ledger.due_operations(payments.now(), len(seen) + _BATCH)
            fresh = [row.payment_id for row in due if row.payment_id not in seen]
            if not fresh:
                return
            for payment_id in list(dict.fromkeys(fresh))[: limit - len(seen)]:
                seen[payment_id] = None
                yield payment_id

    def _recover(self, payment_id: str) -> Recovered | None:
        """What became of it; None for another merchant's, which its own recovery does."""
        if not self.payments.owns(self.payments.get(payment_id)):
            return None
        problem = self._resume(payment_id)
        known = self.payments.operations(payment_id)
        return _describe(self.payments.get(payment_id), problem or find_problem(known))

    def _resume(self, payment_id: str) -> str:
        """Why it could not be resolved; empty if it was."""
        try:
            self.payments.resume(payment_id)
        except PaymentError as error:
            return str(error)
        except Exception as error:
            # What fails for one payment may work for the next.
            with suppress(Exception):  # nor must a broken log keep the next waiting
                logger.exception("recovery failed", extra={"payment_id": payment_id})
            return f"{type(error).__name__}: see the log"
        return ""


def recover_all(
    merchants: Iterable[Payments],
    *,
    limit: int = 10_000,
) -> RecoveryReport:
    """One pass for each merchant of one ledger, at most `limit` payments of each."""
    reports = [Recovery(payments).run(limit=limit) for payments in merchants]
    return RecoveryReport(
        rows=tuple(row for each in reports for row in each.rows),
        messages=tuple(row for each in reports for row in each.messages),
    )


def find_problem(operations: tuple[Operation, ...]) -> str:
    """Why a payment with these operations is still open; empty if it is not.

    What waits for the shopper is no problem: a hosted page may be paid, or never. One
    whose answer was sent and is not known to have come to anything is.
    """
    for row in operations:
        is_waiting = row.state is OperationState.WAITING
        if row.state.is_open and not (is_waiting and UNCONFIRMED not in row.details):
            return f"{row.kind} {row.operation_id} is {row.state}"
        if not (row.state.is_open or row.notified):
            return f"the shop could not be notified of {row.kind} {row.operation_id}"
    return ""


def _describe(payment: Payment, problem: str) -> Recovered:
    return Recovered(
        payment_id=payment.payment_id,
        reference=payment.reference,
        amount_due=payment.amount_due,
        state=payment.state,
        flags=payment.flags,
        problem=problem,
    )
