"""Hosted pages: opened once at a time, resolved by what was paid on them."""

from dataclasses import replace
from datetime import timedelta

from payment_hooks.engine.checks import Verdict
from payment_hooks.engine.engine import Engine
from payment_hooks.engine.leases import OperationStore
from payment_hooks.engine.resolving import Resolver
from payment_hooks.ledger.state import in_progress, refuse_unclear
from payment_hooks.model.errors import (
    ConfigurationError,
    OutcomeUnknown,
    PaymentError,
    UnsupportedOperation,
)
from payment_hooks.model.kinds import ErrorCode, Flag
from payment_hooks.model.records import (
    FUNDING,
    Operation,
    OperationKind,
    OperationState,
    Payment,
)
from payment_hooks.model.requests import CheckoutRequest
from payment_hooks.model.results import Redirect, Transaction

_MARGIN = timedelta(minutes=1)
_TRIES = 3
_OF_SOMETHING_ELSE = frozenset(
    {
        Flag.MERCHANT_DIFFERS,
        Flag.KIND_DIFFERS,
        Flag.REFERENCE_DIFFERS,
        Flag.OLDER_THAN_ASKED,
        Flag.TRANSACTION_OF_ANOTHER_PAYMENT,
    }
)
"""Why a transaction is not the session's money at all."""


