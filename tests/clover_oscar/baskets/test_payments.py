"""When a basket must stay as it is: decided from the operations alone."""

import pytest

from clover_django.models import Operation
from clover_django.models import Payment as PaymentRow
from clover_django.payments import get_payments
from clover_oscar.baskets.payments import is_spoken_for, may_hold_money
from tests.clover_oscar.checkout.test_return_pages import the_payment
from tests.clover_oscar.shopper import orders


@pytest.fixture
def paid(shopper, product, clover):
    shopper.reach_payment(product)
    shopper.pay()
    return the_payment()


def test_money_is_held_before_the_payment_itself_says_so(paid):
    """Another request may look between the operation's record and the payment's."""
    PaymentRow.objects.filter(payment_id=paid.payment_id).update(state="open")

    assert may_hold_money(get_payments().get(paid.payment_id))


def test_money_that_does_not_fit_is_held(paid):
    PaymentRow.objects.filter(payment_id=paid.payment_id).update(state="open")
    Operation.objects.filter(kind="charge").update(flag="amount_differs")

    assert may_hold_money(get_payments().get(paid.payment_id))


def test_money_that_was_refunded_is_not_here(paid):
    get_payments().refund(paid.payment_id, intent_id="all")
    payment = get_payments().notify(paid.payment_id)

    assert not may_hold_money(payment)
    assert is_spoken_for(orders()[0].basket_id)
