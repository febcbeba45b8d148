"""The signal of a payment that changed: after all hooks, once, and again after an error."""

from contextlib import contextmanager

import pytest

from clover_django.payments import get_payments
from clover_django.signals import payment_changed
from clover_django.testing import let_time_pass
from payment_hooks import PaymentChanged, PaymentSource, hookimpl
from payment_hooks.recovery import Recovery
from tests.clover_django.paying import open_payment, paid


@contextmanager
def listening(*receivers):
    for receiver in receivers:
        payment_changed.connect(receiver)
    yield
    for receiver in receivers:
        payment_changed.disconnect(receiver)


class Receiver:
    """Keeps what it was sent; fails as often as it is told to."""

    def __init__(self, failures=0):
        self.failures = failures
        self.events = []

    def __call__(self, sender, event, **kwargs):
        self.events.append((sender, event))
        if len(self.events) <= self.failures:
            raise RuntimeError("the mail server is down")


def is_notified(payment):
    [operation] = get_payments().operations(payment.payment_id)
    return operation.notified


def test_each_outcome_is_sent_once(fake):
    heard = Receiver()

    with listening(heard):
        payment = paid()
        get_payments().notify(payment.payment_id)

    [(sender, event)] = heard.events
    assert sender is PaymentChanged
    assert event.payment.payment_id == payment.payment_id
    assert event.payment.is_paid
    assert is_notified(payment)


def test_it_is_sent_again_after_a_receiver_raised(fake, caplog):
    heard, behind = Receiver(failures=1), Receiver()

    with listening(heard, behind):
        payment = open_payment()
        get_payments().charge(payment.payment_id, PaymentSource(token="tok-1"))
        before = len(heard.events), len(behind.events), is_notified(payment)
        let_time_pass(minutes=2)
        Recovery(get_payments()).run()

    assert before == (1, 0, False)
    assert "shop_payment_changed failed and will be called again" in caplog.text
    assert (len(heard.events), len(behind.events)) == (2, 1)
    assert len({event.event_id for _, event in heard.events}) == 1
    assert is_notified(payment)


class Shop:
    """A shop whose order is in place once it was notified."""

    def __init__(self, error=None):
        self.orders = []
        self.error = error

    @hookimpl
    def shop_payment_changed(self, event):
        if self.error:
            raise self.error
        self.orders.append(event.payment.reference)


@pytest.mark.parametrize("first", ["shop", "signal"])
def test_the_shops_hooks_come_first(fake, first):
    shop, seen = Shop(), []
    registry = get_payments().plugins
    registry.register(shop)
    if first == "shop":  # pluggy calls the last one that was registered first
        [signals] = [row for row in registry.get_plugins() if "Signal" in repr(row)]
        registry.unregister(signals)
        registry.register(signals)

    def look(event, **kwargs):
        seen.append(list(shop.orders))

    with listening(look):
        payment = paid()

    assert seen == [[payment.reference]]


def test_nothing_is_sent_while_the_shop_itself_fails(fake):
    get_payments().plugins.register(Shop(error=RuntimeError("no stock")))
    heard = Receiver()

    with listening(heard):
        payment = paid()

    assert heard.events == []
    assert not is_notified(payment)
