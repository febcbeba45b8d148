"""Charges that wait for the shopper: 3-D Secure, answered, ended or handed out again."""

from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from payment_hooks.engine.engine import Engine
from payment_hooks.engine.leases import OperationStore
from payment_hooks.engine.resolving import Resolver
from payment_hooks.ledger.outcomes import find_challenged, last_decline
from payment_hooks.ledger.state import (
    decline_of,
    in_progress,
    is_waiting_page,
    refuse_reversed,
    refuse_unclear,
    still_open,
)
from payment_hooks.model.errors import (
    ConfigurationError,
    OutcomeUnknown,
    PaymentDeclined,
    PaymentError,
    UnsupportedOperation,
    WrongState,
)
from payment_hooks.model.kinds import ErrorCode, TransactionKind, TransactionStatus
from payment_hooks.model.records import (
    FUNDING,
    UNCONFIRMED,
    Operation,
    OperationKind,
    OperationState,
    Payment,
    PaymentRecord,
    PaymentState,
)
from payment_hooks.model.requests import ConfirmRequest
from payment_hooks.model.results import ActionRequired, Challenge, Transaction

Receive = Callable[[Payment, Operation, Transaction | Challenge], Operation]
"""Writes down what the provider answered; raises unless money came."""


class Challenges:
    """Goes on with what a challenge held up; the provider proves the answer."""

    def __init__(
        self,
        engine: Engine,
        store: OperationStore,
        resolver: Resolver,
        receive: Receive,
    ) -> None:
        self._engine = engine
        self._store = store
        self._resolver = resolver
        self._receive = receive

    def confirm(
        self, record: PaymentRecord, answer: Mapping[str, str], *, canceled: bool
    ) -> Operation:
        """The charge or authorization after the shopper answered, now or before."""
        payment_id = record.payment.payment_id
        # It is gone once it was answered, and there while it is being answered.
        challenged = (row for row in record.operations if row.challenge is not None)
        waiting = next(challenged, None)
        current = waiting and self._store.wait(waiting)
        if current is not None and find_challenged([current]) is not None:
            is_over = canceled or record.payment.state is PaymentState.CLOSED
            done = (
                self._end(record.payment, current)
                if is_over
                else self._answer(record.payment, current, answer)
            )
            if done.funds_payment:
                return done
        # Another submit was faster, or what came counts for nothing.
        return _find_outcome(self._engine.get_record(payment_id))

    def cancel(self, payment: Payment, operation: Operation) -> Operation:
        """The operation, ended unpaid unless its money came first.

        Raises:
            OutcomeUnknown: the provider still waits for the shopper, or cannot be asked.
        """
        with suppress(PaymentDeclined):  # as was asked for, and it is written down
            return self._end(payment, operation)
        return self._read(operation)

    def end(
        self, payment: Payment, operation: Operation, *, is_same_card: bool
    ) -> Operation:
        """What came of it; the same card is handed it once more, another one ends it.

        Raises:
            OutcomeUnknown: the shopper has not answered so far, or it cannot be ended.
        """
        with suppress(ActionRequired):
            return self._look(payment, operation)
        current = self._read(operation)
        if is_same_card and not has_expired(current, self._engine.now()):
            raise still_open(current)
        return self.cancel(payment, current)

    def _answer(
        self, payment: Payment, operation: Operation, answer: Mapping[str, str]
    ) -> Operation:
        """Send the answer; a decline is the last word once the provider ends it, too.

        A wrapper may say no before the provider hears of it, and an answer that was sent
        before may arrive yet: only the provider knows whether anything can still come.
        """
        challenge = operation.challenge
        if challenge is None or not self._engine.provider.has("payment_confirm"):
            return self._look(payment, operation)
        request = self._confirmation(payment, operation, answer)
        claimed = self._store.claim(operation)
        # Also for whoever finds this answer sent, and its sender gone.
        mark = {UNCONFIRMED: self._engine.now().isoformat()}
        marked = replace(claimed, details={**claimed.details, **mark})
        sending = self._store.begin_sending(marked, unless_closed=True)
        try:
            answered = self._engine.provider.confirm(request)
        except OutcomeUnknown as error:
            self._store.keep_unknown(sending, error)
            raise
        except PaymentDeclined as error:
            before = replace(sending, details=operation.details)
            waiting = self._store.require(before, challenge)
            return self._end(payment, waiting, why=error)
        except UnsupportedOperation:
            before = replace(sending, details=operation.details)
            return self._look(payment, self._store.require(before, challenge))
        except (PaymentError, ConfigurationError) as error:
            # Provably not sent this time; what was sent before may still arrive.
            before = replace(sending, details=operation.details)
            raise still_open(self._store.require(before, challenge)) from error
        return self._receive_answer(payment, operation, sending, answered)

    def _end(
        self,
        payment: Payment,
        operation: Operation,
        why: PaymentDeclined | None = None,
    ) -> Operation:
        """End it unpaid: the provider's own word, which no wrapper stands for.

        Raises:
            PaymentDeclined: it is ended, for the reason given or as was asked for.
            OutcomeUnknown: it waits on, or what was sent before may still arrive.
        """
        provider = self._engine.provider
        if not operation.transaction_id or not provider.has("payment_confirm"):
            return self._look(payment, operation)
        request = self._confirmation(payment, operation, {}, canceled=True)
        sending = self._store.begin_sending(self._store.claim(operation))
        try:
            answered = provider.end(request)
        except PaymentDeclined as error:
            self._store.refuse(sending, why or error)
            raise why or error from None
        except (PaymentError, ConfigurationError) as error:
            raise still_open(self._store.keep_open(sending)) from error
        return self._receive_answer(payment, operation, sending, answered)

    def _receive_answer(
        self,
        payment: Payment,
        operation: Operation,
        sending: Operation,
        answered: Transaction | Challenge,
    ) -> Operation:
        """What the provider made of it; an earlier answer's mark stays until the end."""
        sending = replace(sending, details=operation.details)
        is_pending = (
            isinstance(answered, Transaction)
            and answered.status is TransactionStatus.PENDING
        )
        if is_pending:
            # Answered: it waits for the bank now, and not for the shopper.
            sending = replace(sending, challenge=None)
        return self._receive(payment, sending, answered)

    def _look(self, payment: Payment, operation: Operation) -> Operation:
        """What came of it by itself, where the provider or the bank went on without us."""
        try:
            resolved = self._resolver.look_up(payment, operation)
        except (PaymentError, ConfigurationError) as error:
            raise in_progress(operation) from error
        if resolved.state.is_open:
            raise still_open(resolved)
        return resolved

    def _confirmation(
        self,
        payment: Payment,
        operation: Operation,
        answer: Mapping[str, str],
        *,
        canceled: bool = False,
    ) -> ConfirmRequest:
        is_charge = operation.kind is OperationKind.CHARGE
        return ConfirmRequest(
            transaction_id=operation.transaction_id,
            kind=TransactionKind.CHARGE if is_charge else TransactionKind.AUTHORIZATION,
            amount=operation.amount,
            reference=payment.reference,
            operation_id=operation.operation_id,
            idempotency_key=operation.intent.idempotency_key,
            answer=answer,
            canceled=canceled,
            answered_before=self._may_arrive(operation),
        )

    def _may_arrive(self, operation: Operation) -> bool:
        """Whether an answer was sent, and is not known to have come to anything.

        After the safe window nothing that was sent before is under way any more.
        """
        sent = operation.details.get(UNCONFIRMED)
        if not sent:
            return False
        age = self._engine.now() - datetime.fromisoformat(sent)
        return age < self._engine.policy.safe_window

    def _read(self, operation: Operation) -> Operation:
        return self._engine.ledger.get_operation(operation.operation_id) or operation


