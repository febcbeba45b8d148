"""How one intent becomes one movement: recorded, joined or sent, and written down."""

import time
from collections.abc import Iterable

from payment_hooks.engine.calls import Call, TakeDetails, ask_to_follow, ask_to_take
from payment_hooks.engine.checks import failed_check
from payment_hooks.engine.leases import Sender, decline_of, in_progress, refusal_of
from payment_hooks.engine.policy import FailedChecks
from payment_hooks.engine.resolving import Settler
from payment_hooks.ledger.intents import fingerprint, is_same_source, new_operation
from payment_hooks.ledger.state import (
    brings_money,
    derive_state,
    find_obstacle,
    money_of,
    next_attempt,
    refuse_conflict,
    refuse_unclear,
)
from payment_hooks.ledger.store import Ledger
from payment_hooks.model.addresses import bare_address
from payment_hooks.model.cards import PaymentSource
from payment_hooks.model.errors import (
    ConfigurationError,
    GivenBack,
    InvalidRequest,
    OutcomeUnknown,
    PaymentDeclined,
    PaymentError,
)
from payment_hooks.model.kinds import DeclineCode, TransactionKind, TransactionStatus
from payment_hooks.model.money import Money
from payment_hooks.model.records import (
    GIVEN_BACK,
    TAKING,
    Operation,
    OperationKind,
    OperationState,
    Payment,
    PaymentState,
)
from payment_hooks.model.results import Transaction
from payment_hooks.spec.calling import Gateway

_TRIES = 3
_DECLINE_FOR = {
    "partial_approval": DeclineCode.PARTIAL_APPROVAL,
    "cvc_check_failed": DeclineCode.INCORRECT_CVC,
    "postal_code_check_failed": DeclineCode.INCORRECT_ADDRESS,
    "address_check_failed": DeclineCode.INCORRECT_ADDRESS,
}


