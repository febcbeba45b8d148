"""No order is made of money that is not here, or not all of it."""

import pytest

from payment_hooks import (
    Mode,
    Money,
    OutcomeUnknown,
    PaymentSource,
    WrongState,
)
from payment_hooks.engine.payments import Payments
from payment_hooks.ledger.state import refuse_order
from payment_hooks.testing import FakeProvider

DUE = Money(1000, "USD")


@pytest.fixture
def fake():
    return FakeProvider()


@pytest.fixture
def payments(fake):
    return Payments.using(fake)


@pytest.fixture
def payment(payments):
    return payments.open("100123", mode=Mode.IFRAME, amount_due=DUE)


def ask(payments, payment):
    refuse_order(payment, payments.operations(payment.payment_id))


def test_money_that_is_here_or_reserved_may_become_an_order(payments):
    for reference, take in (("1", payments.charge), ("2", payments.authorize)):
        payment = payments.open(reference, mode=Mode.IFRAME, amount_due=DUE)
        take(payment.payment_id, PaymentSource(token="tok-1"))

        ask(payments, payment)


def test_a_payment_that_was_never_made_becomes_none(payments, payment):
    with pytest.raises(WrongState, match="is open"):
        ask(payments, payment)


@pytest.mark.parametrize(
    ("minor_units", "code"), [(400, "partly_refunded"), (1000, "refunded")]
)
def test_money_that_was_refunded_becomes_none(payments, payment, minor_units, code):
    payments.charge(payment.payment_id, PaymentSource(token="tok-1"))
    back = Money(minor_units, "USD")
    payments.refund(payment.payment_id, back, intent_id="r")

    with pytest.raises(WrongState) as refused:
        ask(payments, payment)

    assert refused.value.code == code


def test_money_that_was_released_becomes_none(payments, payment):
    payments.authorize(payment.payment_id, PaymentSource(token="tok-1"))
    payments.void(payment.payment_id)

    with pytest.raises(WrongState, match="voided"):
        ask(payments, payment)


def test_money_on_its_way_back_has_an_unknown_outcome(payments, payment, fake):
    payments.charge(payment.payment_id, PaymentSource(token="tok-1"))
    fake.fail("payment_refund", OutcomeUnknown("no answer"), after=True)
    with pytest.raises(OutcomeUnknown):
        payments.refund(payment.payment_id, intent_id="r")

    with pytest.raises(OutcomeUnknown, match="being refunded"):
        ask(payments, payment)
