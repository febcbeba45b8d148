"""An intent becomes one operation, which is sent once and written down."""

import time
from collections.abc import Iterable
from dataclasses import replace

from payment_hooks.engine.challenges import Challenges, find_endable, has_expired
from payment_hooks.engine.checks import failed_check, refusal_of
from payment_hooks.engine.engine import Engine, FailedChecks
from payment_hooks.engine.leases import OperationStore
from payment_hooks.engine.resolving import Resolver
from payment_hooks.ledger.intents import is_same_source, make_fingerprint
from payment_hooks.ledger.state import (
    decline_of,
    find_obstacle,
    in_progress,
    next_attempt,
    refuse_conflict,
    refuse_reversed,
    refuse_unclear,
    still_open,
)
from payment_hooks.model.cards import PaymentSource
from payment_hooks.model.details.charge import ChargeDetails
from payment_hooks.model.errors import (
    ConfigurationError,
    InvalidRequest,
    KeyConflict,
    OutcomeUnknown,
    PaymentDeclined,
    PaymentError,
    WrongState,
)
from payment_hooks.model.kinds import (
    DeclineCode,
    ErrorCode,
    Flag,
    TransactionKind,
    TransactionStatus,
)
from payment_hooks.model.provider_info import Ability
from payment_hooks.model.records import (
    FUNDING,
    Operation,
    OperationKind,
    OperationState,
    Payment,
    PaymentRecord,
)
from payment_hooks.model.requests import (
    CaptureRequest,
    PaymentRequest,
    RefundRequest,
    RetryRequest,
    VoidRequest,
)
from payment_hooks.model.results import Challenge, Transaction

Request = PaymentRequest | CaptureRequest | RefundRequest | VoidRequest
_TRIES = 3
_DECLINE_FOR = {
    Flag.PARTIAL_APPROVAL: DeclineCode.PARTIAL_APPROVAL,
    Flag.CVC_CHECK_FAILED: DeclineCode.INCORRECT_CVC,
    Flag.POSTAL_CODE_CHECK_FAILED: DeclineCode.INCORRECT_ADDRESS,
    Flag.ADDRESS_CHECK_FAILED: DeclineCode.INCORRECT_ADDRESS,
}


