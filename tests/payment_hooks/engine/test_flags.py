"""Marks on a payment: set once, taken away by a person, and then gone for good."""

from dataclasses import replace

import pytest

from payment_hooks import (
    Mode,
    OutcomeUnknown,
    PaymentSource,
    WrongState,
)

CARD = PaymentSource(token="tok-good")


@pytest.fixture
def payment_id(payments):
    return payments.open("100123", mode=Mode.IFRAME).payment_id


@pytest.fixture
def doubled(payments, provider, payment_id):
    """A payment whose money came with another amount than was asked."""
    once = provider._once
    provider._once = lambda kind, request: replace(
        once(kind, request), amount=request.amount + request.amount
    )
    with pytest.raises(OutcomeUnknown):
        payments.charge(payment_id, CARD)
    return payment_id


def test_a_mark_is_set_once(payments, payment_id):
    payments.flag(payment_id, "look_here")
    payments.flag(payment_id, "look_here")

    assert payments.get(payment_id).flags == ("look_here",)


def test_a_mark_that_was_taken_away_stays_away(payments, payment_id):
    payments.charge(payment_id, CARD)
    payments.flag(payment_id, "look_here")

    payments.unflag(payment_id, "look_here")

    assert payments.notify(payment_id).flags == ()


def test_a_mark_for_money_that_is_not_refunded_stays(payments, doubled):
    with pytest.raises(WrongState, match="refund it first"):
        payments.unflag(doubled, "amount_differs")

    assert payments.get(doubled).flags == ("amount_differs",)
