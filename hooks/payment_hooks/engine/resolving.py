"""What a transaction makes of an operation, and what is found of it: the last word."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from payment_hooks.engine.checks import (
    Judgement,
    Verdict,
    describe,
    failed_check,
    judge,
    refusal_of,
)
from payment_hooks.engine.engine import Engine, FailedChecks
from payment_hooks.engine.leases import OperationStore
from payment_hooks.ledger.intents import name_found
from payment_hooks.ledger.state import (
    derive_state,
    find_unclear,
    in_progress,
    is_waiting_page,
    with_state,
)
from payment_hooks.ledger.store import StaleVersion
from payment_hooks.model.errors import (
    ConfigurationError,
    InvalidRequest,
    OutcomeUnknown,
    PaymentError,
    UnsupportedOperation,
    WrongState,
)
from payment_hooks.model.kinds import (
    ErrorCode,
    Flag,
    TransactionKind,
    TransactionStatus,
)
from payment_hooks.model.records import (
    FUNDING,
    REVERSED,
    Operation,
    OperationKind,
    OperationState,
    Payment,
    PaymentRecord,
)
from payment_hooks.model.requests import FindRequest, RetrieveRequest
from payment_hooks.model.results import RetrieveResult, Transaction

_KIND_OF = {
    OperationKind.REFUND: TransactionKind.REFUND,
    OperationKind.VOID: TransactionKind.VOID,
}
_FOUND_BY_OPERATION = frozenset({OperationKind.AUTHORIZE, OperationKind.CHARGE})
_TRIES = 10
_LOOK_AT_SESSIONS = timedelta(hours=1)
_ABANDONED_AFTER = timedelta(days=1)


Operations = tuple[Operation, ...]


class Resolver:
    """Compares what the provider knows with what was asked, and writes it down.

    Nothing else turns a transaction into an operation's state.
    """

    def __init__(self, engine: Engine, store: OperationStore) -> None:
        self._engine = engine
        self._ledger = engine.ledger
        self._store = store

    def judge(
        self, payment: Payment, operation: Operation, transaction: Transaction
    ) -> Judgement:
        """What the transaction means for the operation, and beside all that is here."""
        judgement = judge(payment, operation, transaction, self._engine.policy)
        if judgement.verdict is not Verdict.DONE:
            return judgement
        flag, record = self._find_beside(payment, operation, transaction)
        if record is not None and _is_recorded(record, operation, transaction):
            return Judgement(Verdict.OPEN, Flag.REFERENCE_DIFFERS)
        verdict = Verdict.MISFIT if flag else Verdict.DONE
        return Judgement(verdict, flag, record)

    def resolve(
        self, payment: Payment, operation: Operation, transaction: Transaction
    ) -> Operation:
        """The claimed operation as the transaction leaves it: done, refused or open."""
        judgement = self.judge(payment, operation, transaction)
        return self.carry_out(judgement, operation, transaction)

    def carry_out(
        self, judgement: Judgement, operation: Operation, transaction: Transaction
    ) -> Operation:
        """The claimed operation as this judgement of the transaction leaves it.

        Where the payment changed since, it is judged again: other money may have come.
        """
        for _ in range(_TRIES):
            try:
                return self._carry_out(judgement, operation, transaction)
            except StaleVersion:
                payment = self._engine.get(operation.payment_id)
                judgement = self.judge(payment, operation, transaction)
        raise in_progress(operation)

    def _carry_out(
        self, judgement: Judgement, operation: Operation, transaction: Transaction
    ) -> Operation:
        match judgement.verdict:
            case Verdict.OPEN:
                return self._keep_open(judgement, operation, transaction)
            case Verdict.REFUSED:
                return self._refuse(operation, transaction)
            case _:
                return self._accept(judgement, operation, transaction)

    def _keep_open(
        self, judgement: Judgement, operation: Operation, transaction: Transaction
    ) -> Operation:
        """The operation still open; what waits for it at the provider has a name now."""
        is_waiting = judgement.why == TransactionStatus.PENDING
        if is_waiting and operation.kind in _FOUND_BY_OPERATION:
            transaction_id = transaction.transaction_id
            operation = replace(operation, transaction_id=transaction_id)
        return self._store.keep_open(operation)

    def _refuse(self, operation: Operation, transaction: Transaction) -> Operation:
        """What failed, was canceled or was voided is a no; a page can be paid again."""
        if operation.kind is OperationKind.HOSTED_PAGE:
            return self._store.release(operation)
        return self._store.refuse(operation, refusal_of(operation, transaction))

    def _accept(
        self, judgement: Judgement, operation: Operation, transaction: Transaction
    ) -> Operation:
        """The operation as succeeded; flagged when the transaction does not fit it."""
        flag = judgement.why
        record = judgement.record or self._engine.get_record(operation.payment_id)
        is_marked = not flag and self._engine.policy.failed_checks is FailedChecks.FLAG
        mark = failed_check(transaction) if is_marked else ""
        done = self._store.succeed(record, operation, transaction, flag=flag, mark=mark)
        may_be_second = record.payment.sequence > 1 or (
            done.kind is OperationKind.HOSTED_PAGE
        )
        if may_be_second and done.funds_payment:
            return self._flag_later_funding(record.payment, done)
        return done

    def _find_beside(
        self, payment: Payment, operation: Operation, transaction: Transaction
    ) -> tuple[str, PaymentRecord | None]:
        """Why a person must look at money that fits by itself, and what was read for it.

        The reason is empty if nobody must.
        """
        if operation.kind in FUNDING:
            found = self._ledger.find_related(
                payment.reference, transaction.transaction_id
            )
            own = (row for row in found if row.payment.payment_id == payment.payment_id)
            flag = _find_first_funding(payment, operation, transaction, found)
            return flag, next(own, None)
        record = self._engine.get_record(payment.payment_id)
        is_capture = operation.kind is OperationKind.CAPTURE
        return find_reversal(record.operations) if is_capture else "", record

    def adopt(
        self,
        payment: Payment,
        kind: OperationKind,
        transaction: Transaction,
        flag: str = "",
    ) -> Operation:
        """The operation for a movement that was not made through this ledger."""
        # A void is of the whole: whichever row shows it, it is the same one.
        is_void = kind is OperationKind.VOID
        name = transaction.parent_id if is_void else transaction.transaction_id
        found = self._engine.new_operation(
            payment,
            kind,
            transaction.amount,
            parent_id=transaction.parent_id,
            intent_id=name_found(name),
        )
        return self._store.record(
            replace(
                found,
                intent=replace(found.intent, slot=found.operation_id),
                state=OperationState.SUCCEEDED,
                transaction_id=transaction.transaction_id,
                moved=transaction.amount,
                flag=flag,
                details=describe(transaction),
            )
        )

    def look_up(self, payment: Payment, operation: Operation) -> Operation:
        """The operation with its last word, if one can be had now.

        Raises:
            OutcomeUnknown: the provider has no hook that finds it.
            ProviderUnavailable: no answer came.
        """
        if not operation.state.is_open:
            return operation
        if is_waiting_page(operation):
            return self._look_later(operation)
        claimed = self._store.claim(operation)
        if claimed.state is OperationState.PENDING:
            return self._give_up(claimed, "never sent")
        if claimed.kind is OperationKind.HOSTED_PAGE:
            return self._give_up(claimed, "the page was never handed out")
        asked_at = self._engine.now()
        try:
            found, complete = self._find(claimed)
        except (PaymentError, ConfigurationError) as error:
            self._store.keep_open(claimed)
            raise error
        if found is not None:
            return self.resolve(payment, claimed, found)
        if complete and self._is_absence_proof(claimed, asked_at):
            return self._give_up(claimed, "not found by a complete look-up")
        return self._store.keep_open(claimed)

    def _look_later(self, session: Operation) -> Operation:
        """A page that nobody paid so far makes room for what can be resolved.

        A message may be stored for it; after a day only a new one, or reconciliation,
        brings it back.
        """
        now = self._engine.now()
        if session.due is None or session.due > now:
            return session
        is_old = now - session.created_at > _ABANDONED_AFTER
        try:
            return self._ledger.replace_operation(
                replace(session, due=None if is_old else now + _LOOK_AT_SESSIONS)
            )
        except StaleVersion:
            return session

    def fetch(
        self, transaction_id: str, *, candidates: Iterable[str] = ()
    ) -> Transaction | None:
        """The transaction of that id as the provider shows it now; None if it has none.

        `candidates` are the operations that it may be of; see `RetrieveRequest`.
        """
        request = RetrieveRequest(
            transaction_id=transaction_id, candidates=tuple(candidates)
        )
        try:
            return self._engine.provider.retrieve(request).transaction
        except UnsupportedOperation as error:
            raise _still_unknown(error) from error

    def fetch_whole(
        self, transaction_id: str, *, candidates: Iterable[str] = ()
    ) -> RetrieveResult:
        """The transaction of that id and its refunds, as the provider shows them now."""
        request = RetrieveRequest(
            transaction_id=transaction_id,
            with_refunds=True,
            candidates=tuple(candidates),
        )
        try:
            return self._engine.provider.retrieve(request)
        except UnsupportedOperation as error:
            raise _still_unknown(error) from error

    def refresh(
        self, payment_id: str, *, closed: bool | None = None, flag: str = ""
    ) -> tuple[Payment, Operations]:
        """The payment with the state that its operations give it, and these operations.

        Whatever operations are answered with, the payment's row knows of them.
        """
        operations: Operations = ()

        def change(record: PaymentRecord) -> Payment:
            nonlocal operations
            operations = record.operations
            return with_state(record.payment, operations, closed=closed, flag=flag)

        return self._rewrite(payment_id, change), operations

    def unflag(self, payment_id: str, flag: str) -> Payment:
        """The payment without this mark.

        Raises:
            WrongState: money that does not fit is still held.
        """

        def change(record: PaymentRecord) -> Payment:
            held = find_unclear(record.operations, flag)
            if held is not None:
                raise WrongState(
                    f"{held.moved} of {held.transaction_id} ({flag}) is still held by "
                    f"payment {payment_id}: refund it first",
                    code=ErrorCode.MONEY_NOT_REFUNDED,
                )
            flags = record.payment.flags
            left = tuple(name for name in flags if name != flag)
            return replace(record.payment, flags=left)

        return self._rewrite(payment_id, change)

    def _rewrite(
        self, payment_id: str, change: Callable[[PaymentRecord], Payment]
    ) -> Payment:
        for _ in range(_TRIES):
            record = self._engine.get_record(payment_id)
            changed = change(record)
            if changed == record.payment:
                return changed
            try:
                return self._ledger.replace_payment(changed)
            except StaleVersion:
                continue
        raise OutcomeUnknown(
            f"payment {payment_id} is changed all the time: look at it again",
            code=ErrorCode.IN_PROGRESS,
        )

    def _find(self, operation: Operation) -> tuple[Transaction | None, bool]:
        """What the provider has of the operation, and whether finding nothing is proof."""
        try:
            if operation.kind in _FOUND_BY_OPERATION and operation.transaction_id:
                return self._find_by_id(operation)
            if operation.kind in _FOUND_BY_OPERATION:
                return self._find_by_operation(operation)
            return self._find_by_parent(operation)
        except UnsupportedOperation as error:
            raise _still_unknown(error) from error

    def _find_by_parent(self, operation: Operation) -> tuple[Transaction | None, bool]:
        """A capture, refund or void, as what it changed shows it."""
        result = self._engine.provider.retrieve(
            RetrieveRequest(
                transaction_id=operation.parent_id,
                with_refunds=True,
                candidates=(operation.operation_id,),
            )
        )
        if operation.kind is OperationKind.CAPTURE:
            return _capture_in(result), result.proves_absence
        wanted = _KIND_OF[operation.kind]
        for transaction in result.refunds:
            is_ours = transaction.operation_id == operation.operation_id
            if transaction.kind is wanted and is_ours:
                return transaction, True
        return None, result.proves_absence

    def _find_by_id(self, operation: Operation) -> tuple[Transaction | None, bool]:
        """The transaction that waited for the shopper, by the id that it keeps."""
        if not self._engine.provider.has("payment_retrieve"):
            return self._find_by_operation(operation)
        candidates = [operation.operation_id]
        found = self.fetch(operation.transaction_id, candidates=candidates)
        return (found, True) if found else self._find_by_operation(operation)

    def _find_by_operation(
        self, operation: Operation
    ) -> tuple[Transaction | None, bool]:
        skew = self._engine.policy.clock_skew
        begun = operation.created_at
        result = self._engine.provider.find(
            FindRequest(
                operation_id=operation.operation_id,
                since=begun - skew,
                until=max(self._engine.now(), begun) + skew,
            )
        )
        return result.transaction, result.complete

    def _is_absence_proof(self, operation: Operation, asked_at: datetime) -> bool:
        """Whether what was not there at that time cannot come any more."""
        policy = self._engine.policy
        is_funding = operation.kind in FUNDING
        window = policy.safe_window if is_funding else policy.read_margin
        lease = timedelta(seconds=policy.lease_seconds)
        return asked_at - operation.created_at > max(window, lease)

    def _give_up(self, operation: Operation, why: str) -> Operation:
        error = InvalidRequest(
            f"{operation.kind} {operation.operation_id}: {why}",
            code=ErrorCode.PROVED_ABSENT,
        )
        return self._store.refuse(operation, error)

    def _flag_later_funding(self, payment: Payment, done: Operation) -> Operation:
        """The operation, flagged if another payment of the reference has its money first.

        Two payments have rows of their own and may be funded at once, neither seeing the
        other's money: a page of a closed one, say, beside the next one. Whoever is second
        sees both, and flags the later one that the shop does not know of.
        """
        for _ in range(_TRIES):
            found = self._ledger.find_related(payment.reference, "")
            funded = [row for each in found for row in _funding_of(each)]
            if len(funded) == 1:
                return funded[0] if _is_same(funded[0], done) else self._read(done)
            if not funded:
                break
            waiting = [row for row in funded if not row.notified]
            later = replace(
                (waiting or funded)[-1],
                flag=Flag.DOUBLE_CAPTURE,
                notified=False,
                due=self._engine.now(),
            )
            with suppress(OutcomeUnknown):  # it is flagged elsewhere, or notified
                self._store.write_flagged(later)
        return self._read(done)

    def _read(self, operation: Operation) -> Operation:
        return self._ledger.get_operation(operation.operation_id) or operation


def find_reversal(operations: Operations) -> str:
    """The flag for money that comes after all of it was reversed.

    Nothing leads from voided or refunded back to paid by itself.
    """
    state = derive_state(operations, closed=False)
    return Flag(f"captured_after_{state}") if state in REVERSED else ""


def _find_first_funding(
    payment: Payment,
    operation: Operation,
    transaction: Transaction,
    found: Iterable[PaymentRecord],
) -> str:
    """Why this money is not the first, or not this payment's; empty if it is both."""
    flag = ""
    for row in found:
        is_other = row.payment.payment_id != payment.payment_id
        ids = [known.transaction_id for known in row.operations]
        if is_other and transaction.transaction_id in ids:
            return Flag.TRANSACTION_OF_ANOTHER_PAYMENT
        is_sibling = row.payment.reference == payment.reference
        is_reversed = derive_state(row.operations, closed=False) in REVERSED
        if not is_sibling or (is_other and is_reversed):
            continue
        if _is_second_funding(operation, row.operations):
            flag = Flag.DOUBLE_CAPTURE
    return flag


