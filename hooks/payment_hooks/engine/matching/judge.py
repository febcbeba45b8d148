"""Compares one of the provider's transactions with the ledger."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import datetime

from payment_hooks.engine.checks import Verdict, find_flag
from payment_hooks.engine.engine import Engine
from payment_hooks.engine.leases import OperationStore
from payment_hooks.engine.matching.findings import (
    Finding,
    FindingKind,
    finding_of,
    flagged,
)
from payment_hooks.engine.resolving import Resolver, find_reversal
from payment_hooks.ledger.intents import is_of_another_installation
from payment_hooks.ledger.state import derive_state, refundable
from payment_hooks.model.errors import OutcomeUnknown
from payment_hooks.model.kinds import Flag, TransactionKind, TransactionStatus
from payment_hooks.model.records import (
    CAPTURING,
    FUNDING,
    REVERSED,
    Operation,
    OperationKind,
    Payment,
)
from payment_hooks.model.results import Transaction

_TAKING = (TransactionKind.CHARGE, TransactionKind.AUTHORIZATION)
_RETURNING = {
    TransactionKind.REFUND: OperationKind.REFUND,
    TransactionKind.VOID: OperationKind.VOID,
}

_NO_TIME = datetime.fromisoformat("1970-01-01T00:00:00+00:00")

Operations = tuple[Operation, ...]
Findings = Iterator[Finding]


def takings_first(transaction: Transaction) -> tuple[bool, datetime]:
    """Sorts what took money before what returned it, each by time."""
    return transaction.kind in _RETURNING, transaction.created_at or _NO_TIME


class Window:
    """The ledger's operations around a window of time, found by any of their ids."""

    def __init__(
        self, rows: Iterable[Operation], listed: Iterable[Transaction] = ()
    ) -> None:
        self.rows = tuple(rows)
        self.returned_there = {
            transaction.parent_id
            for transaction in listed
            if transaction.kind in _RETURNING and _is_money(transaction)
        }
        """What the provider lists a refund or a void of."""
        self.by_id = {row.operation_id: row for row in self.rows}
        self.takings = {
            row.transaction_id: row
            for row in self.rows
            if row.kind in FUNDING and row.transaction_id
        }
        self.returns = {
            row.transaction_id: row
            for row in self.rows
            if row.kind in _RETURNING.values() and row.transaction_id
        }


