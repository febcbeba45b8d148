"""The bank of a history: its own records are the truth, and what it answers has a status.

Some of what it answers is pending and decided later; some has failed, was canceled, or
is voided by staff in its own dashboard.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import timedelta
from itertools import count
from typing import Any, TypeVar

from greenlet import getcurrent

from payment_hooks import (
    Ability,
    CardFields,
    Challenge,
    ConfirmRequest,
    DeclineCode,
    EventKind,
    FindRequest,
    FindResult,
    InvalidRequest,
    KeyConflict,
    ListRequest,
    ListResult,
    Mode,
    Money,
    NextAction,
    OutcomeUnknown,
    PaymentDeclined,
    PaymentRequest,
    ProviderInfo,
    ProviderUnavailable,
    RateLimited,
    Redirect,
    RetrieveRequest,
    RetrieveResult,
    RetryRequest,
    Transaction,
    TransactionKind,
    TransactionStatus,
    WebhookEvent,
    WebhookRejected,
    WebhookRequest,
    hookimpl,
)
from tests.faults.history_challenges import Desk
from tests.faults.history_lists import Listing, Marks, Question, list_rows, show
from tests.faults.history_world import (
    MERCHANT,
    PAGE_LIFE,
    SIGNED,
    Actor,
    Clock,
    Luck,
    pause,
)

Answer = TypeVar("Answer", Transaction, Transaction | Challenge)
REFUSED = (
    TransactionStatus.FAILED,
    TransactionStatus.CANCELED,
    TransactionStatus.VOIDED,
)
"""What a movement may end as that moved nothing, or nothing that is left."""
DEADLINE = timedelta(seconds=60)
"""After which a provider sends nothing any more; shorter than a lease."""
TRIED = (TransactionStatus.FAILED, TransactionStatus.CANCELED)
"""After these a page can be paid on once more."""
LATER = (
    TransactionStatus.SUCCEEDED,
    TransactionStatus.SUCCEEDED,
    TransactionStatus.FAILED,
    TransactionStatus.CANCELED,
)
"""What a pending movement may come to; half of them succeed."""


@dataclass(eq=False)
class Bank:
    """A provider whose records are the truth; what is asked twice it does twice.

    Only the key of a charge or an authorization is honoured, as Clover documents it,
    and the same key with another content is refused.
    """

    luck: Luck
    clock: Clock
    name = "bank"
    merchant_id: str = MERCHANT
    marks: Marks = Marks.WHOLE
    desk: Desk | None = None
    """Where shoppers are asked who they are; None where nobody is."""
    rows: dict[str, Transaction] = field(default_factory=dict)
    late: list[Callable[[], Transaction | Challenge]] = field(default_factory=list)
    """Requests that are on their way still, after their time ran out."""
    pages: dict[str, Redirect] = field(default_factory=dict)
    for_page: dict[str, tuple[str, str, Money]] = field(default_factory=dict)
    """Operation, reference and amount of each page."""
    by_key: dict[str, tuple[object, Transaction | Challenge | PaymentDeclined]] = field(
        default_factory=dict
    )
    """What each key was sent with first, and what came of it."""
    owners: dict[str, str] = field(default_factory=dict)
    """The operation of each key that was ever sent, whatever for."""
    reported: dict[tuple[object, str], Transaction] = field(default_factory=dict)
    """What each actor heard last of a transaction."""
    touched: set[str] = field(default_factory=set)
    """What staff changed in the bank's own dashboard."""
    taken_again: set[str] = field(default_factory=set)
    """Charges of which a refund was voided there: that money never went back."""
    decided: int = 0
    """How many movements were pending, and are not any more."""
    broken: list[str] = field(default_factory=list)
    """Promises that a request broke by being sent."""
    is_strict: bool = False
    """Whether it refuses what Clover would refuse, too."""
    no_one_pays: bool = False
    """Whether no shopper is there, so that nobody may take money."""
    are_lists_cut: bool = False
    """Whether lists come back without some of their rows, and say so."""
    captured: dict[str, str] = field(default_factory=dict)
    """Authorizations that were captured, be it pending still, and by which operation."""
    came_late: set[str] = field(default_factory=set)
    """What was made after the time in which anybody waited for it."""
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    @hookimpl
    def payment_describe(self) -> ProviderInfo:
        """A bank that can do all but capture more than it reserved."""
        able = frozenset(Ability) - {Ability.CAPTURE_ABOVE}
        return ProviderInfo(
            name=self.name, merchant_id=self.merchant_id, abilities=able
        )

    @hookimpl
    def payment_charge(self, request: PaymentRequest) -> Transaction | Challenge:
        """Take, once per key."""
        return self._take(TransactionKind.CHARGE, request)

    @hookimpl
    def payment_authorize(self, request: PaymentRequest) -> Transaction | Challenge:
        """Reserve, once per key."""
        return self._take(TransactionKind.AUTHORIZATION, request)

    @hookimpl
    def payment_retry(self, request: RetryRequest) -> Transaction | Challenge:
        """The same request once more; what the key is known for, or done now."""
        return self._take(request.kind, request.request)

    @hookimpl
    def payment_confirm(self, request: ConfirmRequest) -> Transaction | Challenge:
        """Go on once the shopper has answered, or end what waits."""
        if not request.canceled:
            self._expect_a_shopper(request.kind, request.reference)
        elif not self._desk.ends_canceled:
            return self._decline_unsent(request)
        return self._answer(request, lambda: self._confirm(request))

    @hookimpl
    def payment_capture(self, request: Any) -> Transaction:
        """Take what was reserved; a second time is refused, as Clover does."""
        return self._answer(request, lambda: self._capture(request))

    @hookimpl
    def payment_refund(self, request: Any) -> Transaction:
        """Refund, as often as it is asked."""
        return self._answer(
            request, lambda: self._return(TransactionKind.REFUND, request)
        )

    @hookimpl
    def payment_void(self, request: Any) -> Transaction:
        """Release, as often as it is asked."""
        return self._answer(
            request, lambda: self._return(TransactionKind.VOID, request)
        )

    @hookimpl
    def payment_start_checkout(self, request: Any) -> NextAction:
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
    def payment_retrieve(self, request: RetrieveRequest) -> RetrieveResult:
        """One row of the records; its refunds as a list of Clover's would show them."""
        listing = self._look(Question.of(request))
        asked = request.transaction_id
        found = next((row for row in listing.rows if row.transaction_id == asked), None)
        if found is None:
            if listing.complete:
                return RetrieveResult()
            raise ProviderUnavailable("the bank has lost its place")
        refunds = tuple(row for row in listing.rows if row.parent_id == asked)
        complete = listing.complete and request.with_refunds
        return RetrieveResult(transaction=found, refunds=refunds, complete=complete)

    @hookimpl
    def payment_find(self, request: FindRequest) -> FindResult:
        """The row of an operation, if the list that is searched shows it."""
        listing = self._look(Question.of(request))
        asked = request.operation_id
        found = next((row for row in listing.rows if row.operation_id == asked), None)
        return FindResult(transaction=found, complete=listing.complete)

    @hookimpl
    def payment_list(self, request: ListRequest) -> ListResult:
        """What the records hold, as a list of Clover's would show it."""
        listing = self._look(Question.of(request))
        return ListResult(transactions=tuple(listing.rows), complete=listing.complete)

    def _look(self, question: Question) -> Listing:
        pause()
        if self.luck.strikes(0.15):
            raise ProviderUnavailable("the bank is away")
        self._expire()
        listing = list_rows(self.rows.values(), question, self.luck, self.are_lists_cut)
        pages = {operation_id for operation_id, _, _ in self.for_page.values()}
        shown = [show(row, question, self.marks, pages) for row in listing.rows]
        for row in shown:
            self._tell(row)
        pause()
        return replace(listing, rows=shown)

    @hookimpl
    def payment_read_webhook(self, request: WebhookRequest) -> WebhookEvent:
        """The message, if the bank signed it."""
        if request.headers.get("signature") != SIGNED:
            raise WebhookRejected("forged")
        transaction_id, session_id, verdict = request.body.decode().split(" ")
        return WebhookEvent(
            kind=EventKind.PAYMENT,
            event_id=f"{transaction_id}-{session_id}-{verdict}",
            provider=self.name,
            merchant_id=request.headers.get("merchant", self.merchant_id),
            transaction_id=transaction_id,
            session_id=session_id.strip("-"),
            approved=verdict == "APPROVED",
            occurred_at=request.received_at,
        )

    def pay_page(
        self, session_id: str, *, tip: int = 0, cents: int = 0, card: str = "tok-1"
    ) -> Transaction | None:
        """The shopper pays on the page, once, whatever the shop thinks by now.

        A card that is declined leaves a row, and the page open.
        """
        operation_id, reference, due = self.for_page[session_id]
        mine = [row for row in self.rows.values() if row.operation_id == operation_id]
        if any(row.status not in TRIED for row in mine):
            return None
        amount = Money(cents, due.currency) if cents else due
        is_declined = card.startswith("decline")
        return self._add(
            TransactionKind.CHARGE,
            amount,
            status=TransactionStatus.FAILED if is_declined else self._status(),
            reference=reference,
            operation_id=operation_id,
            tip=Money(tip, amount.currency) if tip else None,
        )

    def arrive(self) -> None:
        """What was on its way arrives, and meets the bank's own rules."""
        self.is_strict = True
        for execute in self.late:
            with suppress(PaymentDeclined, InvalidRequest, KeyConflict):
                made = execute()
                # What a challenge held up is asked for by its id, and never given up.
                is_asked = self.desk and made.transaction_id in self.desk.asked
                if isinstance(made, Transaction) and not is_asked:
                    self.came_late.add(made.operation_id)
        self.late.clear()
        self.is_strict = False

    def progress(self) -> None:
        """What was pending is decided."""
        for row in list(self.rows.values()):
            if self.waits(row.transaction_id):
                if self.luck.calm or self._desk.dice.random() < 0.2:
                    self.answer_alone(row.transaction_id)
            elif row.status is TransactionStatus.PENDING:
                self.decided += 1
                self._decide_pending(row, self.luck.dice.choice(LATER))

    def waits(self, transaction_id: str) -> bool:
        """Whether it waits for the shopper."""
        return self.desk is not None and transaction_id in self.desk.waiting

    def answer_alone(self, transaction_id: str) -> None:
        """The shopper answers at the bank, which goes on by itself; or nobody does."""
        self._expire()
        status = self._desk.alone() if self.waits(transaction_id) else None
        if status is not None:
            self._end_waiting(transaction_id, status, "alone")

    def taken(self, transaction_id: str) -> int:
        """All that was reserved or taken with it, the tip included."""
        row = self.rows[transaction_id]
        tip = row.tip.minor_units if row.tip else 0
        return (row.captured or row.amount).minor_units + tip

    def held(self, transaction_id: str) -> int:
        """How much of it is taken or reserved, and was not refunded."""
        if self.rows[transaction_id].status is not TransactionStatus.SUCCEEDED:
            return 0
        return self.taken(transaction_id) - self._returned(
            transaction_id, pending=False
        )

    def has_made(self, operation_id: str) -> bool:
        """Whether money moved by this operation, in time and for good."""
        if operation_id in self.came_late:
            return False
        for row in self.rows.values():
            is_charge = row.kind is TransactionKind.CHARGE
            by = self.captured.get(row.transaction_id) if is_charge else ""
            if _is_done(row) and operation_id in (row.operation_id, by):
                return True
        return False

    def void_in_dashboard(self, transaction_id: str) -> None:
        """Staff at the bank's own desk undo what was taken or reserved, wholly.

        Clover lists an authorization's release as a row of its own, or not at all.
        """
        row = self.rows[transaction_id]
        self.touched.add(transaction_id)
        if row.kind is TransactionKind.AUTHORIZATION and self.luck.dice.random() < 0.5:
            self._add(TransactionKind.VOID, row.amount, parent_id=transaction_id)
        self.rows[transaction_id] = replace(row, status=TransactionStatus.VOIDED)

    def refund_in_dashboard(self, transaction_id: str, cents: int) -> None:
        """Staff at the bank's own desk refund a part of it, or what is left."""
        row = self.rows[transaction_id]
        self.touched.add(transaction_id)
        left = self.taken(transaction_id) - self._returned(transaction_id)
        back = Money(min(cents, left), row.amount.currency)
        if left > 0:
            self._add(TransactionKind.REFUND, back, parent_id=transaction_id)

    def void_refund_in_dashboard(self, transaction_id: str) -> None:
        """Staff at the bank's own desk undo the refunds of a charge."""
        for row in list(self.rows.values()):
            is_refund = row.kind is TransactionKind.REFUND and _is_done(row)
            if is_refund and row.parent_id == transaction_id:
                voided = replace(row, status=TransactionStatus.VOIDED)
                self.rows[row.transaction_id] = voided
                self.taken_again.add(transaction_id)
                self.touched.add(transaction_id)

    @property
    def _desk(self) -> Desk:
        if self.desk is None:
            raise InvalidRequest("nothing waits for a shopper here")
        return self.desk

    def _expire(self) -> None:
        for transaction_id in self.desk.expired(self.clock()) if self.desk else ():
            self._end_waiting(transaction_id, TransactionStatus.CANCELED, "expired")

    def _end_waiting(
        self, transaction_id: str, status: TransactionStatus, way: str
    ) -> Transaction:
        self._desk.end(transaction_id, way)
        row = replace(self.rows[transaction_id], status=status)
        self.rows[transaction_id] = row
        return row

    def _decline_unsent(self, request: ConfirmRequest) -> Transaction:
        """As Clover, which cannot end what waits: it is read, and left alone."""
        pause()
        if self.luck.strikes(0.15):
            raise ProviderUnavailable("the bank is away")
        row = self.rows[request.transaction_id]
        if not self.waits(request.transaction_id):
            return self._tell(_repeat(row))
        if request.answered_before:
            self._desk.ways.add("not declined")
            raise OutcomeUnknown("an answer may be on its way")
        self._desk.ways.add("declined unsent")
        raise _unanswered()

    def _confirm(self, request: ConfirmRequest) -> Transaction | Challenge:
        self._expire()
        desk, asked = self._desk, request.transaction_id
        if not self.waits(asked):
            return _repeat(self.rows[asked])
        if request.canceled:
            self._end_waiting(asked, TransactionStatus.CANCELED, "canceled")
            raise _unanswered()
        try:
            following = desk.step(request, self.clock())
        except KeyError as error:
            desk.ways.add("wrong")
            if desk.dice.random() < 0.7:
                raise InvalidRequest("no answer to this step") from error
            self._end_waiting(asked, TransactionStatus.FAILED, "refused")
            raise _unanswered() from error
        if following is not None:
            desk.ways.add("second step")
            return following
        made = self._end_waiting(asked, desk.verdict(), "answered")
        return made if desk.dice.random() < 0.5 else _repeat(made)

    def _expect_a_shopper(self, kind: TransactionKind, reference: str) -> None:
        here = getcurrent()
        if self.no_one_pays or (isinstance(here, Actor) and not here.pays):
            self.broken.append(f"I7 a look made a {kind} of {reference}")

    def _take(
        self, kind: TransactionKind, request: PaymentRequest
    ) -> Transaction | Challenge:
        self._expect_a_shopper(kind, request.reference)
        return self._answer(request, lambda: self._once(kind, request))

    def _answer(self, request: Any, execute: Callable[[], Answer]) -> Answer:
        asked_at = self.clock()
        pause()
        if self.clock() - asked_at > DEADLINE:
            raise OutcomeUnknown("the deadline of the call has passed: not sent")
        key, operation_id = request.idempotency_key, request.operation_id
        if self.owners.setdefault(key, operation_id) != operation_id:
            self.broken.append(f"I8 a key of {request.reference} was another's before")
        if self.luck.strikes(0.08):
            raise self.luck.dice.choice(
                [ProviderUnavailable("not sent"), RateLimited("busy")]
            )
        is_answer = isinstance(request, ConfirmRequest)
        if self.luck.strikes(0.12) or (is_answer and self._desk.loses()):
            fates = [
                "lost",
                "late",
                "answer lost",
                "late" if is_answer else "answer lost",
            ]
            fate = self.luck.dice.choice(fates)
            if fate == "late":
                self.late.append(execute)
            if fate == "answer lost":
                execute()
            raise OutcomeUnknown(fate)
        answer = execute()
        if isinstance(answer, Transaction):
            self._tell(answer)
        pause()
        return answer

    def _once(
        self, kind: TransactionKind, request: PaymentRequest
    ) -> Transaction | Challenge:
        self._expire()
        content = (kind, request.amount, request.source.token, request.operation_id)
        known = self.by_key.get(request.idempotency_key)
        if known is None:
            known = content, self._decide(kind, request)
            self.by_key[request.idempotency_key] = known
        before, result = known
        if before != content:
            raise KeyConflict("this key was sent with something else")
        if isinstance(result, PaymentDeclined):
            raise result
        if self.waits(result.transaction_id):
            return self._desk.waiting[result.transaction_id].show()
        return self.rows[result.transaction_id]

    def _decide(
        self, kind: TransactionKind, request: PaymentRequest
    ) -> Transaction | Challenge | PaymentDeclined:
        is_declined = request.source.token.startswith("decline")
        if is_declined and self.luck.dice.random() < 0.5:
            return PaymentDeclined("the bank said no", code="card_declined")
        waits = self.desk is not None and not is_declined and self.desk.asks()
        status = TransactionStatus.FAILED if is_declined else TransactionStatus.PENDING
        row = self._add(
            kind,
            request.amount,
            status=status if is_declined or waits else self._status(),
            reference=request.reference,
            operation_id=request.operation_id,
        )
        if is_declined:  # and listed as failed all the same
            return PaymentDeclined("the bank said no", code="card_declined")
        return self._desk.begin(row.transaction_id, self.clock()) if waits else row

    def _status(self) -> TransactionStatus:
        """What a movement is answered with; most often that it is done."""
        if self.luck.strikes(0.06):
            return TransactionStatus.PENDING
        if self.luck.strikes(0.04):
            return self.luck.dice.choice(REFUSED)
        return TransactionStatus.SUCCEEDED

    def _decide_pending(self, row: Transaction, status: TransactionStatus) -> None:
        was_reserved = row.transaction_id in self.captured
        if was_reserved and status is not TransactionStatus.SUCCEEDED:
            row = replace(row, kind=TransactionKind.AUTHORIZATION, captured=None)
            status = TransactionStatus.SUCCEEDED
        self.rows[row.transaction_id] = replace(row, status=status)
        self._release(self.rows[row.transaction_id])

    def _capture(self, request: Any) -> Transaction:
        held = self.rows[request.transaction_id]
        is_strict = self.is_strict or held.transaction_id in self.touched
        is_gone = held.status is not TransactionStatus.SUCCEEDED
        if is_strict and (is_gone or self._returned(request.transaction_id)):
            raise InvalidRequest("voided before", code="charge_already_refunded")
        if held.kind is not TransactionKind.AUTHORIZATION:
            raise InvalidRequest("captured before", code="charge_already_captured")
        pending = self.luck.strikes(0.06)
        taken = replace(
            held,
            kind=TransactionKind.CHARGE,
            captured=request.amount,
            status=TransactionStatus.PENDING if pending else held.status,
        )
        self.captured[held.transaction_id] = request.operation_id
        self.rows[held.transaction_id] = taken
        return replace(
            taken,
            kind=TransactionKind.CAPTURE,
            amount=request.amount,
            operation_id=request.operation_id,
        )

    def _returned(self, transaction_id: str, *, pending: bool = True) -> int:
        """How much was refunded of it, or is about to be."""
        good = [TransactionStatus.SUCCEEDED, TransactionStatus.PENDING][: 1 + pending]
        return sum(
            row.amount.minor_units
            for row in self.rows.values()
            if row.parent_id == transaction_id and row.status in good
        )

    def _return(self, kind: TransactionKind, request: Any) -> Transaction:
        row = self.rows[request.transaction_id]
        is_strict = self.is_strict or request.transaction_id in self.touched
        left = self.taken(request.transaction_id)
        left -= self._returned(request.transaction_id)
        is_gone = row.status is TransactionStatus.VOIDED
        if is_strict and (is_gone or request.amount.minor_units > left):
            raise InvalidRequest("nothing is left", code="charge_already_refunded")
        status = self._status()
        made = self._add(
            kind,
            request.amount,
            status=TransactionStatus.FAILED if status in REFUSED else status,
            reference=request.reference,
            operation_id=request.operation_id,
            parent_id=request.transaction_id,
        )
        self._release(made)
        return made

    def _release(self, row: Transaction) -> None:
        """An authorization that was released reads as voided from then on."""
        if row.kind is TransactionKind.VOID and _is_done(row):
            parent = self.rows[row.parent_id]
            gone = replace(parent, status=TransactionStatus.VOIDED)
            self.rows[row.parent_id] = gone

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

    def _tell(self, row: Transaction) -> Transaction:
        self.reported[getcurrent(), row.transaction_id] = row
        return row


def _is_done(row: Transaction) -> bool:
    return row.status is TransactionStatus.SUCCEEDED


def _repeat(row: Transaction) -> Transaction:
    """What came of it, once more."""
    if row.status in TRIED:
        raise _unanswered()
    return row


def _unanswered() -> PaymentDeclined:
    code = DeclineCode.AUTHENTICATION_FAILED
    return PaymentDeclined("the bank or the shopper said no", decline_code=code)
