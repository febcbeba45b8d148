"""A transaction of the shop's around the checkout rolls back: the money stays known."""

from contextlib import suppress

import pytest
from django.db import transaction

from clover_django.payments import get_payments
from payment_hooks import PaymentState
from payment_hooks.recovery.recovery import Recovery
from tests.clover_oscar.shopper import baskets, orders, records


class Undone(Exception):
    """What makes the shop's transaction roll back."""


@pytest.fixture
def rolled_back(shopper, product, clover):
    """A shopper who paid in a request of which the shop kept nothing."""
    shopper.reach_payment(product)
    shopper.enter_card("tok-1")
    with suppress(Undone), transaction.atomic():
        shopper.place_order(clover_token="tok-1")
        assert len(orders()) == 1
        raise Undone
    assert orders() == []
    return shopper


def test_recovery_places_the_order_that_was_rolled_back(rolled_back, clover):
    (recovered,) = Recovery(get_payments()).run().rows

    (order,) = orders()
    assert (recovered.state, recovered.problem) == (PaymentState.PAID, "")
    assert order.number == recovered.reference
    assert records(order)[1] == ["Debit 10.00"]
    assert list(baskets().values()) == ["Submitted"]
    assert clover.calls.count("payment_charge") == 1


def test_the_shopper_who_tries_again_pays_nothing_more(rolled_back, clover):
    rolled_back.place_order(clover_token="tok-2")
    Recovery(get_payments()).run()

    (order,) = orders()
    assert records(order)[1] == ["Debit 10.00"]
    assert clover.calls.count("payment_charge") == 1
