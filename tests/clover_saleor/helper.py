"""One channel which sells through the simulator."""

from django.test import Client
from saleor.order.models import Order

from tests.clover_saleor import shop as saleor


class Shop:
    def __init__(self, channel, simulator):
        self.channel, self.simulator = channel, simulator
        simulator.send_webhooks_to("http://127.0.0.1:9/")

    def configure(self, mode="iframe", *, active=True, **changes):
        values = saleor.credentials(self.simulator, mode, **changes)
        return saleor.update_plugin(self.channel, active=active, **values)

    def begin(self, token=None, total="25.99", **fields):
        """A checkout and its payment."""
        checkout = saleor.create_checkout(self.channel, total, **fields)
        token = self.simulator.token() if token is None else token
        return checkout, saleor.create_payment(checkout, token)

    def pay(self):
        """The payment of a completed order."""
        checkout, payment = self.begin()
        done = saleor.complete(checkout)
        assert done.order, done
        payment.refresh_from_db()
        return payment

    def deliver(self):
        """The last message about a page comes to the channel's address."""
        simulator = self.simulator
        simulator.wait_until(
            lambda: simulator.deliveries and simulator.deliveries[-1].signature
        )
        sent = simulator.deliveries[-1]
        return Client().post(
            f"/plugins/channel/{self.channel.slug}/clover.payments/webhook/",
            sent.body,
            "application/json",
            HTTP_CLOVER_SIGNATURE=sent.signature,
        )

    @property
    def charges(self):
        return [charge.amount for charge in self.simulator.ledger.charges]

    @property
    def refunds(self):
        rows = self.simulator.ledger.refunds
        return [row.amount for row in rows if not row.was_void]

    @property
    def voids(self):
        return [row for row in self.simulator.ledger.refunds if row.was_void]

    def order(self):
        return Order.objects.get()
