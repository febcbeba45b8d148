"""Hosted sessions: opened once at a time, settled by what was paid on them."""

from dataclasses import replace
from datetime import timedelta

from payment_hooks.engine.checks import Verdict
from payment_hooks.engine.leases import Sender, in_progress
from payment_hooks.engine.resolving import Settler
from payment_hooks.ledger.intents import new_operation
from payment_hooks.ledger.state import brings_money, refuse_unclear
from payment_hooks.ledger.store import Ledger
from payment_hooks.model.errors import (
    ConfigurationError,
    OutcomeUnknown,
    PaymentError,
    UnsupportedOperation,
)
from payment_hooks.model.records import (
    TAKING,
    Operation,
    OperationKind,
    OperationState,
    Payment,
)
from payment_hooks.model.requests import CheckoutRequest
from payment_hooks.model.results import Redirect, Transaction
from payment_hooks.spec.calling import Gateway

_MARGIN = timedelta(minutes=1)
_TRIES = 3
_OF_SOMETHING_ELSE = frozenset(
    {
        "merchant_differs",
        "kind_differs",
        "reference_differs",
        "older_than_asked",
        "transaction_of_another_payment",
    }
)
"""Why a transaction is not the session's money at all."""


class HostedSessions:
    """Opens and settles the provider's payment pages."""

    def __init__(
        self, gateway: Gateway, ledger: Ledger, sender: Sender, settler: Settler
    ) -> None:
        self.gateway = gateway
        self.ledger = ledger
        self.sender = sender
        self.settler = settler
        self.now = sender.now

    def open(self, payment: Payment, asked: CheckoutRequest) -> Redirect:
        """A page where this payment can be made: the open one while it is good."""
        refuse_unclear(self.ledger.operations(payment.payment_id))
        sessions = self._sessions(payment)
        good = next((row for row in reversed(sessions) if self._is_good(row)), None)
        if good is not None:
            return _redirect(good)
        intent = new_operation(
            payment,
            OperationKind.CHECKOUT,
            payment.amount_due,
            installation_id=self.ledger.installation_id(),
            now=self.now(),
            attempt=self._next_attempt(sessions),
        )
        known = self.sender.record(self.sender.lease(intent))
        if known.operation_id == intent.operation_id:
            return self._start(known, asked)
        known = self.sender.wait(known)
        if self._is_good(known):
            return _redirect(known)
        raise in_progress(known)

    def settle(self, payment: Payment, transaction_id: str, session_id: str) -> None:
        """Record what was paid on a session, after fetching and comparing it.

        Raises:
            OutcomeUnknown: the provider does not show the transaction yet.
        """
        for _ in range(_TRIES):
            session = self._find_unpaid(payment, transaction_id, session_id)
            if session is None:
                return
            current = self.sender.wait(session)
            if current.state is not OperationState.WAITING:
                continue  # webhook and return came at once, and the other one is done
            try:
                claimed = self.sender.claim(current)
            except OutcomeUnknown:
                continue
            self._settle(payment, claimed, transaction_id)
            return
        raise OutcomeUnknown(
            f"payment {payment.payment_id} is being settled elsewhere: look again",
            code="in_progress",
        )

    def _find_unpaid(
        self, payment: Payment, transaction_id: str, session_id: str
    ) -> Operation | None:
        """The session that this transaction may have paid; None if nothing is to do."""
        known = self.ledger.operations(payment.payment_id)
        if any(row.transaction_id == transaction_id for row in known):
            return None
        sessions = [row for row in known if row.kind is OperationKind.CHECKOUT]
        waiting = [row for row in sessions if row.state is OperationState.WAITING]
        named = [row for row in waiting if session_id in ("", row.session_id)]
        if named:
            return self._pick(payment, named, transaction_id)
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

        What an open operation waits for is settled with that one.
        """
        row = _whose(known, paid, session_id)
        if row is None or row.state.is_open:
            return
        judgement = self.settler.judge(payment, row, paid)
        is_money = judgement.verdict in (Verdict.DONE, Verdict.MISFIT)
        is_sure = bool(paid.operation_id or session_id)
        fits = judgement.why in ("", "double_capture")
        if judgement.why in _OF_SOMETHING_ELSE or not (is_money and (is_sure or fits)):
            return
        has_money = any(brings_money(row) for row in known)
        flag = "double_capture" if has_money else "late_success"
        self.settler.refresh(payment.payment_id, flag=flag)

    def _pick(
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

    def _settle(
        self, payment: Payment, claimed: Operation, transaction_id: str
    ) -> None:
        try:
            transaction = self._read(payment, transaction_id)
        except PaymentError:
            self.sender.release(claimed)
            raise
        judgement = self.settler.judge(payment, claimed, transaction)
        if judgement.why in _OF_SOMETHING_ELSE:
            # A message that names the wrong page must not use up the right one.
            self.sender.release(claimed)
            if judgement.verdict is Verdict.MISFIT:
                self.settler.refresh(payment.payment_id, flag=judgement.why)
            return
        self.settler.resolve(payment, claimed, transaction)
        if judgement.verdict is Verdict.OPEN:
            raise OutcomeUnknown(
                f"transaction {transaction_id} is {judgement.why} still: look again",
                code="transaction_pending",
            )

    def _read(self, payment: Payment, transaction_id: str) -> Transaction:
        transaction = self._fetch(payment, transaction_id)
        if transaction is None:
            raise OutcomeUnknown(
                f"transaction {transaction_id} cannot be read yet",
                code="transaction_not_found",
            )
        return transaction

    def _fetch(self, payment: Payment, transaction_id: str) -> Transaction | None:
        """The transaction; of which page it is, where the provider can tell."""
        pages = [row.operation_id for row in self._sessions(payment)]
        return self.settler.fetch(transaction_id, candidates=pages)

    def _sessions(self, payment: Payment) -> list[Operation]:
        return [
            row
            for row in self.ledger.operations(payment.payment_id)
            if row.kind is OperationKind.CHECKOUT
        ]

    def _next_attempt(self, sessions: list[Operation]) -> int:
        """One more than there were; a session just being opened is joined."""
        now = self.now()
        opening = [row for row in sessions if self.sender.is_leased(row, now)]
        return len(sessions) + (0 if opening else 1)

    def _is_good(self, row: Operation) -> bool:
        return (
            row.state is OperationState.WAITING
            and row.session_expires_at is not None
            and row.session_expires_at > self.now() + _MARGIN
        )

    def _start(self, operation: Operation, asked: CheckoutRequest) -> Redirect:
        sending = self.sender.write(operation, state=OperationState.SENDING)
        try:
            session = self.gateway.start_checkout(
                replace(asked, operation_id=operation.operation_id)
            )
        except (PaymentError, ConfigurationError) as error:
            self.sender.refuse(sending, error)
            raise
        if not isinstance(session, Redirect):
            no_page = UnsupportedOperation("the provider opened no hosted page")
            self.sender.refuse(sending, no_page)
            raise no_page
        self.sender.write(
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


def _whose(
    known: tuple[Operation, ...], paid: Transaction, session_id: str
) -> Operation | None:
    """The operation that this money would be of: by our mark, else by its page."""
    takings = [row for row in known if row.kind in TAKING]
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
