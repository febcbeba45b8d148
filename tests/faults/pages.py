"""A sale on Clover's own page, and the messages that Clover sends of it."""

import json
import time
from dataclasses import dataclass
from itertools import count

from clover_provider.api.webhooks import sign
from clover_simulator.shopper import APPROVED_CARD
from clover_simulator.state.webhook_sender import Delivery
from payment_hooks import (
    CheckoutRequest,
    Mode,
    Money,
    Payment,
    Redirect,
    ReturnUrls,
    WebhookEvent,
    WebhookRequest,
)
from payment_hooks.model.records import Operation, OperationState
from tests.faults.rig import DUE, Rig

NOBODY = "http://127.0.0.1:9/"
URLS = ReturnUrls(success="https://shop.example/ok", failure="https://shop.example/no")
_references = count(1)


@dataclass(frozen=True, slots=True)
class Page:
    """A hosted page of one payment, on which the shopper may pay."""

    rig: Rig
    payment_id: str
    session_id: str
    url: str

    def pay(self, card: str = APPROVED_CARD) -> Delivery:
        """The shopper types a card; the message that Clover sends about it."""
        simulator = self.rig.simulator
        known = len(simulator.deliveries)
        simulator.pay_hosted(self.url, card)
        simulator.wait_until(lambda: _is_signed(simulator.deliveries[known:]))
        return simulator.deliveries[known]

    def resolve(self) -> Payment:
        """As when the shopper comes back."""
        return self.rig.payments.resolve(self.payment_id)

    def renew(self) -> "Page":
        """Another page for the same payment, when this one is too old."""
        return _start(self.rig, self.payment)

    @property
    def charge_id(self) -> str:
        """Clover's id of the money that was paid here."""
        sessions = {row.id: row for row in self.rig.simulator.ledger.sessions}
        return sessions[self.session_id].charge_id or ""

    @property
    def payment(self) -> Payment:
        """The payment as the shop's ledger has it."""
        return self.rig.payments.get(self.payment_id)

    @property
    def row(self) -> Operation:
        """The operation of this page."""
        (row,) = self.rig.ledger.operations(self.payment_id)
        return row

    @property
    def times_notified(self) -> int:
        """How often the shop was notified of money that counts."""
        return sum(
            event.payment.payment_id == self.payment_id
            and event.operation.state is OperationState.SUCCEEDED
            and not event.operation.flag
            for event in self.rig.shop.notified
        )


def open_page(rig: Rig, due: Money = DUE) -> Page:
    """A payment of a new order whose shopper is on Clover's page; messages stay here."""
    rig.simulator.send_webhooks_to(NOBODY)
    reference = f"page-{next(_references)}"
    return _start(rig, rig.payments.open(reference, mode=Mode.HOSTED, amount_due=due))


def _start(rig: Rig, payment: Payment) -> Page:
    asked = CheckoutRequest(
        amount=payment.amount_due,
        reference=payment.reference,
        mode=Mode.HOSTED,
        return_urls=URLS,
    )
    page = rig.payments.start_checkout(payment.payment_id, asked)
    assert isinstance(page, Redirect)
    return Page(rig, payment.payment_id, page.session_id, page.url)


def deliver(rig: Rig, sent: Delivery) -> WebhookEvent:
    """Bring a message of Clover's to the shop."""
    return receive(rig, sent.body, sent.signature)


def deliver_own(rig: Rig, **changes: str) -> WebhookEvent:
    """Bring a message that says what it is asked to, signed with the right secret."""
    merchant = rig.simulator.merchant
    now = int(time.time())
    event = {
        "createdTime": now,
        "message": "Approved for 2599",
        "status": "APPROVED",
        "type": "PAYMENT",
        "merchantId": merchant.id,
        **changes,
    }
    body = json.dumps(event)
    return receive(rig, body, sign(merchant.webhook_secret, now, body.encode()))


def receive(rig: Rig, body: str, signature: str) -> WebhookEvent:
    """Hand the shop these bytes under this signature."""
    return rig.payments.receive_webhook(
        WebhookRequest(
            body=body.encode(),
            headers={"Clover-Signature": signature},
            received_at=rig.clock(),
        )
    )


def _is_signed(deliveries: list[Delivery]) -> bool:
    return bool(deliveries) and bool(deliveries[0].signature)
