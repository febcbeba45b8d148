"""A page that looks asks the provider once in a few seconds, in whichever process."""

from contextlib import suppress
from datetime import timedelta

import pytest

from payment_hooks import (
    MemoryLedger,
    Mode,
    Money,
    OutcomeUnknown,
    PaymentSource,
    PaymentState,
)
from payment_hooks.engine.engine import utc_now
from payment_hooks.engine.payments import Payments
from payment_hooks.spec.calling import ProviderHooks
from payment_hooks.testing import FakeProvider

DUE = Money(1000, "USD")


class LateReader(MemoryLedger):
    """Another process is faster, between reading the operations and acting on them."""

    meanwhile = None

    def get_record(self, payment_id):
        record = super().get_record(payment_id)
        act, self.meanwhile = self.meanwhile, None
        if act is not None:
            act(payment_id)
        return record


class Clock:
    seconds = 0

    def __call__(self):
        return utc_now() + timedelta(seconds=self.seconds)


@pytest.fixture
def fake():
    return FakeProvider()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def payments(fake, clock):
    return Payments(ProviderHooks.to(fake), LateReader(), now=clock)


@pytest.fixture
def unknown_outcome(payments, fake):
    payment = payments.open("100123", mode=Mode.IFRAME, amount_due=DUE)
    fake.fail("payment_charge", OutcomeUnknown("lost"), after=True)
    fake.fail("payment_retry", OutcomeUnknown("lost"))
    with suppress(OutcomeUnknown):
        payments.charge(payment.payment_id, PaymentSource(token="tok-1"))
    fake.calls.clear()
    return payment


def test_a_look_finds_what_became_of_it(payments, unknown_outcome, clock):
    assert payments.look(unknown_outcome.payment_id).state is PaymentState.OPEN

    clock.seconds = 4

    assert payments.look(unknown_outcome.payment_id).state is PaymentState.PAID


def test_looks_ask_once_in_a_few_seconds(payments, unknown_outcome, fake, clock):
    fake.ledger.clear()
    for clock.seconds in (1, 4, 5, 6, 8):
        payments.look(unknown_outcome.payment_id)

    assert fake.calls == ["payment_find"] * 2


def test_who_read_before_another_looked_asks_no_one(
    payments, unknown_outcome, fake, clock
):
    fake.ledger.clear()
    clock.seconds = 4
    payments.ledger.meanwhile = payments.look

    with pytest.raises(OutcomeUnknown):
        payments.look(unknown_outcome.payment_id)

    assert fake.calls == ["payment_find"]
