"""Incidents of Oscar shops, retold against stock Oscar and the simulator."""

import pytest
from django.core import mail
from oscar.core.loading import get_model

from clover_django.payments import get_payments
from clover_django.testing import let_time_pass
from clover_oscar.orders.placement import complete
from tests.clover_oscar.checkout.test_return_pages import the_payment
from tests.clover_oscar.conftest import product, shopper  # noqa: F401 - fixtures
from tests.clover_oscar.shopper import Shopper, baskets, orders
from tests.clover_oscar.test_whole_way import THANK_YOU, shop  # noqa: F401 - a fixture
from tests.mailing import BROKEN, send_with


@pytest.fixture
def buyer(shop, shopper, product):  # noqa: F811 - the fixtures
    """A shopper at the payment step of a shop with card fields."""
    shop("iframe")
    shopper.reach_payment(product)
    return shopper


def test_an_order_number_that_exists_is_never_paid_for(
    buyer,
    clover_simulator,
    product,  # noqa: F811 - the fixture
):
    """About every fifth order was paid and not created.

    "There is already an order with number …": the payment was made first, and the
    number was looked at when the order was written. The money had to be refunded by
    hand. django-oscar/django-oscar, issue 4246.
    """
    other = Shopper()
    other.reach_payment(product)
    other.pay(clover_simulator.token())
    waiting = get_model("basket", "Basket").objects.get(status="Open")
    taken = get_model("order", "Order").objects
    taken.update(number=100_000 + waiting.pk)

    buyer.pay(clover_simulator.token())

    assert len(clover_simulator.ledger.charges) == 1
    assert sorted(baskets().values()) == ["Open", "Submitted"]


def test_a_second_completion_finds_the_first_ones_order(buyer, clover_simulator):
    """The same message from the second request of a pair, which refunded or thawed.

    The customer's return and PayPal's message both placed the order of one basket; the
    loser met the winner's number. django-oscar/django-oscar, issue 4246.
    """
    buyer.pay(clover_simulator.token())

    again = [complete(the_payment()) for _ in range(3)]

    assert orders() == [*{order.pk: order for order in again}.values()]
    assert list(baskets().values()) == ["Submitted"]
    assert clover_simulator.ledger.refunds == []
    assert len(mail.outbox) == 1


def test_a_mail_that_fails_does_not_reopen_a_paid_basket(
    buyer, clover_simulator, settings
):
    """The order was placed and paid, and the customer bought it again.

    The mail server refused the confirmation, after the order was written. Oscar took
    that for a failure of the order: "A problem occurred", and the basket was open
    again. django-oscar/django-oscar, issues 3768 and 3952.
    """
    send_with(settings, BROKEN)

    done = buyer.pay(clover_simulator.token())

    assert done.url == THANK_YOU
    assert list(baskets().values()) == ["Submitted"]


def test_a_refresh_during_the_checkout_pays_once(buyer, clover_simulator):
    """A customer refreshed the page in the middle, and paid twice.

    The second submit knew nothing of the first one. saleor/saleor, issue 14926.
    """
    token = clover_simulator.token()
    clover_simulator.fail("POST", "/v1/charges", "reset_after", times=2)

    buyer.pay(token)
    refreshed = buyer.client.get("/checkout/preview/")
    let_time_pass(seconds=4)
    back = buyer.client.get(refreshed.url)

    assert back.url == THANK_YOU
    assert len(clover_simulator.ledger.charges) == 1
    assert len(orders()) == 1
    assert get_payments().get(the_payment().payment_id).flags == ()
