"""When an authorization that can still be captured lapses."""

from datetime import timedelta

import pytest

from payment_hooks import Mode, Money, Payments, PaymentSource
from payment_hooks.ledger import find_authorization, lapses_at
from payment_hooks.testing import FakeProvider

WEEK = timedelta(days=7)
DUE = Money.of("10.00", "USD")


@pytest.fixture
def payments():
    return Payments.using(FakeProvider())


@pytest.fixture
def authorized(payments):
    payment = payments.open("100123", mode=Mode.IFRAME, amount_due=DUE)
    payments.authorize(payment.payment_id, PaymentSource(token="tok-1"))
    return payment.payment_id


def lapses(payments, payment_id, window=WEEK):
    return lapses_at(payments.operations(payment_id), window)


def test_an_authorization_lapses_after_the_providers_window(payments, authorized):
    (operation,) = payments.operations(authorized)

    assert lapses(payments, authorized) == operation.created_at + WEEK


def test_without_a_window_nothing_is_known(payments, authorized):
    assert lapses(payments, authorized, window=None) is None


@pytest.mark.parametrize("end", ["capture", "void"])
def test_what_was_captured_or_voided_does_not_lapse(payments, authorized, end):
    getattr(payments, end)(authorized)

    assert lapses(payments, authorized) is None
    assert find_authorization(payments.operations(authorized)) is None


def test_a_charge_does_not_lapse(payments):
    payment = payments.open("100123", mode=Mode.IFRAME, amount_due=DUE)
    payments.charge(payment.payment_id, PaymentSource(token="tok-1"))

    assert lapses(payments, payment.payment_id) is None
