"""Owning an operation, sending it, and writing down one of the three outcomes."""

import logging
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from payment_hooks.engine.calls import Call, Request
from payment_hooks.engine.checks import describe
from payment_hooks.engine.policy import Policy
from payment_hooks.ledger.state import KEY_CONFLICT
from payment_hooks.ledger.store import Ledger, StaleVersion
from payment_hooks.model.errors import (
    ConfigurationError,
    InvalidRequest,
    KeyConflict,
    OutcomeUnknown,
    PaymentDeclined,
    PaymentError,
)
from payment_hooks.model.kinds import DeclineCode, TransactionStatus
from payment_hooks.model.records import Operation, OperationState
from payment_hooks.model.results import Transaction
from payment_hooks.spec.time_limit import seconds_left

logger = logging.getLogger(__name__)

_POLL_SECONDS = 0.05
_LOOK_AGAIN = timedelta(minutes=1)
_LOOK_AGAIN_AT_LATEST = timedelta(hours=1)


def utc_now() -> datetime:
    """The time, aware and in UTC."""
    return datetime.now(UTC)


class Sender:
    """Moves operations through their states; only a lease's owner sends or says no."""

    def __init__(
        self, ledger: Ledger, policy: Policy, now: Callable[[], datetime]
    ) -> None:
        self.ledger = ledger
        self.policy = policy
        self.now = now

    def lease(self, operation: Operation) -> Operation:
        """The operation with a lease of ours, not written down yet.

        An intent is recorded with its lease, so that nobody finds it without an owner.
        """
        now = self.now()
        until = now + timedelta(seconds=self.policy.lease_seconds)
        return replace(
            operation,
            lease_owner=uuid4().hex,
            lease_until=until,
            due=until,
            updated_at=now,
        )

    def record(self, operation: Operation) -> Operation:
        """The recorded operation, or what stands in its way.

        Raises:
            OutcomeUnknown: what stands in its way changes all the time.
        """
        try:
            return self.ledger.add_operation(operation)
        except StaleVersion as error:
            raise in_progress(operation) from error

    def claim(self, operation: Operation) -> Operation:
        """The recorded operation with a fresh lease of ours.

        Raises:
            OutcomeUnknown: somebody else owns it.
        """
        if self.is_leased(operation, self.now()):
            raise in_progress(operation)
        try:
            return self.ledger.replace_operation(self.lease(operation))
        except StaleVersion as error:
            raise in_progress(operation) from error

    def send(self, operation: Operation, call: Call) -> tuple[Operation, Transaction]:
        """The claimed operation and what the provider answered.

        Every other ending is written down before it is raised. An operation that was
        in doubt before leaves it only by success or by the bank's own no.
        """
        in_doubt = operation.state in (OperationState.SENDING, OperationState.UNKNOWN)
        request = self._build(operation, call, in_doubt=in_doubt)
        sending = self.write(self.lease(operation), state=OperationState.SENDING)
        if not self.is_leased(sending, self.now()):
            # Held up for so long that others may have looked, and found nothing.
            raise in_progress(sending)
        try:
            return sending, call.ask(sending, request, in_doubt)
        except OutcomeUnknown as error:
            self._doubt(sending, error)
            raise
        except KeyConflict as error:
            if in_doubt:
                self._doubt(sending, error)
                raise in_progress(sending) from error
            self.refuse(sending, error, flag=KEY_CONFLICT)
            raise
        except (PaymentError, ConfigurationError) as error:
            if in_doubt and not _is_conclusive(error):
                self._doubt(sending, error)
                raise in_progress(sending) from error
            self.refuse(sending, error)
            raise

    def succeed(
        self, operation: Operation, transaction: Transaction, flag: str = ""
    ) -> Operation:
        """The operation as done, with what may be kept of the transaction."""
        return self._close(
            operation,
            state=OperationState.SUCCEEDED,
            transaction_id=transaction.transaction_id,
            moved=transaction.amount,
            flag=flag,
            details=describe(transaction),
            code="",
            message="",
        )

    def refuse(
        self, operation: Operation, error: Exception, flag: str = ""
    ) -> Operation:
        """The operation as a definitive no."""
        declined = isinstance(error, PaymentDeclined)
        code = error.decline_code.value if isinstance(error, PaymentDeclined) else ""
        return self._close(
            operation,
            state=OperationState.DECLINED if declined else OperationState.FAILED,
            code=code or getattr(error, "code", "") or type(error).__name__,
            message=str(error),
            flag=flag,
        )

    def write(self, operation: Operation, **changes: object) -> Operation:
        """The operation with these changes, provided nobody else changed it.

        Raises:
            OutcomeUnknown: somebody else did.
        """
        changed = replace(operation, updated_at=self.now(), **changes)  # type: ignore[arg-type]  # field names are checked by the tests
        try:
            return self.ledger.replace_operation(changed)
        except StaleVersion as error:
            raise in_progress(operation) from error

    def release(self, operation: Operation, **changes: object) -> Operation:
        """The operation without our lease, to be looked at again later."""
        return self.write(
            operation,
            lease_owner="",
            lease_until=None,
            due=self.now() + self._pause(operation),
            **changes,
        )

    def note_look(self, operation: Operation) -> None:
        """Keep that somebody looked at an open page, and learnt nothing.

        Whoever looks at anything else claims it, which leaves its mark by itself.
        """
        row = self.ledger.get_operation(operation.operation_id) or operation
        is_free = not self.is_leased(row, self.now())
        if row.state is OperationState.WAITING and is_free:
            with suppress(OutcomeUnknown):  # somebody else is at it
                self.write(row)

    def wait(self, operation: Operation) -> Operation:
        """The operation once its owner is done, or as it is when patience ends.

        A final one is done: the lease that it may have is of who tells the shop.
        """
        patience = min(self.policy.wait_seconds, seconds_left())
        deadline = time.monotonic() + patience
        current = operation
        while self._is_being_sent(current) and time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)
            current = self.ledger.get_operation(operation.operation_id) or current
        return current

    def is_leased(self, operation: Operation, now: datetime) -> bool:
        """Whether somebody owns it at that time."""
        return operation.lease_until is not None and operation.lease_until > now

    def _build(self, operation: Operation, call: Call, *, in_doubt: bool) -> Request:
        """The request; one that cannot be built was not sent, and is over at once."""
        try:
            return call.build(operation)
        except Exception as error:
            if in_doubt:
                self.release(operation, state=OperationState.UNKNOWN)
            else:
                self.refuse(operation, error)
            raise

    def _is_being_sent(self, operation: Operation) -> bool:
        return operation.state.is_open and self.is_leased(operation, self.now())

    def _pause(self, operation: Operation) -> timedelta:
        """How long to wait before looking again: the longer, the older the doubt."""
        age = self.now() - operation.created_at
        return min(max(_LOOK_AGAIN, age / 10), _LOOK_AGAIN_AT_LATEST)

    def _close(self, operation: Operation, **changes: object) -> Operation:
        return self.write(
            operation, lease_owner="", lease_until=None, due=self.now(), **changes
        )

    def _doubt(self, operation: Operation, error: Exception) -> None:
        with suppress(Exception):  # a broken log must not hide the doubt
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