class HostedPages:
    """Opens the provider's payment pages, and records what was paid on them."""

    def __init__(
        self, engine: Engine, store: OperationStore, resolver: Resolver
    ) -> None:
        self._engine = engine
        self._ledger = engine.ledger
        self._store = store
        self._resolver = resolver

    def open(self, payment: Payment, asked: CheckoutRequest) -> Redirect:
        """A page where this payment can be made: the open one while it is good."""
        refuse_unclear(self._ledger.operations(payment.payment_id))
        sessions = self._sessions(payment)
        good = next((row for row in reversed(sessions) if self._is_good(row)), None)
        if good is not None:
            return _redirect(good)
        intent = self._engine.new_operation(
            payment,
            OperationKind.CHECKOUT,
            payment.amount_due,
            attempt=self._next_attempt(sessions),
        )
        known = self._store.record(self._store.lease(intent))
        if known.operation_id == intent.operation_id:
            return self._start(known, asked)
        known = self._store.wait(known)
        if self._is_good(known):
            return _redirect(known)
        raise in_progress(known)

    def resolve(self, payment: Payment, transaction_id: str, session_id: str) -> None:
        """Record what was paid on a session, after fetching and comparing it.

        Raises:
            OutcomeUnknown: the provider does not show the transaction yet.
        """
        for _ in range(_TRIES):
            session = self._find_unpaid(payment, transaction_id, session_id)
            if session is None:
                return
            current = self._store.wait(session)
            if current.state is not OperationState.WAITING:
                continue  # webhook and return came at once, and the other one is done
            try:
                claimed = self._store.claim(current)
            except OutcomeUnknown:
                continue
            self._resolve(payment, claimed, transaction_id)
            return
        raise OutcomeUnknown(
            f"payment {payment.payment_id} is being resolved elsewhere: look again",
            code=ErrorCode.IN_PROGRESS,
        )

    def _find_unpaid(
        self, payment: Payment, transaction_id: str, session_id: str
    ) -> Operation | None:
        """The session that this transaction may have paid; None if nothing is to do."""
        known = self._ledger.operations(payment.payment_id)
        if any(row.transaction_id == transaction_id for row in known):
            return None
        sessions = [row for row in known if row.kind is OperationKind.CHECKOUT]
        waiting = [row for row in sessions if row.state is OperationState.WAITING]
        named = [row for row in waiting if session_id in ("", row.session_id)]
        if named:
            return self._choose_page(payment, named, transaction_id)
        paid = self._read(payment, transaction_id)
        marked = [row for row in waiting if row.operation_id == paid.operation_id]
        if marked:
            return marked[0]  # whatever page the message names: the mark is proof
        self._flag_second(payment, known, paid, session_id)
        return None

    def _flag_second(
        self,
        payment: Payment,
        known: tuple[Operation, ...],
        paid: Transaction,
        session_id: str,
    ) -> None:
        """Let a person look at money that no page waits for, if it is this payment's.

        What an open operation waits for is resolved with that one.
        """
        row = _operation_of(known, paid, session_id)
        if row is None or row.state.is_open:
            return
        judgement = self._resolver.judge(payment, row, paid)
        is_money = judgement.verdict in (Verdict.DONE, Verdict.MISFIT)
        is_sure = bool(paid.operation_id or session_id)
        fits = judgement.why in ("", Flag.DOUBLE_CAPTURE)
        if judgement.why in _OF_SOMETHING_ELSE or not (is_money and (is_sure or fits)):
            return
        has_money = any(row.funds_payment for row in known)
        flag = Flag.DOUBLE_CAPTURE if has_money else Flag.LATE_SUCCESS
        self._resolver.refresh(payment.payment_id, flag=flag)

    def _choose_page(
        self, payment: Payment, waiting: list[Operation], transaction_id: str
    ) -> Operation:
        """The session whose mark it has, or the newest that was open when it was made.

        A message may name no session, and a renewed page leaves two that wait.
        """
        if len(waiting) == 1:
            return waiting[0]
        paid = self._fetch(payment, transaction_id)
        marked = [
            row for row in waiting if paid and row.operation_id == paid.operation_id
        ]
        if marked:
            return marked[0]
        made_at = paid.created_at if paid else None
        older = [row for row in waiting if made_at and row.created_at <= made_at]
        return (older or waiting)[-1]

    def _resolve(
        self, payment: Payment, claimed: Operation, transaction_id: str
    ) -> None:
        try:
            transaction = self._read(payment, transaction_id)
        except PaymentError:
            self._store.release(claimed)
            raise
        judgement = self._resolver.judge(payment, claimed, transaction)
        if judgement.why in _OF_SOMETHING_ELSE:
            # A message that names the wrong page must not use up the right one.
            self._store.release(claimed)
            if judgement.verdict is Verdict.MISFIT:
                self._resolver.refresh(payment.payment_id, flag=judgement.why)
            return
        self._resolver.carry_out(judgement, claimed, transaction)
        if judgement.verdict is Verdict.OPEN:
            raise OutcomeUnknown(
                f"transaction {transaction_id} is {judgement.why} still: look again",
                code=ErrorCode.TRANSACTION_PENDING,
            )

    def _read(self, payment: Payment, transaction_id: str) -> Transaction:
        transaction = self._fetch(payment, transaction_id)
        if transaction is None:
            raise OutcomeUnknown(
                f"transaction {transaction_id} cannot be read yet",
                code=ErrorCode.TRANSACTION_NOT_FOUND,
            )
        return transaction

    def _fetch(self, payment: Payment, transaction_id: str) -> Transaction | None:
        """The transaction; of which page it is, where the provider shows it."""
        pages = [row.operation_id for row in self._sessions(payment)]
        return self._resolver.fetch(transaction_id, candidates=pages)

    def _sessions(self, payment: Payment) -> list[Operation]:
        return [
            row
            for row in self._ledger.operations(payment.payment_id)
            if row.kind is OperationKind.CHECKOUT
        ]

    def _next_attempt(self, sessions: list[Operation]) -> int:
        """One more than there were; a session just being opened is joined."""
        opening = [row for row in sessions if self._store.is_leased(row)]
        return len(sessions) + (0 if opening else 1)

    def _is_good(self, row: Operation) -> bool:
        return (
            row.state is OperationState.WAITING
            and row.session_expires_at is not None
            and row.session_expires_at > self._engine.now() + _MARGIN
        )

    def _start(self, operation: Operation, asked: CheckoutRequest) -> Redirect:
        sending = self._store.write(operation, state=OperationState.SENDING)
        try:
            session = self._engine.provider.start_checkout(
                replace(asked, operation_id=operation.operation_id)
            )
        except (PaymentError, ConfigurationError) as error:
            self._store.refuse(sending, error)
            raise
        if not isinstance(session, Redirect):
            no_page = UnsupportedOperation("the provider opened no hosted page")
            self._store.refuse(sending, no_page)
            raise no_page
        self._store.write(
            sending,
            state=OperationState.WAITING,
            lease_owner="",
            lease_until=None,
            due=session.expires_at,
            session_id=session.session_id,
            session_url=session.url,
            session_expires_at=session.expires_at,
        )
        return session


def _operation_of(
    known: tuple[Operation, ...], paid: Transaction, session_id: str
) -> Operation | None:
    """The operation that this money would be of: by our mark, else by its page."""
    takings = [row for row in known if row.kind in FUNDING]
    if paid.operation_id:
        named = [row for row in takings if row.operation_id == paid.operation_id]
    else:
        pages = [row for row in takings if row.kind is OperationKind.CHECKOUT]
        named = [row for row in pages if session_id in ("", row.session_id)]
    return named[-1] if named else None


def _redirect(row: Operation) -> Redirect:
    if row.session_expires_at is None:
        raise in_progress(row)
    return Redirect(
        url=row.session_url,
        session_id=row.session_id,
        expires_at=row.session_expires_at,
    )
