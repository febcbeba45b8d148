"""Bringing doubts to an end by looking: a found transaction, or proof of absence."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from payment_hooks.engine.checks import (
    Judgement,
    Verdict,
    describe,
    failed_check,
    is_second_take,
    judge,
)
from payment_hooks.engine.leases import Sender, refusal_of
from payment_hooks.engine.policy import FailedChecks, Policy
from payment_hooks.ledger.intents import name_found, new_operation
from payment_hooks.ledger.state import brings_money, derive_state, find_unclear
from payment_hooks.ledger.store import Ledger, StaleVersion
from payment_hooks.model.errors import InvalidRequest, OutcomeUnknown, PaymentError
from payment_hooks.model.kinds import TransactionKind, TransactionStatus
from payment_hooks.model.records import (
    GIVEN_BACK,
    TAKING,
    Operation,
    OperationKind,
    OperationState,
    Payment,
    PaymentState,
)
from payment_hooks.model.requests import LookUpRequest
from payment_hooks.model.results import Transaction
from payment_hooks.spec.calling import Gateway

_KIND_OF = {
    OperationKind.REFUND: TransactionKind.REFUND,
    OperationKind.VOID: TransactionKind.VOID,
}
_LOOKED_UP_BY_OPERATION = frozenset({OperationKind.AUTHORIZE, OperationKind.CHARGE})
_TRIES = 10
_LOOK_AT_SESSIONS = timedelta(hours=1)
_ABANDONED_AFTER = timedelta(days=1)


class Settler:
    """Compares what the provider knows with what was asked, and writes it down."""

    def __init__(
        self,
        gateway: Gateway,
        ledger: Ledger,
        sender: Sender,
        policy: Policy,
        now: Callable[[], datetime],
    ) -> None:
        self.gateway = gateway
        self.ledger = ledger
        self.sender = sender
        self.policy = policy
        self.now = now

    def judge(
        self, payment: Payment, operation: Operation, transaction: Transaction
    ) -> Judgement:
        """What the transaction means for the operation, and beside all that is here."""
        judgement = judge(payment, operation, transaction, self.policy)
        if judgement.verdict is not Verdict.DONE:
            return judgement
        flag = self._find_beside(payment, operation, transaction)
        return Judgement(Verdict.MISFIT, flag) if flag else judgement

    def resolve(
        self, payment: Payment, operation: Operation, transaction: Transaction
    ) -> Operation:
        """The claimed operation as the transaction leaves it: done, refused or open."""
        judgement = self.judge(payment, operation, transaction)
        match judgement.verdict:
            case Verdict.OPEN:
                return self._keep_open(operation)
            case Verdict.REFUSED:
                return self._refuse(payment, operation, transaction)
            case _:
                return self._accept(payment, operation, transaction, judgement.why)

    def _keep_open(self, operation: Operation) -> Operation:
        is_page = operation.kind is OperationKind.CHECKOUT
        if is_page:
            return self.sender.release(operation)
        return self.sender.release(operation, state=OperationState.UNKNOWN)

    def _refuse(
        self, payment: Payment, operation: Operation, transaction: Transaction
    ) -> Operation:
        """What failed, was canceled or was voided is a no; a page can be paid again."""
        if operation.kind is OperationKind.CHECKOUT:
            return self.sender.release(operation)
        closed = self.sender.refuse(operation, refusal_of(operation, transaction))
        self.refresh(payment.payment_id)
        return closed

    def _accept(
        self,
        payment: Payment,
        operation: Operation,
        transaction: Transaction,
        flag: str,
    ) -> Operation:
        """The operation as succeeded; flagged when the transaction does not fit it."""
        done = self.sender.succeed(operation, transaction, flag)
        if done.kind is OperationKind.CHECKOUT and not flag:
            done = self._flag_later_pages(done)
        if not flag and self.policy.failed_checks is FailedChecks.FLAG:
            flag = failed_check(transaction)
        self.refresh(payment.payment_id, flag=flag)
        return done

    def _find_beside(
        self, payment: Payment, operation: Operation, transaction: Transaction
    ) -> str:
        """Why a person must look at money that fits by itself; empty if nobody must."""
        if operation.kind in TAKING:
            return self._doubled(payment, operation, transaction)
        if operation.kind is OperationKind.CAPTURE:
            return self.find_reversal(payment.payment_id)
        return ""

    def find_reversal(self, payment_id: str) -> str:
        """The flag for money that comes after all of it was given back.

        Nothing leads from voided or refunded back to paid by itself.
        """
        state = derive_state(self.ledger.operations(payment_id), closed=False)
        return f"captured_after_{state}" if state in GIVEN_BACK else ""

    def adopt(
        self,
        payment: Payment,
        kind: OperationKind,
        transaction: Transaction,
        flag: str = "",
    ) -> Operation:
        """The operation for what nobody asked us for, but was made all the same."""
        # A void is of the whole: whichever row tells of it, it is the same one.
        is_void = kind is OperationKind.VOID
        name = transaction.parent_id if is_void else transaction.transaction_id
        found = new_operation(
            payment,
            kind,
            transaction.amount,
            installation_id=self.ledger.installation_id(),
            now=self.now(),
            parent_id=transaction.parent_id,
            request_id=name_found(name),
        )
        known = self.sender.record(
            replace(
                found,
                slot=found.operation_id,
                state=OperationState.SUCCEEDED,
                transaction_id=transaction.transaction_id,
                moved=transaction.amount,
                flag=flag,
                details=describe(transaction),
            )
        )
        self.refresh(payment.payment_id)
        return known

    def settle(self, payment: Payment, operation: Operation) -> Operation:
        """The operation with its last word, if one can be had now."""
        if not operation.state.is_open:
            return operation
        if operation.state is OperationState.WAITING:
            return self._look_later(operation)
        claimed = self.sender.claim(operation)
        if claimed.state is OperationState.PENDING:
            return self._give_up(payment, claimed, "never sent")
        if claimed.kind is OperationKind.CHECKOUT:
            return self._give_up(payment, claimed, "the page was never handed out")
        try:
            found, complete = self._look_up(claimed)
        except PaymentError as error:
            self.sender.release(claimed, state=OperationState.UNKNOWN)
            raise error
        if found is not None:
            return self.resolve(payment, claimed, found)
        if complete and self._is_absence_proof(claimed):
            return self._give_up(payment, claimed, "not found by a complete look-up")
        return self.sender.release(claimed, state=OperationState.UNKNOWN)

    def _look_later(self, session: Operation) -> Operation:
        """A page that nobody paid so far makes room for doubts that can be ended.

        A message may be stored for it; after a day only a new one, or reconciliation,
        brings it back.
        """
        now = self.now()
        if session.due is None or session.due > now:
            return session
        is_old = now - session.created_at > _ABANDONED_AFTER
        try:
            return self.ledger.replace_operation(
                replace(session, due=None if is_old else now + _LOOK_AT_SESSIONS)
            )
        except StaleVersion:
            return session

    def fetch(
        self, transaction_id: str, *, candidates: Iterable[str] = ()
    ) -> Transaction | None:
        """The transaction of that id as the provider tells it now.

        `candidates` are the operations that it may be of; see `LookUpRequest`.
        """
        result = self.gateway.look_up(
            LookUpRequest(transaction_id=transaction_id, candidates=tuple(candidates))
        )
        return next(
            (
                transaction
                for transaction in result.transactions
                if transaction.transaction_id == transaction_id
            ),
            None,
        )

    def refresh(
        self, payment_id: str, *, closed: bool | None = None, flag: str = ""
    ) -> Payment:
        """The payment with the state that its operations give it."""
        return self._rewrite(
            payment_id, lambda payment: self._with_state(payment, closed, flag)
        )

    def unflag(self, payment_id: str, flag: str) -> Payment:
        """The payment without this mark.

        Raises:
            InvalidRequest: money that does not fit is still held.
        """
        held = find_unclear(self.ledger.operations(payment_id), flag)
        if held is not None:
            raise InvalidRequest(
                f"{held.moved} of {held.transaction_id} ({flag}) is still held by "
                f"payment {payment_id}: give it back first",
                code="money_held",
            )
        return self._rewrite(
            payment_id,
            lambda payment: replace(
                payment, flags=tuple(name for name in payment.flags if name != flag)
            ),
        )

    def _rewrite(
        self, payment_id: str, change: Callable[[Payment], Payment]
    ) -> Payment:
        for _ in range(_TRIES):
            payment = self.ledger.get_payment(payment_id)
            if payment is None:
                raise InvalidRequest(f"no payment {payment_id}", code="payment_unknown")
            changed = change(payment)
            if changed == payment:
                return payment
            try:
                return self.ledger.replace_payment(changed)
            except StaleVersion:
                continue
        raise OutcomeUnknown(
            f"payment {payment_id} is changed all the time: look at it again",
            code="in_progress",
        )

    def _with_state(self, payment: Payment, closed: bool | None, flag: str) -> Payment:
        operations = self.ledger.operations(payment.payment_id)
        # What was told has left its mark before, and a person may have taken it away.
        found = [row.flag for row in operations if not row.told] + [flag]
        flags = payment.flags + tuple(
            name for name in dict.fromkeys(found) if name and name not in payment.flags
        )
        was_closed = payment.state is PaymentState.CLOSED
        state = derive_state(
            operations, closed=was_closed if closed is None else closed
        )
        return replace(payment, state=state, flags=flags)

    def _look_up(self, operation: Operation) -> tuple[Transaction | None, bool]:
        if operation.kind in _LOOKED_UP_BY_OPERATION:
            return self._find_by_operation(operation)
        result = self.gateway.look_up(
            LookUpRequest(
                transaction_id=operation.parent_id,
                operation_id=operation.operation_id,
                with_refunds=True,
            )
        )
        if operation.kind is OperationKind.CAPTURE:
            return _capture_in(result.transactions, operation), result.complete
        wanted = _KIND_OF[operation.kind]
        for transaction in result.transactions:
            is_ours = transaction.operation_id == operation.operation_id
            if transaction.kind is wanted and is_ours:
                return transaction, True
        return None, result.complete

    def _find_by_operation(
        self, operation: Operation
    ) -> tuple[Transaction | None, bool]:
        skew = self.policy.clock_skew
        result = self.gateway.look_up(
            LookUpRequest(
                operation_id=operation.operation_id,
                since=operation.created_at - skew,
                until=self.now() + skew,
            )
        )
        for transaction in result.transactions:
            if transaction.operation_id == operation.operation_id:
                return transaction, True
        return None, result.complete

    def _is_absence_proof(self, operation: Operation) -> bool:
        taking = operation.kind in TAKING
        window = self.policy.safe_window if taking else self.policy.read_margin
        return self.now() - operation.created_at > max(window, _lease(self.policy))

    def _give_up(self, payment: Payment, operation: Operation, why: str) -> Operation:
        error = InvalidRequest(
            f"{operation.kind} {operation.operation_id}: {why}", code="proved_absent"
        )
        closed = self.sender.refuse(operation, error)
        self.refresh(payment.payment_id)
        return closed

    def _flag_later_pages(self, done: Operation) -> Operation:
        """Two pages may be settled at once, neither of them seeing the other's money.

        Whoever was second sees both, and flags the later page, whosever that is.
        """
        known = self.ledger.operations(done.payment_id)
        for row in [row for row in known if brings_money(row)][1:]:
            try:
                self.ledger.replace_operation(
                    replace(row, flag="double_capture", told=False, due=self.now())
                )
            except StaleVersion:
                return self._flag_later_pages(done)
        return self.ledger.get_operation(done.operation_id) or done

    def _doubled(
        self, payment: Payment, operation: Operation, transaction: Transaction
    ) -> str:
        others = self.ledger.find_payments(transaction_id=transaction.transaction_id)
        if any(other.payment_id != payment.payment_id for other in others):
            return "transaction_of_another_payment"
        for sibling in self.ledger.find_payments(reference=payment.reference):
            known = self.ledger.operations(sibling.payment_id)
            is_other = sibling.payment_id != payment.payment_id
            if is_other and derive_state(known, closed=False) in GIVEN_BACK:
                continue
            if is_second_take(operation, known):
                return "double_capture"
        return ""


def _capture_in(
    transactions: tuple[Transaction, ...], operation: Operation
) -> Transaction | None:
    """The capture that the authorization itself tells of, if it tells of one.

    Once the authorization is voided there can be none: then it tells of that.
    """
    for transaction in transactions:
        was_captured = transaction.kind is TransactionKind.CHARGE
        is_over = transaction.status is TransactionStatus.VOIDED
        is_parent = transaction.transaction_id == operation.parent_id
        if is_parent and (was_captured or is_over):
            return replace(
                transaction,
                kind=TransactionKind.CAPTURE,
                amount=transaction.captured or transaction.amount,
                operation_id="",
            )
    return None


def _lease(policy: Policy) -> timedelta:
    return timedelta(seconds=policy.lease_seconds)
