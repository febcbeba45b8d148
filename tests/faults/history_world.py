"""A small world under one seed: a clock, a bank, books that may fail, and a shop.

Everybody in it is a greenlet that pauses before and after each call to the bank or the
books, so the seed decides who acts next, what fails, and who vanishes at which point.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random
from typing import Any

from greenlet import getcurrent, greenlet

from payment_hooks import (
    CardFields,
    CheckoutSession,
    InvalidRequest,
    LookUpRequest,
    LookUpResult,
    MemoryLedger,
    Mode,
    Money,
    Operation,
    OperationState,
    OutcomeUnknown,
    Payment,
    PaymentDeclined,
    PaymentRequest,
    PaymentState,
    ProviderUnavailable,
    RateLimited,
    Redirect,
    RetryRequest,
    Transaction,
    TransactionKind,
    WebhookEvent,
    WebhookRejected,
    WebhookRequest,
    hookimpl,
)
from payment_hooks.events import PaymentChanged
from tests.faults.crashes import Crash

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
MERCHANT = "BANKMERCHANT1"
PAGE_LIFE = timedelta(minutes=15)
SIGNED = "good"


class DatabaseDown(Exception):
    """What a store raises when its database is away."""


class Actor(greenlet):
    """Somebody in the world; once gone it can do nothing any more."""

    gone = False


def pause() -> None:
    """Let somebody else act, where there is somebody else."""
    here = getcurrent()
    if isinstance(here, Actor):
        if not here.gone and here.parent is not None:
            here.parent.switch()
        if here.gone:
            raise Crash


class Clock:
    """A time that passes only when the world says so."""

    def __init__(self) -> None:
        self.time = NOON

    def __call__(self) -> datetime:
        return self.time

    def advance(self, **amounts: float) -> None:
        """Move on by `timedelta` amounts."""
        self.time += timedelta(**amounts)


@dataclass(eq=False)
class Luck:
    """What the seed lets go wrong; nothing any more once `calm`."""

    dice: Random
    calm: bool = False
    upsets: int = 0
    """Crashes, database failures and long pauses: after one, news may come twice."""

    def strikes(self, chance: float) -> bool:
        """Whether this goes wrong."""
        return not self.calm and self.dice.random() < chance


class Books(MemoryLedger):
    """A ledger whose writes fail now and then, before or after they are committed."""

    def __init__(self, luck: Luck) -> None:
        super().__init__()
        self.luck = luck
        self.steps: list[tuple[str, OperationState | PaymentState]] = []
        """Every state that a payment or an operation was written with."""

    def get_payment(self, payment_id: str) -> Payment | None:
        """See `Ledger`."""
        pause()
        return super().get_payment(payment_id)

    def operations(self, payment_id: str) -> tuple[Operation, ...]:
        """See `Ledger`."""
        pause()
        return super().operations(payment_id)

    def replace_payment(self, payment: Payment) -> Payment:
        """See `Ledger`."""
        written = self._write(super().replace_payment, payment)
        return written

    def add_operation(self, operation: Operation) -> Operation:
        """See `Ledger`."""
        return self._write(super().add_operation, operation)

    def replace_operation(self, operation: Operation) -> Operation:
        """See `Ledger`."""
        return self._write(super().replace_operation, operation)

    def add_event(self, event: WebhookEvent) -> bool:
        """See `Ledger`."""
        return self._write(super().add_event, event)

    def finish_event(self, event_id: str) -> None:
        """See `Ledger`."""
        return self._write(super().finish_event, event_id)

    def find_payments_all(self) -> tuple[Payment, ...]:
        """Every payment, for the oracle."""
        return tuple(self._payments.values())

    def _write(self, write: Callable[[Any], Any], row: Any) -> Any:
        pause()
        self._may_fail()
        written = write(row)
        if isinstance(written, Operation):
            self.steps.append((written.operation_id, written.state))
        elif isinstance(written, Payment):
            self.steps.append((written.payment_id, written.state))
        self._may_fail()
        pause()
        return written

    def _may_fail(self) -> None:
        if self.luck.strikes(0.004):
            self.luck.upsets += 1
            raise DatabaseDown


@dataclass(eq=False)
class Shop:
    """Knows what is due, and remembers what it was told."""

    luck: Luck
    due: dict[str, Money]
    told: list[PaymentChanged] = field(default_factory=list)

    @hookimpl
    def shop_amount_due(self, reference: str) -> Money | None:
        """What the shop's own books say."""
        return self.due.get(reference)

    @hookimpl
    def shop_payment_changed(self, event: PaymentChanged) -> None:
        """Remember it, unless the shop fails just now."""
        pause()
        if self.luck.strikes(0.05):
            raise RuntimeError("the shop fails")
        self.told.append(event)