def in_progress(operation: Operation) -> OutcomeUnknown:
    """The error for an operation that somebody else works on, or that is in doubt."""
    return OutcomeUnknown(
        f"{operation.kind} {operation.operation_id} has no known outcome yet: "
        "settle it before asking again",
        code="in_progress",
    )


def refusal_of(operation: Operation, transaction: Transaction) -> PaymentError:
    """The error for a transaction that is there, and brought nothing in the end."""
    told = (
        f"{operation.kind} {transaction.transaction_id} is {transaction.status}: "
        "nothing of it was moved"
    )
    if transaction.status is TransactionStatus.FAILED:
        return PaymentDeclined(
            told,
            decline_code=DeclineCode.PROCESSING_ERROR,
            transaction_id=transaction.transaction_id,
            code=transaction.status.value,
        )
    return InvalidRequest(told, code=transaction.status.value)


def decline_of(operation: Operation) -> PaymentDeclined:
    """The error which a declined operation raised when it was declined."""
    known = set(DeclineCode)
    code = (
        DeclineCode(operation.code)
        if operation.code in known
        else DeclineCode.CARD_DECLINED
    )
    return PaymentDeclined(operation.message, decline_code=code)


def _is_conclusive(error: Exception) -> bool:
    """Whether a second sending's refusal also speaks for the first.

    A used-up token does not: the first sending may be what used it.
    """
    return (
        isinstance(error, PaymentDeclined)
        and error.decline_code is not DeclineCode.SOURCE_ALREADY_USED
    )