class Executor:
    """Runs intents so that the same one is never sent as a second one."""

    def __init__(
        self, engine: Engine, store: OperationStore, resolver: Resolver
    ) -> None:
        self._engine = engine
        self._ledger = engine.ledger
        self._store = store
        self._resolver = resolver
        self.challenges = Challenges(engine, store, resolver, self._receive)

    def fund(
        self,
        record: PaymentRecord,
        kind: OperationKind,
        source: PaymentSource,
        details: ChargeDetails,
    ) -> Operation:
        """The operation that brings the payment its money, made now or before."""
        payment = record.payment
        asked = make_fingerprint(payment.amount_due, source, details)
        for _ in range(_TRIES):
            payment, known = record.payment, record.operations
            funding = next((row for row in known if row.funds_payment), None)
            if funding is not None:
                refuse_reversed(payment, known)
                return funding
            refuse_unclear(known)
            refuse_conflict(payment)
            earlier = [row for row in known if row.kind in FUNDING]
            _refuse_repeated_decline(earlier, asked, source)
            if kind is OperationKind.AUTHORIZE:
                self._engine.require(Ability.AUTHORIZE, "an authorization")
            intent = self._engine.new_operation(
                payment,
                kind,
                payment.amount_due,
                fingerprint=asked,
                shopper_ip=details.shopper_ip,
                attempt=next_attempt(earlier),
            )
            request = PaymentRequest(
                amount=intent.amount,
                source=source,
                reference=payment.reference,
                idempotency_key=intent.intent.idempotency_key,
                operation_id=intent.operation_id,
                details=details,
            )
            done = self._run(payment, intent, request)
            if done is not None and not done.flag:
                return done
            record = self._engine.get_record(payment.payment_id)
        raise OutcomeUnknown(
            f"payment {payment.payment_id} is being made elsewhere: look at it again",
            code=ErrorCode.IN_PROGRESS,
        )

    def modify(self, payment: Payment, intent: Operation) -> Operation:
        """The capture, refund or void of what the payment holds."""
        request = _modification(payment, intent)
        for _ in range(_TRIES):
            done = self._run(payment, intent, request)
            if done is not None:
                return done
        raise in_progress(intent)

    def resume(self, payment: Payment, operation: Operation) -> None:
        """Send a capture, refund or void that was recorded, but never sent.

        A challenge that can be answered no more is ended, so that nobody waits for it.
        """
        if has_expired(operation, self._engine.now()):
            self.challenges.cancel(payment, operation)
        is_unsent = operation.state is OperationState.PENDING
        if operation.kind in FUNDING or not is_unsent:
            return
        claimed = self._store.claim(operation)
        self._refuse_if_overtaken(payment, claimed)
        try:
            request = _modification(payment, claimed)
        except Exception as error:
            self._store.refuse(claimed, error)
            raise
        self._send(payment, claimed, request)

    def _run(
        self, payment: Payment, intent: Operation, request: Request
    ) -> Operation | None:
        """The operation once done; None when the intent must be made anew."""
        known = self._store.record(self._store.lease(intent))
        if known.operation_id == intent.operation_id:
            self._refuse_if_overtaken(payment, known)
            return self._send(payment, known, request)
        known = self._store.wait(known)
        if known.state.is_open:
            known = self._end_abandoned(payment, intent, known, request)
        if not _is_same(known, intent):
            return _answer_for_other(known, intent)
        if known.state is OperationState.DECLINED:
            raise decline_of(known)
        return known if known.state is OperationState.SUCCEEDED else None

    def _refuse_if_overtaken(self, payment: Payment, operation: Operation) -> None:
        """Another one may have ended between the caller's look and this intent."""
        if operation.kind in FUNDING:
            return
        known = self._ledger.operations(payment.payment_id)
        why = find_obstacle(payment, operation, known)
        if why:
            error = WrongState(
                f"{operation.kind} of {operation.amount} on payment "
                f"{payment.payment_id} not sent: {why}",
                code=ErrorCode.OVERTAKEN,
            )
            self._store.refuse(operation, error)
            raise error

    def _end_abandoned(
        self, payment: Payment, intent: Operation, known: Operation, request: Request
    ) -> Operation:
        """The open operation without an owner, after sending it again or looking it up."""
        if known.challenge is not None:
            prints = (known.intent.fingerprint, intent.intent.fingerprint)
            is_same_card = is_same_source(*prints)
            return self.challenges.end(payment, known, is_same_card=is_same_card)
        if _is_same(known, intent) and self._may_retry(known):
            again = replace(request, operation_id=known.operation_id)
            return self._send(payment, self._store.claim(known), again)
        try:
            resolved = self._resolver.look_up(payment, known)
        except (PaymentError, ConfigurationError) as error:
            # A look that failed took nothing, but what it was for may have.
            raise in_progress(known) from error
        if not _is_same(known, intent) and find_endable([resolved]) is not None:
            # It waits at the provider, perhaps for an answer that nobody was asked for.
            resolved = self.challenges.cancel(payment, resolved)
        if resolved.state.is_open:
            raise in_progress(resolved)
        return resolved

    def _may_retry(self, known: Operation) -> bool:
        """Whether the provider repeats its answer to this one safely under its key."""
        return (
            self._engine.provider.has("payment_retry")
            and known.kind in (OperationKind.AUTHORIZE, OperationKind.CHARGE)
            and self._engine.now() - known.created_at < self._engine.policy.safe_window
        )

    def _send(self, payment: Payment, owned: Operation, request: Request) -> Operation:
        """The operation after its outcome; a lost answer is asked for once more."""
        started = time.monotonic()
        try:
            sent, answer = self._send_once(owned, request)
        except OutcomeUnknown:
            current = self._ledger.get_operation(owned.operation_id) or owned
            is_late = time.monotonic() - started > self._engine.policy.replay_seconds
            was_first = owned.state is OperationState.PENDING
            is_lost = current.state is OperationState.UNKNOWN
            if is_late or not (was_first and is_lost and self._may_retry(current)):
                raise
            claimed = self._store.claim(current)
            sent, answer = self._send_once(claimed, request)
        return self._receive(payment, sent, answer)

    def _send_once(
        self, owned: Operation, request: Request
    ) -> tuple[Operation, Transaction | Challenge]:
        """The owned operation and what the provider answered.

        Every other ending is written down before it is raised. An operation that may
        have been sent before is refused only by the bank's own no.
        """
        is_repeated = owned.state in (OperationState.SENDING, OperationState.UNKNOWN)
        sending = self._store.begin_sending(owned)
        try:
            return sending, self._ask(sending, request, is_repeated=is_repeated)
        except OutcomeUnknown as error:
            self._store.keep_unknown(sending, error)
            raise
        except KeyConflict as error:
            if is_repeated:
                self._store.keep_unknown(sending, error)
                raise in_progress(sending) from error
            self._store.refuse(sending, error, flag=Flag.KEY_CONFLICT)
            raise
        except (PaymentError, ConfigurationError) as error:
            if is_repeated and not _is_conclusive(error):
                self._store.keep_unknown(sending, error)
                raise in_progress(sending) from error
            self._store.refuse(sending, error)
            raise

    def _ask(
        self, operation: Operation, request: Request, *, is_repeated: bool
    ) -> Transaction | Challenge:
        """The provider's answer.

        A repetition is a hook of its own, so that a wrapper's veto of a charge cannot
        stand for the provider's word.
        """
        provider = self._engine.provider
        is_authorization = operation.kind is OperationKind.AUTHORIZE
        match request:
            case PaymentRequest() if is_repeated:
                kind = TransactionKind.CHARGE
                if is_authorization:
                    kind = TransactionKind.AUTHORIZATION
                return provider.retry(RetryRequest(request=request, kind=kind))
            case PaymentRequest():
                fund = provider.authorize if is_authorization else provider.charge
                return fund(request)
            case CaptureRequest():
                return provider.capture(request)
            case RefundRequest():
                return provider.refund(request)
            case VoidRequest():
                return provider.void(request)

    def _receive(
        self, payment: Payment, sent: Operation, answer: Transaction | Challenge
    ) -> Operation:
        if isinstance(answer, Challenge):
            challenge = replace(answer, mode=payment.mode)
            raise still_open(self._store.require(sent, challenge))
        return self._receive_transaction(payment, sent, answer)

    def _receive_transaction(
        self, payment: Payment, sent: Operation, transaction: Transaction
    ) -> Operation:
        unwanted = self._find_unwanted(sent, transaction)
        if not unwanted:
            done = self._resolver.resolve(payment, sent, transaction)
            if done.state is OperationState.SUCCEEDED:
                return done
            if done.state.is_open:
                raise in_progress(done)
            raise refusal_of(done, transaction)
        self._store.succeed_flagged(sent, transaction, unwanted)
        self._release_unwanted(payment, sent, transaction)
        raise PaymentDeclined(
            f"{sent.kind} {transaction.transaction_id} was released: {unwanted}",
            decline_code=_DECLINE_FOR[Flag(unwanted)],
            transaction_id=transaction.transaction_id,
            code=unwanted,
        )

    def _find_unwanted(self, sent: Operation, transaction: Transaction) -> str:
        is_here = transaction.status is TransactionStatus.SUCCEEDED
        if sent.kind not in FUNDING or not is_here:
            return ""
        if transaction.partial_approval:
            return Flag.PARTIAL_APPROVAL
        if self._engine.policy.failed_checks is FailedChecks.VOID:
            return failed_check(transaction)
        return ""

    def _release_unwanted(
        self, payment: Payment, sent: Operation, transaction: Transaction
    ) -> None:
        """Void or refund what is not wanted; a failure to do so is kept, loudly."""
        is_void = transaction.kind is TransactionKind.AUTHORIZATION
        intent = self._engine.new_operation(
            payment,
            OperationKind.VOID if is_void else OperationKind.REFUND,
            transaction.amount,
            parent_id=transaction.transaction_id,
            intent_id=f"release {sent.operation_id}",
        )
        try:
            done = self._run(payment, intent, _modification(payment, intent))
        except (PaymentError, ConfigurationError) as error:
            raise _not_released(transaction) from error
        if done is None:
            raise _not_released(transaction)


