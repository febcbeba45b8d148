"""Charges that wait for the shopper: 3-D Secure, answered, ended or handed out again."""

from collections.abc import Callable, Mapping
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
    WrongState,
)
from payment_hooks.model.kinds import ErrorCode, TransactionKind
from payment_hooks.model.records import (
    FUNDING,
    UNCONFIRMED,
    Operation,
    OperationKind,
    OperationState,
    Payment,
    PaymentRecord,
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
        if current is None or find_challenged([current]) is None:
            # Another submit was faster; what came of it is the answer to both.
            return _find_outcome(self._engine.get_record(payment_id))
        return self._confirm(record.payment, current, answer, canceled=canceled)

    def cancel(self, payment: Payment, operation: Operation) -> Operation:
        """The operation, ended unpaid unless its money came first.

        Raises:
            OutcomeUnknown: the provider still waits for the shopper, or cannot be asked.
        """
        with suppress(PaymentDeclined):  # as was asked for, and it is written down
            return self._confirm(payment, operation, {}, canceled=True)
        return self._read(operation)

    def end(
        self, payment: Payment, operation: Operation, *, is_same_card: bool
    ) -> Operation:
        """What came of it; the same card is handed it once more, another one ends it.

        Raises:
            ActionRequired: the shopper has not answered so far.
        """
        with suppress(PaymentDeclined, ActionRequired):
            return self._look(payment, operation)
        current = self._read(operation)
        if not current.state.is_open:
            return current
        if is_same_card and not has_expired(current, self._engine.now()):
            raise still_open(current)
        return self.cancel(payment, current)

    def _confirm(
        self,
        payment: Payment,
        operation: Operation,
        answer: Mapping[str, str],
        *,
        canceled: bool,
    ) -> Operation:
        challenge = operation.challenge
        if challenge is None or not self._engine.provider.has("payment_confirm"):
            return self._look(payment, operation)
        request = _confirmation(payment, operation, challenge, answer, canceled)
        claimed = self._store.claim(operation)
        if not canceled:
            # Also for whoever finds this answer sent, and its sender gone.
            claimed = replace(
                claimed,
                details={**claimed.details, UNCONFIRMED: challenge.transaction_id},
            )
        sending = self._store.begin_sending(claimed)
        try:
            answered = self._engine.provider.confirm(request)
        except OutcomeUnknown as error:
            self._store.keep_unknown(sending, error)
            raise
        except PaymentDeclined as error:
            self._store.refuse(sending, error)
            raise
        except (PaymentError, ConfigurationError) as error:
            # Provably not sent this time; what was sent before may still arrive.
            waiting = replace(sending, details=operation.details)
            raise still_open(self._store.require(waiting, challenge)) from error
        sending = replace(sending, details=_without_mark(operation))
        if isinstance(answered, Challenge):
            return self._receive(payment, sending, answered)
        # Answered: what is still pending now waits for the bank, not for the shopper.
        return self._receive(payment, replace(sending, challenge=None), answered)

    def _look(self, payment: Payment, operation: Operation) -> Operation:
        """What came of it by itself, where the provider or the bank went on without us."""
        try:
            resolved = self._resolver.look_up(payment, operation)
        except (PaymentError, ConfigurationError) as error:
            raise in_progress(operation) from error
        if resolved.state.is_open:
            raise still_open(resolved)
        if resolved.state is OperationState.DECLINED:
            raise decline_of(resolved)
        return resolved

    def _read(self, operation: Operation) -> Operation:
        return self._engine.ledger.get_operation(operation.operation_id) or operation


def has_expired(operation: Operation, now: datetime) -> bool:
    """Whether it waits for a shopper who can answer no more."""
    challenge = operation.challenge
    if challenge is None or operation.state is not OperationState.WAITING:
        return False
    return challenge.expires_at is not None and challenge.expires_at <= now


def _confirmation(
    payment: Payment,
    operation: Operation,
    challenge: Challenge,
    answer: Mapping[str, str],
    canceled: bool,
) -> ConfirmRequest:
    is_charge = operation.kind is OperationKind.CHARGE
    return ConfirmRequest(
        transaction_id=challenge.transaction_id,
        kind=TransactionKind.CHARGE if is_charge else TransactionKind.AUTHORIZATION,
        amount=operation.amount,
        reference=payment.reference,
        operation_id=operation.operation_id,
        idempotency_key=operation.intent.idempotency_key,
        answer=answer,
        canceled=canceled,
        answered_before=UNCONFIRMED in operation.details,
    )


def _without_mark(operation: Operation) -> dict[str, str]:
    details = dict(operation.details)
    details.pop(UNCONFIRMED, None)
    return details


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