def find_endable(operations: Iterable[Operation]) -> Operation | None:
    """The open charge or authorization that the provider shows waiting, under its id."""
    for row in operations:
        if row.kind in FUNDING and row.state.is_open and row.transaction_id:
            return row
    return None


def has_expired(operation: Operation, now: datetime) -> bool:
    """Whether it waits for a shopper who can answer no more."""
    challenge = operation.challenge
    if challenge is None or operation.state is not OperationState.WAITING:
        return False
    return challenge.expires_at is not None and challenge.expires_at <= now


def _find_outcome(record: PaymentRecord) -> Operation:
    """What became of the payment, for an answer that comes late or twice.

    Raises:
        PaymentReversed: its money was voided or refunded.
        OutcomeUnknown: it is being made, or a person must look.
        PaymentDeclined: the bank or the shopper said no.
        WrongState: no card was charged so far.
    """
    operations = record.operations
    funding = next((row for row in operations if row.funds_payment), None)
    if funding is not None:
        refuse_reversed(record.payment, operations)
        return funding
    refuse_unclear(operations)
    for row in operations:
        if row.kind in FUNDING and row.state.is_open and not is_waiting_page(row):
            raise still_open(row)
    declined = last_decline(operations)
    if declined is not None:
        raise decline_of(declined)
    raise WrongState(
        f"payment {record.payment.payment_id} waits for no answer of the shopper's",
        code=ErrorCode.NOT_FUNDED,
    )