@dataclass(eq=False)
class Bank:
    """A provider whose books are the truth; it refuses nothing that is asked twice.

    Only the key of a charge or an authorization is honoured, as Clover documents it.
    """

    luck: Luck
    clock: Clock
    name = "bank"
    merchant_id: str = MERCHANT
    rows: dict[str, Transaction] = field(default_factory=dict)
    late: list[Callable[[], object]] = field(default_factory=list)
    """Requests that are on their way still, after their time ran out."""
    pages: dict[str, Redirect] = field(default_factory=dict)
    for_page: dict[str, tuple[str, str, Money]] = field(default_factory=dict)
    """Operation, reference and amount of each page."""
    by_key: dict[str, Transaction | PaymentDeclined] = field(default_factory=dict)
    is_strict: bool = False
    """Whether it refuses what Clover would refuse, too."""
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    @hookimpl
    def payment_charge(self, request: PaymentRequest) -> Transaction:
        """Take, once per key."""
        return self._answer(lambda: self._take(TransactionKind.CHARGE, request))

    @hookimpl
    def payment_authorize(self, request: PaymentRequest) -> Transaction:
        """Reserve, once per key."""
        return self._answer(lambda: self._take(TransactionKind.AUTHORIZATION, request))

    @hookimpl
    def payment_capture(self, request: Any) -> Transaction:
        """Take what was reserved; a second time is refused, as Clover does."""
        return self._answer(lambda: self._capture(request))

    @hookimpl
    def payment_refund(self, request: Any) -> Transaction:
        """Give back, as often as it is asked."""
        return self._answer(lambda: self._return(TransactionKind.REFUND, request))

    @hookimpl
    def payment_void(self, request: Any) -> Transaction:
        """Release, as often as it is asked."""
        return self._answer(lambda: self._return(TransactionKind.VOID, request))

    @hookimpl
    def payment_start_checkout(self, request: Any) -> CheckoutSession:
        """A page that is good for a quarter of an hour."""
        pause()
        if request.mode is not Mode.HOSTED:
            return CardFields(
                script_url="https://bank.test/sdk.js",
                public_key="public",
                merchant_id=self.merchant_id,
            )
        if self.luck.strikes(0.1):
            raise ProviderUnavailable("the bank is away")
        session_id = f"page-{next(self.numbers)}"
        self.for_page[session_id] = (
            request.operation_id,
            request.reference,
            request.amount,
        )
        page = Redirect(
            url=f"https://bank.test/{session_id}",
            session_id=session_id,
            expires_at=self.clock() + PAGE_LIFE,
        )
        self.pages[session_id] = page
        return page

    @hookimpl
    def payment_retry(self, request: RetryRequest) -> Transaction:
        """The request once more, under its key."""
        pause()
        if self.luck.strikes(0.15):
            raise ProviderUnavailable("the bank is away")
        taken = self._take(request.kind, request.request)
        pause()
        return taken

    @hookimpl
    def payment_look_up(self, request: LookUpRequest) -> LookUpResult:
        """What the books hold."""
        pause()
        if self.luck.strikes(0.15):
            raise ProviderUnavailable("the bank is away")
        found = [row for row in self.rows.values() if _is_asked(row, request)]
        pause()
        return LookUpResult(transactions=tuple(found), complete=True)

    @hookimpl
    def payment_read_webhook(self, request: WebhookRequest) -> WebhookEvent:
        """The message, if the bank signed it."""
        if request.headers.get("signature") != SIGNED:
            raise WebhookRejected("forged")
        transaction_id, session_id, verdict = request.body.decode().split(" ")
        return WebhookEvent(
            event_id=f"{transaction_id}-{session_id}-{verdict}",
            provider=self.name,
            merchant_id=request.headers.get("merchant", self.merchant_id),
            transaction_id=transaction_id,
            session_id=session_id.strip("-"),
            approved=verdict == "APPROVED",
            occurred_at=request.received_at,
        )

    def pay_page(self, session_id: str, tip: int = 0) -> Transaction | None:
        """The shopper pays on the page, once, whatever the shop thinks by now."""
        operation_id, reference, amount = self.for_page[session_id]
        if any(row.operation_id == operation_id for row in self.rows.values()):
            return None
        return self._add(
            TransactionKind.CHARGE,
            amount,
            reference=reference,
            operation_id=operation_id,
            tip=Money(tip, amount.currency) if tip else None,
        )

    def arrive(self) -> None:
        """What was on its way arrives, and meets the bank's own rules."""
        self.is_strict = True
        for execute in self.late:
            with suppress(PaymentDeclined, InvalidRequest):
                execute()
        self.late.clear()
        self.is_strict = False

    def _answer(self, execute: Callable[[], Transaction]) -> Transaction:
        pause()
        if self.luck.strikes(0.08):
            raise self.luck.dice.choice(
                [ProviderUnavailable("not sent"), RateLimited("busy")]
            )
        if self.luck.strikes(0.12):
            fate = self.luck.dice.choice(["lost", "late", "answer lost", "answer lost"])
            if fate == "late":
                self.late.append(execute)
            if fate == "answer lost":
                execute()
            raise OutcomeUnknown(fate)
        answer = execute()
        pause()
        return answer

    def _take(self, kind: TransactionKind, request: PaymentRequest) -> Transaction:
        known = self.by_key.get(request.idempotency_key)
        if known is None:
            known = self._decide(kind, request)
            self.by_key[request.idempotency_key] = known
        if isinstance(known, PaymentDeclined):
            raise known
        return self.rows[known.transaction_id]

    def _decide(
        self, kind: TransactionKind, request: PaymentRequest
    ) -> Transaction | PaymentDeclined:
        if request.source.token.startswith("decline"):
            return PaymentDeclined("the bank said no", code="card_declined")
        return self._add(
            kind,
            request.amount,
            reference=request.reference,
            operation_id=request.operation_id,
        )

    def _capture(self, request: Any) -> Transaction:
        held = self.rows[request.transaction_id]
        if self.is_strict and self._returned(request.transaction_id):
            raise InvalidRequest("voided before", code="charge_already_refunded")
        if held.kind is not TransactionKind.AUTHORIZATION:
            raise InvalidRequest("captured before", code="charge_already_captured")
        taken = replace(held, kind=TransactionKind.CHARGE, captured=request.amount)
        self.rows[held.transaction_id] = taken
        return replace(
            taken,
            kind=TransactionKind.CAPTURE,
            amount=request.amount,
            operation_id=request.operation_id,
        )

    def _returned(self, transaction_id: str) -> int:
        """How much was given back of it."""
        return sum(
            row.amount.minor_units
            for row in self.rows.values()
            if row.parent_id == transaction_id
        )

    def _return(self, kind: TransactionKind, request: Any) -> Transaction:
        left = self.rows[request.transaction_id].amount.minor_units - self._returned(
            request.transaction_id
        )
        if self.is_strict and request.amount.minor_units > left:
            raise InvalidRequest("nothing is left", code="charge_already_refunded")
        return self._add(
            kind,
            request.amount,
            reference=request.reference,
            operation_id=request.operation_id,
            parent_id=request.transaction_id,
        )

    def _add(self, kind: TransactionKind, amount: Money, **names: Any) -> Transaction:
        row = Transaction(
            kind=kind,
            transaction_id=f"T{next(self.numbers)}",
            amount=amount,
            captured=amount if kind is TransactionKind.CHARGE else None,
            provider=self.name,
            merchant_id=self.merchant_id,
            created_at=self.clock(),
            **names,
        )
        self.rows[row.transaction_id] = row
        return row


def _is_asked(row: Transaction, request: LookUpRequest) -> bool:
    if request.transaction_id:
        is_child = request.with_refunds and row.parent_id == request.transaction_id
        return row.transaction_id == request.transaction_id or is_child
    return request.operation_id in ("", row.operation_id)