class Judge:
    """Judges a transaction; records it if that is certain and this is no dry run."""

    def __init__(
        self,
        engine: Engine,
        store: OperationStore,
        resolver: Resolver,
        notify: Callable[[str], object],
        *,
        repair: bool,
    ) -> None:
        self.engine = engine
        self.ledger = engine.ledger
        self.resolver = resolver
        self.store = store
        self.notify = notify
        self.repair = repair
        self._unknown: set[str] = set()
        self._paid: set[str] = set()
        """Ids of the operations that a dry run would have recovered so far."""

    def judge(self, transaction: Transaction, window: Window) -> Findings:
        """The differences that this transaction shows; most often none."""
        if transaction.kind in _TAKING:
            yield from self._judge_taking(transaction, window)
        elif transaction.kind in _RETURNING:
            yield from self._judge_return(transaction, window)

    def _judge_taking(self, transaction: Transaction, window: Window) -> Findings:
        payment, operation = self._owner(transaction, window)
        if not _is_money(transaction):
            if payment is not None and operation is not None:
                yield from self._judge_no_money(payment, operation, transaction, window)
        elif payment is None:
            self._unknown.add(transaction.transaction_id)
            if not transaction.may_be_in_person:
                yield flagged(Flag.UNKNOWN_CHARGE, transaction)
        elif operation is None:
            yield from self._adopt(payment, transaction, Flag.UNKNOWN_CHARGE)
        elif operation.state.is_open:
            held = _before_capture(operation, transaction, ())
            yield from self._recover(payment, operation, held)
            # What was authorized may have been captured there as well.
            current = self.ledger.get_operation(operation.operation_id)
            if current is not None and current.counts:
                changed = self.engine.get(payment.payment_id)
                yield from self._compare(changed, current, transaction)
        elif operation.transaction_id == transaction.transaction_id:
            yield from self._compare(payment, operation, transaction)
        else:
            yield from self._adopt(payment, transaction, Flag.LATE_SUCCESS)

    def _judge_no_money(
        self,
        payment: Payment,
        operation: Operation,
        transaction: Transaction,
        window: Window,
    ) -> Findings:
        """Findings for our funding that is pending, failed, canceled or voided there."""
        if operation.state.is_open:
            yield from self._recover(payment, operation, transaction)
            return
        is_the_money = operation.transaction_id == transaction.transaction_id
        is_pending = transaction.status is TransactionStatus.PENDING
        if is_pending or not (is_the_money and operation.counts):
            return
        known = self.ledger.operations(payment.payment_id)
        if derive_state(known, closed=False) in REVERSED:
            return
        if transaction.status is TransactionStatus.VOIDED:
            if transaction.transaction_id in window.returned_there:
                return
            open_ones = [row for row in known if row.parent_id and row.state.is_open]
            if open_ones:
                # How much went back is known once these are: the next run records it.
                yield flagged(
                    Flag.REFUND_OUTCOME_UNKNOWN, transaction, payment, open_ones[0]
                )
            else:
                yield from self._record_void(payment, operation, transaction, known)
        else:
            flag = Flag(f"money_{transaction.status}")
            self._mark(payment, flag)
            yield flagged(flag, transaction, payment, operation)

    def _record_void(
        self,
        payment: Payment,
        operation: Operation,
        transaction: Transaction,
        known: Operations,
    ) -> Findings:
        """Record the void or refund of a payment that was voided at the provider."""
        was_authorized = operation.kind is OperationKind.AUTHORIZE and not _captures(
            known
        )
        left = operation.amount if was_authorized else refundable(payment, known)
        returned = replace(
            transaction,
            kind=TransactionKind.VOID if was_authorized else TransactionKind.REFUND,
            status=TransactionStatus.SUCCEEDED,
            parent_id=transaction.transaction_id,
            amount=left,
        )
        yield from self._record(payment, _RETURNING[returned.kind], returned)

    def _owner(
        self, transaction: Transaction, window: Window
    ) -> tuple[Payment | None, Operation | None]:
        """The operation of the transaction, found by its id, our mark or reference."""
        row = window.takings.get(transaction.transaction_id)
        row = row or window.by_id.get(transaction.operation_id)
        if row is not None:
            now = self.ledger.get_operation(row.operation_id)
            return self.engine.get(row.payment_id), now
        found = self.ledger.find_payments(transaction_id=transaction.transaction_id)
        if found:
            known = self.ledger.operations(found[0].payment_id)
            return found[0], _taking_of(known, transaction.transaction_id)
        # An order number is no proof: another installation counts orders, too.
        is_others = is_of_another_installation(
            transaction.operation_id, self.ledger.installation_id()
        )
        if transaction.reference and not is_others:
            found = self.ledger.find_payments(reference=transaction.reference)
        ours = [payment for payment in found if self.engine.owns(payment)]
        return (ours[-1], None) if ours else (None, None)

    def _compare(
        self, payment: Payment, operation: Operation, transaction: Transaction
    ) -> Findings:
        """Findings for a funding that both know: whether amount and capture agree."""
        known = self.ledger.operations(payment.payment_id)
        if operation.flag:
            if operation.flag in payment.flags:
                yield flagged(operation.flag, transaction, payment, operation)
            return
        same = _before_capture(operation, transaction, known)
        flag = find_flag(payment, operation, same, self.engine.policy)
        if flag:
            self._mark(payment, flag)
            yield flagged(flag, transaction, payment, operation)
        elif _was_captured_there(operation, transaction, known):
            taken = replace(
                transaction,
                kind=TransactionKind.CAPTURE,
                amount=transaction.captured or transaction.amount,
                parent_id=transaction.transaction_id,
            )
            reversal = find_reversal(self.ledger.operations(payment.payment_id))
            if reversal:
                yield from self._keep(payment, OperationKind.CAPTURE, taken, reversal)
            else:
                yield from self._record(payment, OperationKind.CAPTURE, taken)

    def _recover(
        self, payment: Payment, operation: Operation, transaction: Transaction
    ) -> Findings:
        """Resolve an open operation with the transaction that was found for it."""
        judgement = self.resolver.judge(payment, operation, transaction)
        is_refused = judgement.verdict is Verdict.REFUSED
        is_page = operation.kind is OperationKind.HOSTED_PAGE
        if judgement.verdict is Verdict.OPEN or (is_refused and is_page):
            return
        flag = judgement.why
        if not flag and operation.kind in FUNDING and payment.payment_id in self._paid:
            flag = Flag.DOUBLE_CAPTURE
        if self.repair:
            try:
                claimed = self.store.claim(operation)
            except OutcomeUnknown:
                return  # its owner is at work
            done = self.resolver.resolve(payment, claimed, transaction)
            self.notify(payment.payment_id)
            flag = done.flag
        if is_refused:
            return
        if flag:
            yield flagged(flag, transaction, payment, operation)
            return
        self._paid.add(payment.payment_id)
        yield finding_of(FindingKind.RECOVERED, transaction, payment, operation)

    def _adopt(self, payment: Payment, transaction: Transaction, flag: str) -> Findings:
        """Money that no open operation waits for."""
        known = self.ledger.operations(payment.payment_id)
        if any(row.funds_payment for row in known):
            flag = Flag.DOUBLE_CAPTURE
        is_authorized = transaction.kind is TransactionKind.AUTHORIZATION
        kind = OperationKind.AUTHORIZE if is_authorized else OperationKind.CHARGE
        yield from self._keep(payment, kind, transaction, flag)

    def _keep(
        self,
        payment: Payment,
        kind: OperationKind,
        transaction: Transaction,
        flag: str,
    ) -> Findings:
        """Record the money in the ledger as flagged, so that it does not count."""
        if self.repair:
            self.resolver.adopt(payment, kind, transaction, flag)
            self.notify(payment.payment_id)
        yield flagged(flag, transaction, payment)

    def _judge_return(self, transaction: Transaction, window: Window) -> Findings:
        recorded = window.returns.get(transaction.transaction_id)
        if recorded is not None:
            yield from self._compare_return(recorded, transaction)
            return
        payment = self._payer(transaction, window)
        if payment is None and not _is_money(transaction):
            return
        if payment is None:
            if transaction.parent_id not in self._unknown:
                yield flagged(Flag.UNKNOWN_REFUND, transaction)
            return
        known = self.ledger.operations(payment.payment_id)
        returns = {row.transaction_id: row for row in _returns(known)}
        if transaction.transaction_id in returns:
            recorded = returns[transaction.transaction_id]
            yield from self._compare_return(recorded, transaction)
            return
        if transaction.parent_id in returns:
            return  # it is part of the void that was recorded under the payment's id
        kind = _RETURNING[transaction.kind]
        open_ones = [row for row in known if row.kind is kind and row.state.is_open]
        mine = [
            row for row in open_ones if row.operation_id == transaction.operation_id
        ]
        if mine:
            yield from self._recover(payment, mine[0], transaction)
        elif not _is_money(transaction):
            return
        elif open_ones:
            # Without our mark on it, this may be the very one of unknown outcome.
            yield flagged(
                Flag.REFUND_OUTCOME_UNKNOWN, transaction, payment, open_ones[0]
            )
        elif _is_too_much(payment, transaction, known):
            self._mark(payment, Flag.REFUND_TOO_LARGE)
            yield flagged(Flag.REFUND_TOO_LARGE, transaction, payment)
        else:
            yield from self._record(payment, kind, transaction)

    def _compare_return(
        self, recorded: Operation, transaction: Transaction
    ) -> Findings:
        """A refund or void that both know; one that is not good any more is flagged.

        The money is the merchant's again, and the shop believes that it was refunded.
        """
        is_pending = transaction.status is TransactionStatus.PENDING
        if _is_money(transaction) or is_pending or not recorded.counts:
            return
        payment = self.engine.get(recorded.payment_id)
        flag = Flag(f"{recorded.kind}_{transaction.status}")
        self._mark(payment, flag)
        yield flagged(flag, transaction, payment, recorded)

    def _payer(self, transaction: Transaction, window: Window) -> Payment | None:
        """The payment whose money is refunded or voided."""
        row = window.takings.get(transaction.parent_id)
        if row is not None:
            return self.engine.get(row.payment_id)
        found = self.ledger.find_payments(transaction_id=transaction.parent_id)
        return found[0] if found else None

    def _record(
        self, payment: Payment, kind: OperationKind, transaction: Transaction
    ) -> Findings:
        """Record in the ledger what was made at the provider."""
        if self.repair:
            self.resolver.adopt(payment, kind, transaction)
            self.notify(payment.payment_id)
        yield finding_of(FindingKind.RECORDED, transaction, payment)

    def _mark(self, payment: Payment, flag: str) -> None:
        if self.repair:
            self.resolver.refresh(payment.payment_id, flag=flag)