def _is_recorded(
    record: PaymentRecord, operation: Operation, transaction: Transaction
) -> bool:
    """Whether another page of the payment has this very money already."""
    return operation.kind is OperationKind.HOSTED_PAGE and any(
        row.transaction_id == transaction.transaction_id
        and row.operation_id != operation.operation_id
        for row in record.operations
    )


def _is_same(row: Operation, other: Operation) -> bool:
    return row.operation_id == other.operation_id


def _funding_of(record: PaymentRecord) -> list[Operation]:
    """What funds the payment, unless all of its money was reversed."""
    if derive_state(record.operations, closed=False) in REVERSED:
        return []
    return [row for row in record.operations if row.funds_payment]


def _is_second_funding(operation: Operation, known: Iterable[Operation]) -> bool:
    """Whether another operation already brought the money this one brings."""
    return operation.kind in FUNDING and any(
        other.operation_id != operation.operation_id and other.funds_payment
        for other in known
    )


def _capture_in(result: RetrieveResult) -> Transaction | None:
    """The capture that the authorization itself shows, if it shows one.

    Once the authorization is voided there can be none: then it shows that.
    """
    authorized = result.transaction
    if authorized is None:
        return None
    was_captured = authorized.kind is TransactionKind.CHARGE
    is_over = authorized.status is TransactionStatus.VOIDED
    if not (was_captured or is_over):
        return None
    return replace(
        authorized,
        kind=TransactionKind.CAPTURE,
        amount=authorized.captured or authorized.amount,
        operation_id="",
    )


def _still_unknown(error: UnsupportedOperation) -> OutcomeUnknown:
    """The error for what cannot be looked up."""
    return OutcomeUnknown(
        f"{error.message}: the outcome stays unknown until a person compares it "
        "with what the provider's own pages show",
        code=ErrorCode.UNSUPPORTED,
        provider=error.provider,
    )
