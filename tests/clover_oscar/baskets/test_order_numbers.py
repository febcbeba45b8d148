"""An order number that another order has: nothing is charged that cannot be ordered."""

from itertools import chain, repeat

import pytest
from oscar.core.loading import get_model

from clover_oscar.baskets.order_numbers import keep_number
from tests.clover_oscar.shopper import Shopper, baskets, orders


@pytest.fixture
def earlier_order(shopper, product, clover):
    """An order; what its number is, a test says."""
    other = Shopper()
    other.reach_payment(product)
    other.pay("tok-of-another")
    clover.calls.clear()
    (order,) = orders()
    return order


def give_number(order, number):
    get_model("order", "Order").objects.filter(pk=order.pk).update(number=number)


def next_number():
    open_basket = get_model("basket", "Basket").objects.get(status="Open")
    return str(100_000 + open_basket.pk)


def test_a_number_that_is_taken_is_refused_before_the_charge(
    earlier_order, shopper, product, clover
):
    shopper.reach_payment(product)
    give_number(earlier_order, next_number())

    page = shopper.pay().content.decode()

    assert "payment_charge" not in clover.calls
    assert "alert-danger" in page
    assert sorted(baskets().values()) == ["Open", "Submitted"]
    assert len(orders()) == 1


def test_a_generator_is_asked_again_while_its_numbers_are_taken(earlier_order):
    numbers = chain(repeat(earlier_order.number, 2), ["free"])

    assert keep_number(4711, lambda: next(numbers)) == "free"


def test_a_basket_keeps_its_number_once_it_has_its_order(earlier_order):
    basket_id = earlier_order.basket_id

    assert keep_number(basket_id, lambda: "another") == earlier_order.number
