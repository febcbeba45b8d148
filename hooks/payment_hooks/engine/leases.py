"""Who owns an operation, and what its owner writes down: the store of the engine."""

import logging
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from payment_hooks.engine.checks import describe
from payment_hooks.engine.engine import Engine
from payment_hooks.ledger.state import in_progress, with_state
from payment_hooks.ledger.store import StaleVersion
from payment_hooks.model.errors import OutcomeUnknown, PaymentDeclined, WrongState
from payment_hooks.model.kinds import ErrorCode
from payment_hooks.model.records import (
    FUNDING,
    REASON,
    Operation,
    OperationKind,
    OperationState,
    PaymentRecord,
    PaymentState,
)
from payment_hooks.model.results import Challenge, Transaction
from payment_hooks.spec.time_limit import seconds_left

logger = logging.getLogger(__name__)

_POLL_SECONDS = 0.05
_LOOK_AGAIN = timedelta(minutes=1)
_LOOK_AGAIN_AT_LATEST = timedelta(hours=1)
_TRIES = 10


class OperationStore:
    """Moves operations through their states; only a lease's owner sends or says no."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._ledger = engine.ledger

    def record(self, operation: Operation) -> Operation:
        """The recorded operation, or the one that blocks it.

        Raises:
            OutcomeUnknown: the one that blocks it changes all the time.
        """
        try:
            return self._ledger.add_operation(operation)
        except StaleVersion as error:
            raise in_progress(operation) from error

    def lease(self, operation: Operation) -> Operation:
        """The operation with a lease of ours, not written down yet.

        An intent is recorded with its lease, so that it is never found without an owner.
        """
        now = self._engine.now()
        until = now + timedelta(seconds=self._engine.policy.lease_seconds)
        return replace(
            operation,
            lease_until=until,
            due=until,
            updated_at=now,
        )

    def claim(self, operation: Operation) -> Operation:
        """The recorded operation with a fresh lease of ours.

        Raises:
            OutcomeUnknown: another process owns it.
        """
        if self.is_leased(operation):
            raise in_progress(operation)
        try:
            return self._ledger.replace_operation(self.lease(operation))
        except StaleVersion as error:
            raise in_progress(operation) from error

    def begin_sending(
        self, owned: Operation, *, unless_closed: bool = False
    ) -> Operation:
        """The owned operation, marked as being sent under a lease that begins now.

        Closing a payment looks for intents after it closed, and what is sent looks at
        the payment after its intent was recorded: one of the two sees the other.

        `unless_closed` refuses more than the first sending of money for a closed payment.

        Raises:
            WrongState: the payment was given up before anything was sent.
            OutcomeUnknown: its lease ended while it was written down, so that others
                may have looked and found nothing; or it was changed elsewhere.
        """
        is_first = owned.state is OperationState.PENDING and owned.kind in FUNDING
        try:
            sending = self.write(
                self.lease(owned),
                unless_closed=is_first or unless_closed,
                state=OperationState.SENDING,
            )
        except OutcomeUnknown:
            if is_first:
                self._refuse_if_closed(owned)
            raise
        if not self.is_leased(sending):
            raise in_progress(sending)
        return sending

    def write(
        self, operation: Operation, *, unless_closed: bool = False, **changes: object
    ) -> Operation:
        """The operation with these changes, provided nobody else changed it.

        `unless_closed` as for `Ledger.replace_operation`.

        Raises:
            OutcomeUnknown: another process did.
        """
        now = self._engine.now()
        changed = replace(operation, updated_at=now, **changes)  # type: ignore[arg-type]  # field names are checked by the tests
        try:
            return self._ledger.replace_operation(changed, unless_closed=unless_closed)
        except StaleVersion as error:
            raise in_progress(operation) from error

    def release(self, operation: Operation, **changes: object) -> Operation:
        """The operation without our lease, to be looked at again later."""
        due = self._engine.now() + self._pause(operation)
        later = replace(operation, lease_until=None, due=due)
        return self.write(replace(later, **changes))  # type: ignore[arg-type]  # as for `write`

    def keep_open(self, operation: Operation) -> Operation:
        """The operation without our lease, still waiting or still unknown."""
        if operation.kind is OperationKind.HOSTED_PAGE:
            return self.release(operation)
        is_waiting = operation.challenge is not None
        state = OperationState.WAITING if is_waiting else OperationState.UNKNOWN
        return self.release(operation, state=state)

    def keep_unknown(self, operation: Operation, error: Exception) -> None:
        """Write down, and log, that money may have moved."""
        with suppress(Exception):  # a broken log must not hide the unknown outcome
            logger.error(
                "payment outcome unknown",
                extra={
                    "operation_id": operation.operation_id,
                    "kind": operation.kind.value,
                    "error": type(error).__name__,
                },
            )
        self.release(
            operation,
            state=OperationState.UNKNOWN,
            code=getattr(error, "code", ""),
            message=str(error),
        )

    def require(self, operation: Operation, challenge: Challenge) -> Operation:
        """The operation, waiting for the shopper to answer the challenge.

        It is looked at meanwhile: the bank may have been answered by who comes not back.
        """
        due = self._engine.now() + _LOOK_AGAIN
        return self.write(
            operation,
            state=OperationState.WAITING,
            lease_until=None,
            due=due,
            transaction_id=challenge.transaction_id,
            challenge=challenge,
            code="",
            message="",
        )

    def succeed(
        self,
        record: PaymentRecord,
        operation: Operation,
        transaction: Transaction,
        *,
        flag: str = "",
        mark: str = "",
    ) -> Operation:
        """The operation as done, with what may be kept of the transaction.

        The payment's row comes to its new state in the same commit.

        Args:
            record: the payment as it was read for the verdict.
            operation: ours, under its lease.
            transaction: what moved the money.
            flag: why it does not count.
            mark: a flag for the payment alone, of money that counts.

        Raises:
            StaleVersion: the payment changed since; what changed may be other money.
            OutcomeUnknown: the operation was changed elsewhere.
        """
        asked = {key: operation.details[key] for key in {REASON} & {*operation.details}}
        done = replace(
            self._closed(operation),
            state=OperationState.SUCCEEDED,
            transaction_id=transaction.transaction_id,
            moved=transaction.amount,
            flag=flag,
            details=asked | describe(transaction),
            code="",
            message="",
        )
        return self.write_both(record, done, mark)

    def succeed_flagged(
        self, operation: Operation, transaction: Transaction, flag: str
    ) -> Operation:
        """The operation as done by money that nobody wants, whatever else is here."""
        for _ in range(_TRIES):
            record = self._engine.get_record(operation.payment_id)
            with suppress(StaleVersion):
                return self.succeed(record, operation, transaction, flag=flag)
        raise in_progress(operation)

    def refuse(
        self, operation: Operation, error: Exception, flag: str = ""
    ) -> Operation:
        """The operation as a definitive no; a flag is the payment's at once."""
        declined = isinstance(error, PaymentDeclined)
        code = error.decline_code.value if isinstance(error, PaymentDeclined) else ""
        refused = replace(
            self._closed(operation),
            state=OperationState.DECLINED if declined else OperationState.FAILED,
            # What waited for the shopper is none of it: if it moves after all, it is new.
            transaction_id="",
            code=code or getattr(error, "code", "") or type(error).__name__,
            message=str(error),
            flag=flag,
        )
        return self.write_flagged(refused) if flag else self.write(refused)

    def write_flagged(self, operation: Operation) -> Operation:
        """The operation with a flag, which its payment has from the same commit on.

        Raises:
            OutcomeUnknown: the operation was changed elsewhere.
        """
        for _ in range(_TRIES):
            record = self._engine.get_record(operation.payment_id)
            with suppress(StaleVersion):
                return self.write_both(record, operation)
        raise in_progress(operation)

    def write_both(
        self, record: PaymentRecord, operation: Operation, mark: str = ""
    ) -> Operation:
        """The operation as written, with the state and flags that it gives its payment.

        Raises:
            StaleVersion: the payment changed since the record was read.
            OutcomeUnknown: the operation was changed elsewhere.
        """
        rows = _with(operation, record.operations)
        payment = with_state(record.payment, rows, flag=mark)
        is_changed = payment != record.payment
        try:
            return self._ledger.replace_operation(
                operation, payment if is_changed else None
            )
        except StaleVersion as error:
            now = self._ledger.get_operation(operation.operation_id)
            if now is None or now.version != operation.version:
                raise in_progress(operation) from error
            raise

    def note_look(self, operation: Operation) -> None:
        """Keep that an open page was looked at, and nothing was learnt.

        Whoever looks at anything else claims it, which leaves its mark by itself.
        """
        row = self._ledger.get_operation(operation.operation_id) or operation
        if row.state is OperationState.WAITING and not self.is_leased(row):
            with suppress(OutcomeUnknown):  # another process changed it just now
                self.write(row)

    def wait(self, operation: Operation) -> Operation:
        """The operation once its owner is done, or as it is when patience ends.

        A final one is done: the lease that it may have is of who notifies the shop.
        """
        patience = min(self._engine.policy.wait_seconds, seconds_left())
        deadline = time.monotonic() + patience
        current = operation
        while self._is_being_sent(current) and time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)
            current = self._ledger.get_operation(operation.operation_id) or current
        return current

    def is_leased(self, operation: Operation, at: datetime | None = None) -> bool:
        """Whether its lease has an owner at that time; now if None."""
        until = operation.lease_until
        return until is not None and until > (at or self._engine.now())

    def _is_being_sent(self, operation: Operation) -> bool:
        return operation.state.is_open and self.is_leased(operation)

    def _pause(self, operation: Operation) -> timedelta:
        """How long to wait before looking again: the longer, the older the operation."""
        age = self._engine.now() - operation.created_at
        return min(max(_LOOK_AGAIN, age / 10), _LOOK_AGAIN_AT_LATEST)

    def _closed(self, operation: Operation) -> Operation:
        """Without a lease, and due: the shop is to be notified of what came of it."""
        now = self._engine.now()
        return replace(
            operation, lease_until=None, due=now, updated_at=now, challenge=None
        )

    def _refuse_if_closed(self, operation: Operation) -> None:
        payment = self._ledger.get_payment(operation.payment_id)
        if payment is not None and payment.state is PaymentState.CLOSED:
            error = WrongState(
                f"payment {operation.payment_id} was given up: open the next one",
                code=ErrorCode.PAYMENT_CLOSED,
            )
            self.refuse(operation, error)
            raise error


def _with(changed: Operation, operations: Iterable[Operation]) -> tuple[Operation, ...]:
    return tuple(
        changed if row.operation_id == changed.operation_id else row
        for row in operations
    )
