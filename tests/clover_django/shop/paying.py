"""`Payments` with a provider in memory in Clover's place."""

from functools import cache

from clover_django import payments as shop_payments
from payment_hooks import Mode, Money, PaymentSource, hookimpl
from payment_hooks.testing import FakeProvider

DUE = Money(500, "USD")


class Shop:
    """Remembers its notifications."""

    def __init__(self):
        self.heard = []

    @hookimpl
    def shop_payment_changed(self, event):
        self.heard.append(event.payment.reference)


@cache
def set_up():
    """The provider and the shop, in place."""
    fake, shop = FakeProvider(merchant_id="TESTMERCH0001"), Shop()
    shop_payments.register_shop(shop)
    registry = shop_payments.get_payments().plugins
    registry.unregister(name=shop_payments.PROVIDER)
    registry.register(fake, shop_payments.PROVIDER)
    return fake, shop


def buy(reference):
    """Pay an order, and notify the shop."""
    set_up()
    payments = shop_payments.get_payments()
    payment = payments.open(reference, mode=Mode.IFRAME, amount_due=DUE)
    payments.charge(payment.payment_id, PaymentSource(token="tok-1"))
    return payments.notify(payment.payment_id)
