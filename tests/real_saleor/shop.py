"""A channel that sells through the simulator, and ways to pay in it."""

from contextlib import contextmanager

GATEWAY = "clover.payments"
CARD = {"number": "4242424242424242", "expMonth": 12, "expYear": 2099, "cvc": "123"}
DECLINED = "4005571702222222"
CENTS = 2599
AMOUNT = "25.99"
FLOAT = 25.99


def credentials(simulator, mode="iframe", **changes):
    merchant = simulator.merchant
    values = {
        "environment": "local",
        "base_url": simulator.url,
        "merchant_id": merchant.id,
        "mode": mode,
        "private_key": merchant.private_key,
        "public_key": merchant.public_key,
        "hosted_private_key": merchant.hosted_private_key,
        "webhook_secret": merchant.webhook_secret,
        "platform_token": merchant.platform_token,
        "pci_attestation": "a drive against the simulator",
        "auto_capture": "true",
        "supported_currencies": "USD",
    }
    return values | changes


class Shop:
    """One channel with our plugin on; counts what Clover was asked for."""

    def __init__(self, saleor, simulator):
        self.saleor, self.simulator = saleor, simulator
        self.staff, self.shopper = saleor.staff(), saleor.shopper()
        self.channel_id = saleor.seeds["channels"]["us"]
        self.webhook = f"{saleor.url}/plugins/channel/us/{GATEWAY}/webhook/"
        simulator.send_webhooks_to("http://127.0.0.1:9/")
        records = simulator.ledger
        self._before = len(records.charges), len(records.refunds)

    def configure(self, mode="iframe", *, active=True, **changes):
        values = credentials(self.simulator, mode, **changes)
        return self.staff.plugin_update(GATEWAY, self.channel_id, active, **values)

    def checkout(self, cents=CENTS, caller=None, **options):
        caller = caller or self.shopper
        return caller.new_checkout(self.saleor.seeds["variant"], cents, **options)

    def begin(self, cents=CENTS, **fields):
        """A checkout with a payment of ours, and the payment's id."""
        checkout = self.checkout(cents)
        given = {"amount": f"{cents / 100:.2f}", "returnUrl": "http://localhost/done"}
        payment = self.shopper.payment_create(checkout, GATEWAY, **(given | fields))
        return checkout, payment["id"]

    def pay(self, cents=CENTS):
        """A paid or reserved order and its payment, by a token of the iframe."""
        checkout, payment = self.begin(cents, token=self.simulator.token())
        answer = self.shopper.complete(checkout)
        assert answer["errors"] == [], answer
        return answer["order"]["id"], payment

    def order(self, order_id):
        return self.staff.order(order_id)

    def new_charges(self):
        """Every charge of this test that moved or reserved money."""
        return self.simulator.ledger.charges[self._before[0] :]

    def charges(self):
        """Their cents."""
        return [charge.amount for charge in self.new_charges()]

    def refunds(self):
        found = self.simulator.ledger.refunds[self._before[1] :]
        return [refund.amount for refund in found if not refund.was_void]

    def voids(self):
        found = self.simulator.ledger.refunds[self._before[1] :]
        return [refund for refund in found if refund.was_void]

    @contextmanager
    def webhooks(self):
        self.simulator.send_webhooks_to(self.webhook)
        try:
            yield
        finally:
            self.simulator.send_webhooks_to("http://127.0.0.1:9/")

    def deliver(self):
        """The last message, which nobody heard, comes after all."""
        self.simulator.wait_until(lambda: self.simulator.deliveries[-1].signature)
        with self.webhooks():
            sent = self.simulator.redeliver(self.simulator.deliveries[-1].number)
            self.simulator.wait_until(
                lambda: self.simulator.deliveries[sent.number - 1].status, 20
            )
        return self.simulator.deliveries[sent.number - 1]
