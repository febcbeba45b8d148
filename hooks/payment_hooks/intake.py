"""Webhooks: proven, kept, applied, and only then done."""

import logging
from contextlib import suppress

from payment_hooks.errors import WebhookRejected
from payment_hooks.gateway import Gateway
from payment_hooks.hosted import HostedSessions
from payment_hooks.ledger import Ledger, Operation, Payment
from payment_hooks.types import WebhookEvent, WebhookRequest

logger = logging.getLogger(__name__)


class WebhookIntake:
    """Takes messages in; an event is finished once its effect is in place."""

    def __init__(
        self, gateway: Gateway, ledger: Ledger, sessions: HostedSessions
    ) -> None:
        self.gateway = gateway
        self.ledger = ledger
        self.sessions = sessions

    def receive(self, request: WebhookRequest) -> tuple[WebhookEvent, Payment | None]:
        """The proven event, and the payment it changed; None if it changed none."""
        event = self.gateway.read_webhook(request)
        if event.merchant_id != self.gateway.merchant_id:
            raise WebhookRejected(
                "the message is about another merchant", code="merchant_differs"
            )
        if not self.ledger.add_event(event):
            return event, None
        payment = self._payment_of(event)
        if payment is None:
            with suppress(Exception):  # a broken log must not have it sent again
                logger.warning(
                    "webhook fits no payment; it is kept",
                    extra={"event_id": event.event_id},
                )
            return event, None
        self._apply(payment, event)
        return event, payment

    def apply_stored(self, payment: Payment, operation: Operation) -> None:
        """Bring in messages of an open session whose effect failed before."""
        if operation.session_id and operation.state.is_open:
            for event in self.ledger.find_events(operation.session_id):
                self._apply(payment, event)

    def _apply(self, payment: Payment, event: WebhookEvent) -> None:
        if event.approved:
            self.sessions.settle(payment, event.transaction_id, event.session_id)
        self.ledger.finish_event(event.event_id)

    def _payment_of(self, event: WebhookEvent) -> Payment | None:
        """By session, or by a transaction that we know; never by a guess."""
        found: tuple[Payment, ...] = ()
        if event.session_id:
            found = self.ledger.find_payments(session_id=event.session_id)
        if not found:
            found = self.ledger.find_payments(transaction_id=event.transaction_id)
        return found[0] if found else None
