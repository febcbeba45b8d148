"""Webhooks: proven, kept, applied, and only then done."""

import logging
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from payment_hooks.engine.engine import Engine
from payment_hooks.engine.hosted import HostedPages
from payment_hooks.engine.resolving import Resolver
from payment_hooks.model.errors import (
    ConfigurationError,
    PaymentError,
    WebhookRejected,
)
from payment_hooks.model.kinds import ErrorCode
from payment_hooks.model.records import Operation, OperationState, Payment
from payment_hooks.model.requests import WebhookRequest
from payment_hooks.model.results import WebhookEvent

logger = logging.getLogger(__name__)

_PAID_WITHIN = timedelta(days=3)
"""How long after a page was opened the message of its payment may come."""
_A_MOMENT = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class UnmatchedMessage:
    """A proven message that money came, without a session and for no known payment."""

    event_id: str
    transaction_id: str
    occurred_at: datetime
    problem: str = ""
    """Why the provider could not be asked whose it is; empty if it could not say."""

    @property
    def remedy(self) -> str:
        """What a person can do."""
        return self.problem or (
            "look the payment up in the provider's dashboard, and resolve the payment it "
            "is for with this transaction_id; if it is none of this shop's, dismiss it"
        )


class WebhookInbox:
    """Takes messages in; an event is finished once its effect is in place."""

    def __init__(self, engine: Engine, resolver: Resolver, pages: HostedPages) -> None:
        self._engine = engine
        self._resolver = resolver
        self._ledger = engine.ledger
        self._pages = pages

    def receive(self, request: WebhookRequest) -> tuple[WebhookEvent, Payment | None]:
        """The proven event, and the payment it changed; None if it changed none."""
        event = self._engine.provider.read_webhook(request)
        if event.merchant_id != self._engine.provider.merchant_id:
            raise WebhookRejected(
                "the message is about another merchant", code=ErrorCode.MERCHANT_DIFFERS
            )
        if not self._ledger.add_event(event):
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
            try:
                payment = self._match(event)
            except (PaymentError, ConfigurationError) as error:
                left.append(_unmatched(event, str(error)))
                continue
            if payment is not None:
                matched.append(payment)
            elif event.approved:
                left.append(_unmatched(event))
        return matched, left

    def _match(self, event: WebhookEvent) -> Payment | None:
        if not event.approved:
            self._ledger.finish_event(event.event_id)
            return None
        payment = self._find_payment(event) or self._find_by_mark(event)
        if payment is not None:
            self._apply(payment, event)
        return payment

    def _find_by_mark(self, event: WebhookEvent) -> Payment | None:
        """Whose it is by our mark, which the provider may return with the payment."""
        if event.session_id or not event.approved:
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
        if event.approved:
            self._pages.resolve(payment, event.transaction_id, event.session_id)
        self._ledger.finish_event(event.event_id)

    def _find_payment(self, event: WebhookEvent) -> Payment | None:
        """By session, or by a transaction that we know; never by a guess."""
        found: tuple[Payment, ...] = ()
        if event.session_id:
            found = self._ledger.find_payments(session_id=event.session_id)
        if not found:
            found = self._ledger.find_payments(transaction_id=event.transaction_id)
        return found[0] if found else None


def _unmatched(event: WebhookEvent, problem: str = "") -> UnmatchedMessage:
    return UnmatchedMessage(
        event_id=event.event_id,
        transaction_id=event.transaction_id,
        occurred_at=event.occurred_at,
        problem=problem,
    )
