"""Hosted pages: opened once at a time, resolved by what was paid on them."""

from collections.abc import Iterable
from dataclasses import replace

from payment_hooks.engine.checks import Verdict
from payment_hooks.engine.engine import Engine
from payment_hooks.engine.leases import OperationStore
from payment_hooks.engine.resolving import Resolver
from payment_hooks.ledger.outcomes import can_be_paid
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
    HostedPage,
    Operation,
    OperationKind,
    OperationState,
    Payment,
    PaymentRecord,
)
from payment_hooks.model.requests import CheckoutRequest
from payment_hooks.model.results import Redirect, Transaction

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

    def open(self, record: PaymentRecord, asked: CheckoutRequest) -> Redirect:
        """A page where this payment can be made: the open one while it is good."""
        payment = record.payment
        refuse_unclear(record.operations)
        sessions = _pages_among(record.operations)
        now = self._engine.now()
        good = next((row for row in reversed(sessions) if can_be_paid(row, now)), None)
        if good is not None:
            return _redirect(good)
        intent = self._engine.new_operation(
            payment,
            OperationKind.HOSTED_PAGE,
            payment.amount_due,
            attempt=self._next_attempt(sessions),
        )
        known = self._store.record(self._store.lease(intent))
        if known.operation_id == intent.operation_id:
            return self._start(known, asked)
        known = self._store.wait(known)
        if can_be_paid(known, self._engine.now()):
            return _redirect(known)
        raise in_progress(known)

    def resolve(self, payment: Payment, transaction_id: str, session_id: str) -> None:
        """Record what was paid on a session, after fetching and comparing it.

        Raises:
            OutcomeUnknown: the provider does not show the transaction yet.
        """
        for _ in range(_TRIES):
            known = self._ledger.operations(payment.payment_id)
            session = self._find_unpaid(payment, known, transaction_id, session_id)
            if session is None:
                return
            current = self._store.wait(session)
            if current.state is not OperationState.WAITING:
                continue  # webhook and return came at once, and the other one is done
            try:
                claimed = self._store.claim(current)
            except OutcomeUnknown:
                continue
            self._resolve(payment, known, claimed, transaction_id)
            return
        raise OutcomeUnknown(
            f"payment {payment.payment_id} is being resolved elsewhere: look again",
            code=ErrorCode.IN_PROGRESS,
        )

    def _find_unpaid(
        self,
        payment: Payment,
        known: tuple[Operation, ...],
        transaction_id: str,
        session_id: str,
    ) -> Operation | None:
        """The session that this transaction may have paid; None if nothing is to do."""
        if any(
            row.transaction_id == transaction_id and not row.state.is_open
            for row in known
        ):
            return None
        sessions = _pages_among(known)
        waiting = [row for row in sessions if row.state is OperationState.WAITING]
        named = [row for row in waiting if _is_named(row, session_id)]
        if named:
            return self._choose_page(sessions, named, transaction_id)
        paid = self._read(transaction_id, sessions)
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
        self, pages: list[Operation], waiting: list[Operation], transaction_id: str
    ) -> Operation:
        """The session whose mark it has, or the newest that was open when it was made.

        A message may name no session, and a renewed page leaves two that wait.
        """
        if len(waiting) == 1:
            return waiting[0]
        paid = self._fetch(transaction_id, pages)
        marked = [
            row for row in waiting if paid and row.operation_id == paid.operation_id
        ]
        if marked:
            return marked[0]
        made_at = paid.created_at if paid else None
        older = [row for row in waiting if made_at and row.created_at <= made_at]
        return (older or waiting)[-1]

    def _resolve(
        self,
        payment: Payment,
        known: tuple[Operation, ...],
        claimed: Operation,
        transaction_id: str,
    ) -> None:
        try:
            transaction = self._read(transaction_id, _pages_among(known))
        except (PaymentError, ConfigurationError):
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

    def _read(self, transaction_id: str, pages: list[Operation]) -> Transaction:
        transaction = self._fetch(transaction_id, pages)
        if transaction is None:
            raise OutcomeUnknown(
                f"transaction {transaction_id} cannot be read yet",
                code=ErrorCode.TRANSACTION_NOT_FOUND,
            )
        return transaction

    def _fetch(self, transaction_id: str, pages: list[Operation]) -> Transaction | None:
        """The transaction; of which page it is, where the provider can tell."""
        candidates = [row.operation_id for row in pages]
        return self._resolver.fetch(transaction_id, candidates=candidates)

    def _next_attempt(self, sessions: list[Operation]) -> int:
        """One more than there were; a session just being opened is joined."""
        opening = [row for row in sessions if self._store.is_leased(row)]
        return len(sessions) + (0 if opening else 1)

    def _start(self, operation: Operation, asked: CheckoutRequest) -> Redirect:
        sending = self._store.begin_sending(operation)
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
            lease_until=None,
            due=session.expires_at,
            page=HostedPage(
                session_id=session.session_id,
                url=session.url,
                expires_at=session.expires_at,
            ),
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
        named = [row for row in _pages_among(known) if _is_named(row, session_id)]
    return named[-1] if named else None


def _pages_among(operations: Iterable[Operation]) -> list[Operation]:
    return [row for row in operations if row.kind is OperationKind.HOSTED_PAGE]


def _is_named(row: Operation, session_id: str) -> bool:
    """Whether a message that names this session, or none, can be of this page."""
    return not session_id or (
        row.page is not None and row.page.session_id == session_id
    )


def _redirect(row: Operation) -> Redirect:
    page = row.page
    if page is None:
        raise in_progress(row)
    return Redirect(
        url=page.url, session_id=page.session_id, expires_at=page.expires_at
    )
