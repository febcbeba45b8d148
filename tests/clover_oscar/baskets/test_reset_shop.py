"""A shop that was reset while its ledger was kept: yesterday's payments are yesterday's."""

from dataclasses import dataclass

import pytest
from django.db import connection
from django.db.models import Min
from django.test import Client
from oscar.core.loading import get_model

from clover_django.payments import get_payments
from clover_django.testing import let_time_pass
from clover_graphql.request.ids import encode
from clover_oscar.models import OrderNumber
from clover_oscar.orders.flags import NOT_PLACED
from clover_oscar.orders.placement import complete
from clover_oscar.orders.refusals import CannotPlaceOrder
from payment_hooks import OutcomeUnknown, Payment, PaymentState
from payment_hooks.recovery.recovery import Recovery
from tests.clover_oscar.checkout.test_purchases import Front
from tests.clover_oscar.checkout.test_return_pages import pay_on_the_page, the_payment
from tests.clover_oscar.dashboard.test_order_detail import make_staff
from tests.clover_oscar.dashboard.test_payment_list import URL
from tests.clover_oscar.shopper import Shopper, baskets, orders

THANK_YOU = "/checkout/thank-you/"


@dataclass
class Yesterday:
    """What was bought before the shop was reset."""

    basket_id: int
    payment: Payment

    @property
    def is_untouched(self):
        now = get_payments().get(self.payment.payment_id)
        return (now.state, now.context) == (self.payment.state, self.payment.context)


def reset_shop(*, numbers=True):
    """Empty the shop's tables, and let its ids begin again; the ledger stays."""
    emptied = [get_model("order", "Order"), get_model("basket", "Basket")]
    emptied.append(get_model("basket", "Line"))
    firsts = {
        model._meta.db_table: model.objects.aggregate(first=Min("pk"))["first"]
        for model in emptied
    }
    for model in emptied:
        model.objects.all().delete()
    if numbers:
        OrderNumber.objects.all().delete()
    with connection.cursor() as cursor:
        for table, first in firsts.items():
            cursor.execute(
                "UPDATE sqlite_sequence SET seq = %s WHERE name = %s",
                [(first or 1) - 1, table],
            )


def buy(product, token):
    shopper = Shopper()
    shopper.reach_payment(product)
    return shopper.pay(token)


@pytest.fixture(params=[True, False], ids=["all tables", "all but the numbers"])
def yesterday(request, product, clover):
    buy(product, "tok-1")
    payment, basket_id = the_payment(), orders()[0].basket_id
    reset_shop(numbers=request.param)
    return Yesterday(basket_id, payment)


def test_a_new_basket_with_an_old_id_is_bought(yesterday, product, clover):
    done = buy(product, "tok-2")

    (order,) = orders()
    assert done.url == THANK_YOU
    assert order.basket_id == yesterday.basket_id
    assert order.number == f"{yesterday.payment.reference}-2"
    assert [str(row.amount) for row in clover.ledger.values()] == ["10.00 USD"] * 2
    assert yesterday.is_untouched


def test_the_api_buys_it_too(yesterday, product, clover):
    browser = Client(SERVER_NAME="localhost")
    Shopper(browser).reach_payment(product)
    checkout = encode("Checkout", str(yesterday.basket_id))

    paid = Front(browser).pay(checkout, "tok-2")

    assert paid["transactionEvent"]["type"] == "CHARGE_SUCCESS"
    assert len(orders()) == 1
    assert clover.calls.count("payment_charge") == 2


def test_what_is_notified_of_yesterday_touches_no_basket_and_no_order(
    yesterday, product, clover
):
    shopper = Shopper()
    shopper.reach_payment(product)
    with pytest.raises(CannotPlaceOrder, match="another basket"):
        complete(yesterday.payment)
    assert (baskets(), orders()) == ({yesterday.basket_id: "Open"}, [])

    shopper.pay("tok-2")
    get_payments().refund(yesterday.payment.payment_id, intent_id="form-1")
    get_payments().notify(yesterday.payment.payment_id)

    (order,) = orders()
    kinds = [event.event_type.name for event in order.payment_events.all()]
    assert kinds == ["Paid"]
    assert order.sources.get().amount_refunded == 0


def test_a_page_of_yesterday_shows_no_order_of_today(yesterday, product, clover):
    buy(product, "tok-2")

    page = Shopper().client.get(f"/clover/return/{yesterday.payment.payment_id}/")

    assert orders()[0].number not in getattr(page, "url", "")
    assert "We have your payment" in page.content.decode()


@pytest.mark.parametrize("mode", ["iframe", "hosted"])
def test_yesterday_s_unknown_outcome_is_resolved_without_today_s_basket(
    product, clover, clover_settings, mode
):
    clover_settings(MODE=mode)
    shopper = Shopper()
    shopper.reach_payment(product)
    for hook in ("payment_charge", "payment_retry"):
        clover.fail(hook, OutcomeUnknown("lost"), after=True)
    shopper.pay() if mode == "iframe" else shopper.place_order()
    clover.mend()
    payment, ((basket_id, _),) = the_payment(), baskets().items()
    reset_shop()
    Shopper().reach_payment(product)

    if mode == "hosted":
        pay_on_the_page(clover, payment)
    else:
        let_time_pass(minutes=10)
        Recovery(get_payments()).run()

    assert get_payments().get(payment.payment_id).state is PaymentState.PAID
    assert get_payments().get(payment.payment_id).flags == ("paid_without_order",)
    assert (baskets(), orders()) == ({basket_id: "Open"}, [])


def test_a_restored_basket_that_was_paid_is_not_paid_again(product, clover):
    """The backup was made before the order, and knows neither it nor its number."""
    shopper = Shopper()
    shopper.reach_payment(product)
    shopper.pay()
    payment = the_payment()
    get_model("order", "Order").objects.all().delete()
    OrderNumber.objects.all().delete()
    get_model("basket", "Basket").objects.update(status="Open", date_submitted=None)

    again = Shopper()
    again.client.cookies = shopper.client.cookies
    again.reach_payment(product)
    again.pay("tok-2")

    (found,) = get_payments().ledger.find_payments(reference=payment.reference)
    assert clover.calls.count("payment_charge") == 1
    assert (found.payment_id, found.flags) == (payment.payment_id, (NOT_PLACED,))

    staff = make_staff("owner", is_superuser=True)
    staff.post(URL, {"payment_id": payment.payment_id, "action": "place"})
    assert [order.number for order in orders()] == [payment.reference]
