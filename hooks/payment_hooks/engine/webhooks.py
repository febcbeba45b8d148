"""Webhooks: proven, kept, applied, and only then done."""

import logging
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from payment_hooks.engine.engine import Engine
from payment_hooks.engine.hosted import HostedPages
from payment_hooks.engine.leases import OperationStore
from payment_hooks.engine.matching.judge import Judge, Window, takings_first
from payment_hooks.engine.resolving import Resolver
from payment_hooks.ledger.state import in_progress
from payment_hooks.ledger.store import StaleVersion
from payment_hooks.model.errors import (
    ConfigurationError,
    OutcomeUnknown,
    PaymentError,
    WebhookRejected,
)
from payment_hooks.model.kinds import ErrorCode, EventKind, Flag
from payment_hooks.model.records import DISPUTE, Operation, OperationState, Payment
from payment_hooks.model.requests import WebhookRequest
from payment_hooks.model.results import WebhookEvent

logger = logging.getLogger(__name__)

_PAID_WITHIN = timedelta(days=3)
"""How long after a page was opened the message of its payment may come."""
_A_MOMENT = timedelta(seconds=1)
_TRIES = 10
_UNSURE = frozenset({Flag.REFUND_OUTCOME_UNKNOWN})
"""Findings which nothing is written down of: the message has to come again."""
_REMEDIES = {
    EventKind.PAYMENT: "look the payment up in the provider's dashboard, and resolve the "
    "payment it is for with this transaction_id; if it is none of this shop's, dismiss it",
    EventKind.DISPUTE: "answer the dispute at the provider, whosever payment it is of, "
    "and dismiss it",
}
_REMEDY = (
    "look the transaction up in the provider's dashboard; if it is a payment of this "
    "shop's, reconcile; then dismiss it"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnmatchedMessage:
    """A proven message about money, without a session and of no known payment."""

    event_id: str
    kind: EventKind
    transaction_id: str
    occurred_at: datetime
    problem: str = ""
    """Why the provider could not be asked whose it is; empty if it could not say."""

    @property
    def remedy(self) -> str:
        """What a person can do."""
        return self.problem or _REMEDIES.get(self.kind, _REMEDY)


class WebhookInbox:
    """Takes messages in; an event is finished once its effect is in place."""

    def __init__(
        self,
        engine: Engine,
        store: OperationStore,
        resolver: Resolver,
        pages: HostedPages,
        judge: Judge,
    ) -> None:
        self._engine = engine
        self._store = store
        self._resolver = resolver
        self._judge = judge
        self._ledger = engine.ledger
        self._pages = pages

    def receive(self, request: WebhookRequest) -> tuple[WebhookEvent, Payment | None]:
        """The proven event, and the payment it changed; None if it changed none."""
        event = self._engine.provider.read_webhook(request)
        if event.merchant_id != self._engine.provider.merchant_id:
            raise WebhookRejected(
                "the message is about another merchant", code=ErrorCode.MERCHANT_DIFFERS
            )
        if event.kind is not EventKind.PAYMENT and event.session_id:
            # Such a message goes by its transaction; who looks at a page leaves it alone.
            event = replace(event, session_id="")
        if not self._ledger.add_event(event):
            return event, None
        if event.kind is EventKind.CARD:
            self._finish_card(event)
            return event, None
        payment = self._find_payment(event) or self._find_by_mark(event)
        if payment is None:
            with suppress(Exception):  # a broken log must not have it sent again
                logger.warning(
                    "webhook fits no payment; it is kept, and recovery lists it",
                    extra={"event_id": event.event_id},
                )
            return event, None
        self._apply(payment, event)
        return event, payment

    def apply_stored(self, payment: Payment, operation: Operation) -> None:
        """Bring in messages of an open session whose effect failed before."""
        if operation.page and operation.state.is_open:
            for event in self._ledger.find_events(operation.page.session_id):
                self._apply(payment, event)

    def match_messages(self) -> tuple[list[Payment], list[UnmatchedMessage]]:
        """The payments that messages without a session turn out to be of, and the rest.

        A message that fits no payment stays: money may have come that nobody knows of.
        """
        matched: list[Payment] = []
        left: list[UnmatchedMessage] = []
        for event in self._ledger.find_events(""):
            whose = (event.provider, event.merchant_id)
            if whose != (self._engine.provider.name, self._engine.provider.merchant_id):
                continue
            if _needs_no_one(event):
                self._ledger.finish_event(event.event_id)
                continue
            try:
                payment = self._match(event)
            except (PaymentError, ConfigurationError) as error:
                left.append(_unmatched(event, str(error)))
                continue
            if payment is not None:
                matched.append(payment)
            else:
                left.append(_unmatched(event))
        return matched, left

    def _match(self, event: WebhookEvent) -> Payment | None:
        payment = self._find_payment(event) or self._find_by_mark(event)
        if payment is not None:
            self._apply(payment, event)
        return payment

    def _find_by_mark(self, event: WebhookEvent) -> Payment | None:
        """Whose it is by our mark, which the provider may return with the payment."""
        is_payment = event.kind is EventKind.PAYMENT and event.approved
        if event.session_id or not is_payment:
            return None
        now = self._engine.now()
        pages = {
            row.operation_id: row
            for row in self._recent(now)
            if row.state is OperationState.WAITING
        }
        if not pages:
            return None
        paid = self._resolver.fetch(event.transaction_id, candidates=pages)
        page = pages.get(paid.operation_id) if paid else None
        return self._ledger.get_payment(page.payment_id) if page else None

    def _recent(self, now: datetime) -> Iterator[Operation]:
        last: Operation | None = None
        since, until = now - _PAID_WITHIN, now + _A_MOMENT
        while page := self._ledger.operations_between(since, until, after=last):
            yield from page
            last = page[-1]

    def _apply(self, payment: Payment, event: WebhookEvent) -> None:
        match event.kind:
            case EventKind.REFUND | EventKind.CAPTURE:
                self._compare(payment, event)
            case EventKind.DISPUTE:
                self._note_dispute(payment, event)
            case EventKind.PAYMENT:
                self._bring_in(payment, event)
        self._ledger.finish_event(event.event_id)

    def _bring_in(self, payment: Payment, event: WebhookEvent) -> None:
        """Resolve the page, or the charge that waited for the shopper.

        Raises:
            OutcomeUnknown: the provider does not show the transaction yet.
        """
        # What a page was opened for is found by its session; only the rest may wait.
        known = () if event.session_id else self._ledger.operations(payment.payment_id)
        waiting = _find_waiting(known, event.transaction_id)
        if waiting is not None:
            resolved = self._resolver.look_up(payment, waiting)
            if event.approved and resolved.state.is_open:
                raise in_progress(resolved)
        elif event.approved:
            self._pages.resolve(payment, event.transaction_id, event.session_id)

    def _compare(self, payment: Payment, event: WebhookEvent) -> None:
        """Resolve or adopt what the provider shows, as reconciliation does.

        Raises:
            OutcomeUnknown: the transaction, or which of its refunds is ours, is unknown.
        """
        known = self._ledger.operations(payment.payment_id)
        found = self._resolver.fetch_whole(
            event.transaction_id,
            candidates=[row.operation_id for row in known if row.state.is_open],
        )
        # Read again: what was sent before the provider was asked is in the ledger now.
        rows = self._ledger.operations(payment.payment_id)
        window = Window(rows, found.transactions)
        findings = [
            finding
            for transaction in sorted(found.transactions, key=takings_first)
            for finding in self._judge.judge(transaction, window)
        ]
        if found.transaction is None or _UNSURE & {row.flag for row in findings}:
            raise OutcomeUnknown(
                f"what became of {event.transaction_id} is not known yet: look again",
                code=ErrorCode.TRANSACTION_PENDING,
            )

    def _note_dispute(self, payment: Payment, event: WebhookEvent) -> None:
        """Flag the payment, and let the shop be notified of its money once more."""
        for _ in range(_TRIES):
            record = self._engine.get_record(payment.payment_id)
            money = _funding_with(record.operations, event.transaction_id)
            if money is None:
                break
            disputed = replace(
                money,
                details={**money.details, DISPUTE: event.event_id},
                notified=False,
                lease_until=None,
                due=self._engine.now(),
            )
            with suppress(StaleVersion, OutcomeUnknown):
                self._store.write_both(record, disputed, Flag.DISPUTED)
                return
        self._resolver.refresh(payment.payment_id, flag=Flag.DISPUTED)

    def _finish_card(self, event: WebhookEvent) -> None:
        with suppress(Exception):  # a broken log must not have it sent again
            logger.info(
                "webhook about a saved card", extra={"event_id": event.event_id}
            )
        self._ledger.finish_event(event.event_id)

    def _find_payment(self, event: WebhookEvent) -> Payment | None:
        """By session, or by a transaction that we know; never by a guess."""
        found: tuple[Payment, ...] = ()
        if event.session_id:
            found = self._ledger.find_payments(session_id=event.session_id)
        if not found:
            found = self._ledger.find_payments(transaction_id=event.transaction_id)
        return found[0] if found else None


def _needs_no_one(event: WebhookEvent) -> bool:
    """Whether no money came with it, and none can be contested."""
    is_declined = event.kind is EventKind.PAYMENT and not event.approved
    return is_declined or event.kind is EventKind.CARD


def _funding_with(
    operations: Iterable[Operation], transaction_id: str
) -> Operation | None:
    for row in operations:
        if row.funds_payment and row.transaction_id == transaction_id:
            return row
    return None


def _find_waiting(
    operations: Iterable[Operation], transaction_id: str
) -> Operation | None:
    """The open charge of that transaction, which a challenge or the bank held up."""
    for row in operations:
        if row.state.is_open and row.transaction_id == transaction_id:
            return row
    return None


def _unmatched(event: WebhookEvent, problem: str = "") -> UnmatchedMessage:
    return UnmatchedMessage(
        event_id=event.event_id,
        kind=event.kind,
        transaction_id=event.transaction_id,
        occurred_at=event.occurred_at,
        problem=problem,
    )