def _modification(
    payment: Payment, operation: Operation
) -> CaptureRequest | RefundRequest | VoidRequest:
    """The request which captures, refunds or voids what the operation names."""
    common = {
        "transaction_id": operation.parent_id,
        "reference": payment.reference,
        "idempotency_key": operation.intent.idempotency_key,
        "operation_id": operation.operation_id,
    }
    amount = operation.amount
    if operation.kind is OperationKind.CAPTURE:
        shopper_ip = operation.shopper_ip
        return CaptureRequest(amount=amount, shopper_ip=shopper_ip, **common)
    if operation.kind is OperationKind.REFUND:
        reason = operation.refund_reason
        return RefundRequest(amount=amount, reason=reason, **common)
    return VoidRequest(amount=amount, **common)


def _not_released(transaction: Transaction) -> OutcomeUnknown:
    return OutcomeUnknown(
        f"{transaction.transaction_id} could not be released: a person must",
        code=ErrorCode.NOT_RELEASED,
    )


def _refuse_repeated_decline(
    earlier: Iterable[Operation], digest: str, source: PaymentSource
) -> None:
    """The same form sent again after its decline gets the same answer, unsent.

    A card on file whose owner did not answer the bank was not declined: it may ask again.
    """
    for operation in earlier:
        was_declined = operation.state is OperationState.DECLINED
        was_asked = operation.code == DeclineCode.AUTHENTICATION_FAILED
        if source.is_saved and was_asked:
            continue
        if was_declined and is_same_source(operation.intent.fingerprint, digest):
            raise decline_of(operation)


def _is_conclusive(error: Exception) -> bool:
    """Whether a second sending's refusal also speaks for the first.

    A used-up token does not: the first sending may be what used it.
    """
    return (
        isinstance(error, PaymentDeclined)
        and error.decline_code is not DeclineCode.SOURCE_ALREADY_USED
    )


def _is_same(known: Operation, intent: Operation) -> bool:
    return (
        known.intent.idempotency_key == intent.intent.idempotency_key
        and known.intent.fingerprint == intent.intent.fingerprint
    )


def _answer_for_other(known: Operation, intent: Operation) -> Operation | None:
    """What another operation in the way means for this intent."""
    if known.state is not OperationState.SUCCEEDED:
        return None
    if known.kind in FUNDING:
        return known
    if known.intent.idempotency_key == intent.intent.idempotency_key:
        raise InvalidRequest(
            f"{known.kind} {known.intent.intent_id or known.operation_id} was made for "
            f"{known.amount}: use another intent_id for {intent.amount}",
            code=ErrorCode.SAME_INTENT_OTHER_CONTENT,
        )
    return None