class Movements:
    """Runs intents so that the same one is never sent as a second one."""

    def __init__(
        self, gateway: Gateway, ledger: Ledger, sender: Sender, settler: Settler
    ) -> None:
        self.gateway = gateway
        self.ledger = ledger
        self.sender = sender
        self.settler = settler
        self.policy = sender.policy
        self.now = sender.now

    def take(
        self,
        payment: Payment,
        kind: OperationKind,
        source: PaymentSource,
        details: TakeDetails,
    ) -> Operation:
        """The operation that brings the payment its money, made now or before."""
        call = ask_to_take(self.gateway, payment, source, details)
        for _ in range(_TRIES):
            known = self.ledger.operations(payment.payment_id)
            brought = next((row for row in known if brings_money(row)), None)
            if brought is not None:
                _refuse_given_back(payment, known)
                return brought
            refuse_unclear(known)
            refuse_conflict(payment)
            earlier = [row for row in known if row.kind in TAKING]
            _refuse_repeated_decline(earlier, fingerprint(payment.amount_due, source))
            intent = new_operation(
                payment,
                kind,
                payment.amount_due,
                installation_id=self.ledger.installation_id(),
                now=self.now(),
                source=source,
                details=details,
                shopper_ip=bare_address(details.get("shopper_ip", "")),
                attempt=next_attempt(earlier),
            )
            done = self._run(payment, intent, call)
            if done is not None and not done.flag:
                return done
        raise OutcomeUnknown(
            f"payment {payment.payment_id} is being made elsewhere: look at it again",
            code="in_progress",
        )

    def follow(
        self,
        payment: Payment,
        kind: OperationKind,
        amount: Money,
        call: Call,
        *,
        request_id: str = "",
        shopper_ip: str = "",
    ) -> Operation:
        """The capture, refund or void of what the payment holds."""
        known = self.ledger.operations(payment.payment_id)
        refused = [
            row
            for row in known
            if (row.kind, row.request_id) == (kind, request_id)
            and not row.state.is_open
            and row.state is not OperationState.SUCCEEDED
        ]
        intent = new_operation(
            payment,
            kind,
            amount,
            installation_id=self.ledger.installation_id(),
            now=self.now(),
            parent_id=money_of(payment, known).transaction_id,
            request_id=request_id,
            shopper_ip=shopper_ip,
            attempt=next_attempt(refused),
        )
        for _ in range(_TRIES):
            done = self._run(payment, intent, call)
            if done is not None:
                return done
        raise in_progress(intent)

    def resume(self, payment: Payment, operation: Operation) -> None:
        """Send a capture, refund or void that was recorded, but never sent."""
        is_unsent = operation.state is OperationState.PENDING
        if operation.kind in TAKING or not is_unsent:
            return
        claimed = self.sender.claim(operation)
        self._refuse_if_overtaken(payment, claimed)
        self._send(payment, claimed, ask_to_follow(self.gateway, payment))

    def _run(self, payment: Payment, intent: Operation, call: Call) -> Operation | None:
        """The operation once done; None when the intent must be made anew."""
        call.build(intent)  # what cannot be asked is no intent
        known = self.sender.record(self.sender.lease(intent))
        if known.operation_id == intent.operation_id:
            self._refuse_if_closed(known)
            self._refuse_if_overtaken(payment, known)
            return self._send(payment, known, call)
        known = self.sender.wait(known)
        if known.state.is_open:
            known = self._unravel(payment, intent, known, call)
        if not _is_same(known, intent):
            return _answer_for_other(known, intent)
        if known.state is OperationState.DECLINED:
            raise decline_of(known)
        return known if known.state is OperationState.SUCCEEDED else None

    def _refuse_if_closed(self, operation: Operation) -> None:
        """Looked at after the intent is recorded: closing looks for intents after it."""
        payment = self.ledger.get_payment(operation.payment_id)
        is_closed = payment is not None and payment.state is PaymentState.CLOSED
        if operation.kind in TAKING and is_closed:
            error = InvalidRequest(
                f"payment {operation.payment_id} was given up: open the next one",
                code="payment_closed",
            )
            self.sender.refuse(operation, error)
            raise error

    def _refuse_if_overtaken(self, payment: Payment, operation: Operation) -> None:
        """Another one may have ended between the caller's look and this intent."""
        if operation.kind in TAKING:
            return
        known = self.ledger.operations(payment.payment_id)
        why = find_obstacle(payment, operation, known)
        if why:
            error = InvalidRequest(
                f"{operation.kind} of {operation.amount} on payment "
                f"{payment.payment_id} not sent: {why}",
                code="overtaken",
            )
            self.sender.refuse(operation, error)
            raise error

    def _unravel(
        self, payment: Payment, intent: Operation, known: Operation, call: Call
    ) -> Operation:
        """The open operation nobody owns, after sending it again or looking it up."""
        if _is_same(known, intent) and self._may_replay(known):
            return self._send(payment, self.sender.claim(known), call)
        try:
            settled = self.settler.settle(payment, known)
        except (PaymentError, ConfigurationError) as error:
            # A look that failed took nothing, but what it was for may have.
            raise in_progress(known) from error
        if settled.state.is_open:
            raise in_progress(settled)
        return settled

    def _may_replay(self, known: Operation) -> bool:
        return (
            self.gateway.has("payment_retry")
            and known.kind in (OperationKind.AUTHORIZE, OperationKind.CHARGE)
            and self.now() - known.created_at < self.policy.safe_window
        )

    def _send(self, payment: Payment, owned: Operation, call: Call) -> Operation:
        """The operation after its outcome; a lost answer is asked for once more."""
        started = time.monotonic()
        try:
            sent, transaction = self.sender.send(owned, call)
        except OutcomeUnknown:
            current = self.ledger.get_operation(owned.operation_id) or owned
            is_late = time.monotonic() - started > self.policy.replay_seconds
            if is_late or not self._is_replayable(owned, current):
                raise
            sent, transaction = self.sender.send(self.sender.claim(current), call)
        return self._receive(payment, sent, transaction)

    def _is_replayable(self, before: Operation, current: Operation) -> bool:
        """Once, at once, and only what the provider repeats safely under its key."""
        return (
            before.state is OperationState.PENDING
            and current.state is OperationState.UNKNOWN
            and self._may_replay(current)
        )

    def _receive(
        self, payment: Payment, sent: Operation, transaction: Transaction
    ) -> Operation:
        unwanted = self._find_unwanted(sent, transaction)
        if not unwanted:
            done = self.settler.resolve(payment, sent, transaction)
            if done.state is OperationState.SUCCEEDED:
                return done
            if done.state.is_open:
                raise in_progress(done)
            raise refusal_of(done, transaction)
        self.sender.succeed(sent, transaction, flag=unwanted)
        self._give_back(payment, sent, transaction)
        raise PaymentDeclined(
            f"{sent.kind} {transaction.transaction_id} was released: {unwanted}",
            decline_code=_DECLINE_FOR[unwanted],
            transaction_id=transaction.transaction_id,
            code=unwanted,
        )

    def _find_unwanted(self, sent: Operation, transaction: Transaction) -> str:
        is_here = transaction.status is TransactionStatus.SUCCEEDED
        if sent.kind not in TAKING or not is_here:
            return ""
        if transaction.partial_approval:
            return "partial_approval"
        if self.policy.failed_checks is FailedChecks.VOID:
            return failed_check(transaction)
        return ""

    def _give_back(
        self, payment: Payment, sent: Operation, transaction: Transaction
    ) -> None:
        """Release what is not wanted; a failure to do so is a doubt, loudly kept."""
        is_void = transaction.kind is TransactionKind.AUTHORIZATION
        intent = new_operation(
            payment,
            OperationKind.VOID if is_void else OperationKind.REFUND,
            transaction.amount,
            installation_id=self.ledger.installation_id(),
            now=self.now(),
            parent_id=transaction.transaction_id,
            request_id=f"give-back {sent.operation_id}",
        )
        try:
            done = self._run(payment, intent, ask_to_follow(self.gateway, payment))
        except PaymentError as error:
            raise _not_released(transaction) from error
        finally:
            self.settler.refresh(payment.payment_id)
        if done is None:
            raise _not_released(transaction)


