"""What the provider cannot do is refused before it is an intent."""

import pytest

from payment_hooks import (
    Ability,
    Mode,
    Money,
    Payments,
    PaymentSource,
    PaymentState,
    UnsupportedOperation,
)
from payment_hooks.storefront import possible_actions
from payment_hooks.testing import FakeProvider

DUE, PART = Money(2599, "USD"), Money(1000, "USD")
CARD = PaymentSource(token="tok-1")


def without(*missing):
    """A provider that lacks these abilities, and a payment to make with it."""
    provider = FakeProvider(abilities=frozenset(Ability) - set(missing))
    payments = Payments.using(provider)
    payment = payments.open("1", mode=Mode.IFRAME, amount_due=DUE)
    return payments, provider, payment.payment_id


def is_refused_unsent(payments, provider, payment_id, act):
    rows, calls = payments.operations(payment_id), list(provider.calls)

    with pytest.raises(UnsupportedOperation) as caught:
        act()

    assert caught.value.code == "unsupported"
    assert payments.operations(payment_id) == rows
    assert provider.calls == calls


def test_an_authorization():
    payments, provider, payment_id = without(Ability.AUTHORIZE)

    is_refused_unsent(
        payments, provider, payment_id, lambda: payments.authorize(payment_id, CARD)
    )

    assert payments.charge(payment_id, CARD).moved == DUE


def test_a_capture_of_a_part():
    payments, provider, payment_id = without(Ability.PARTIAL_CAPTURE)
    payments.authorize(payment_id, CARD)

    is_refused_unsent(
        payments, provider, payment_id, lambda: payments.capture(payment_id, PART)
    )

    assert payments.capture(payment_id).moved == DUE


def test_a_void():
    payments, provider, payment_id = without(Ability.VOID)
    payments.authorize(payment_id, CARD)

    is_refused_unsent(payments, provider, payment_id, lambda: payments.void(payment_id))
    is_refused_unsent(
        payments,
        provider,
        payment_id,
        lambda: payments.reverse(payment_id, intent_id="form-1"),
    )


def test_a_refund_of_a_part():
    payments, provider, payment_id = without(Ability.PARTIAL_REFUND)
    payments.charge(payment_id, CARD)

    is_refused_unsent(
        payments,
        provider,
        payment_id,
        lambda: payments.refund(payment_id, PART, intent_id="form-1"),
    )

    assert payments.refund(payment_id, intent_id="form-2").moved == DUE


def test_a_second_refund_but_not_the_first_one_again():
    payments, provider, payment_id = without(Ability.SEVERAL_REFUNDS)
    payments.charge(payment_id, CARD)
    first = payments.refund(payment_id, PART, intent_id="form-1")

    is_refused_unsent(
        payments,
        provider,
        payment_id,
        lambda: payments.refund(payment_id, PART, intent_id="form-2"),
    )

    again = payments.refund(payment_id, PART, intent_id="form-1")
    assert again.operation_id == first.operation_id


@pytest.mark.parametrize(
    ("missing", "state", "actions"),
    [
        ((), PaymentState.AUTHORIZED, ("CHARGE", "CANCEL")),
        ((Ability.VOID,), PaymentState.AUTHORIZED, ("CHARGE",)),
        ((Ability.VOID,), PaymentState.PAID, ("REFUND",)),
        ((Ability.SEVERAL_REFUNDS,), PaymentState.PAID, ("REFUND",)),
        ((), PaymentState.PARTLY_REFUNDED, ("REFUND",)),
        ((Ability.SEVERAL_REFUNDS,), PaymentState.PARTLY_REFUNDED, ()),
    ],
)
def test_staff_is_offered_what_can_be_done(missing, state, actions):
    payments, _, payment_id = without(*missing)
    is_authorized = state is PaymentState.AUTHORIZED
    take = payments.authorize if is_authorized else payments.charge
    take(payment_id, CARD)
    if state is PaymentState.PARTLY_REFUNDED:
        payments.refund(payment_id, PART, intent_id="form-1")

    offered = possible_actions(payments.operations(payment_id), payments.provider.info)

    assert payments.get(payment_id).state is state
    assert offered == actions