def _is_money(transaction: Transaction) -> bool:
    return transaction.status is TransactionStatus.SUCCEEDED


def _taking_of(known: Operations, transaction_id: str) -> Operation | None:
    for row in known:
        if row.kind in FUNDING and row.transaction_id == transaction_id:
            return row
    return None


def _returns(known: Operations) -> Operations:
    return tuple(row for row in known if row.kind in _RETURNING.values())


def _captures(known: Operations) -> Operations:
    return tuple(
        row
        for row in known
        if row.kind is OperationKind.CAPTURE and (row.state.is_open or row.counts)
    )


def _before_capture(
    operation: Operation, transaction: Transaction, known: Operations
) -> Transaction:
    """The transaction with the authorized amount, where it shows the captured one."""
    is_captured = transaction.kind is TransactionKind.CHARGE
    if operation.kind is not OperationKind.AUTHORIZE or not is_captured:
        return transaction
    taken = {row.effective_amount for row in _captures(known)}
    if transaction.amount in taken or transaction.amount == transaction.captured:
        return replace(transaction, amount=operation.amount)
    return transaction


def _was_captured_there(
    operation: Operation, transaction: Transaction, known: Operations
) -> bool:
    return (
        operation.kind is OperationKind.AUTHORIZE
        and transaction.kind is TransactionKind.CHARGE
        and not _captures(known)
    )


def _is_too_much(payment: Payment, transaction: Transaction, known: Operations) -> bool:
    """Whether more came back than there was, of money that counts.

    Another currency counts as too much: how much of the money it is, nobody can say.
    """
    if transaction.kind is not TransactionKind.REFUND:
        return False
    left = refundable(payment, known)
    if transaction.amount.currency != left.currency:
        return True
    is_of_money = any(
        row.counts
        and row.kind in CAPTURING
        and transaction.parent_id in (row.transaction_id, row.parent_id)
        for row in known
    )
    return is_of_money and transaction.amount > left