def _refuse_given_back(payment: Payment, known: Iterable[Operation]) -> None:
    """What was taken once, and given back, must not look like money that is here."""
    state = derive_state(known, closed=False)
    if state in GIVEN_BACK:
        raise GivenBack(
            f"payment {payment.payment_id} is {state}: open the next one with again=True",
            code="payment_given_back",
        )


def _not_released(transaction: Transaction) -> OutcomeUnknown:
    return OutcomeUnknown(
        f"{transaction.transaction_id} could not be released: a person must",
        code="not_released",
    )


def _refuse_repeated_decline(earlier: Iterable[Operation], digest: str) -> None:
    """The same form sent again after its decline gets the same answer, unsent."""
    for operation in earlier:
        was_declined = operation.state is OperationState.DECLINED
        if was_declined and is_same_source(operation.fingerprint, digest):
            raise decline_of(operation)


def _is_same(known: Operation, intent: Operation) -> bool:
    return (
        known.idempotency_key == intent.idempotency_key
        and known.fingerprint == intent.fingerprint
    )


def _answer_for_other(known: Operation, intent: Operation) -> Operation | None:
    """What another operation in the way means for this intent."""
    if known.state is not OperationState.SUCCEEDED:
        return None
    if known.kind in TAKING:
        return known
    if known.idempotency_key == intent.idempotency_key:
        raise InvalidRequest(
            f"{known.kind} {known.request_id or known.operation_id} was made for "
            f"{known.amount}: use another request id for {intent.amount}",
            code="same_intent_other_content",
        )
    return None
