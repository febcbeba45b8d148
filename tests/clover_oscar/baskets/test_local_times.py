"""A shop without `USE_TZ`: Oscar's times are naive and local; some come twice."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import QuerySet
from django.test import Client
from oscar.core.loading import get_model

from clover_django import models
from clover_django.payments import get_payments
from clover_graphql.request.ids import encode
from clover_oscar.baskets.snapshot import Snapshot, birth_of
from payment_hooks import PaymentState
from tests.clover_oscar.checkout.test_purchases import Front
from tests.clover_oscar.dashboard.test_order_detail import make_staff
from tests.clover_oscar.shopper import Shopper, baskets, orders, records


@pytest.fixture(autouse=True)
def local(settings):
    settings.USE_TZ, settings.TIME_ZONE = False, "America/New_York"


def the_payment():
    number = get_model("clover_oscar", "OrderNumber").objects.get().number
    (payment,) = get_payments().ledger.find_payments(reference=number)
    return payment


@pytest.mark.parametrize("mode", ["iframe", "hosted"])
def test_an_order_is_paid_and_refunded(mode, shopper, product, clover, clover_settings):
    clover_settings(MODE=mode)
    shopper.reach_payment(product)
    if mode == "hosted":
        shopper.place_order()
        paid = clover.pay_session(the_payment().amount_due)
        get_payments().resolve(
            the_payment().payment_id, transaction_id=paid.transaction_id
        )
        back = shopper.client.get(f"/clover/return/{the_payment().payment_id}/")
    else:
        back = shopper.pay()
    (order,) = orders()
    owner = make_staff("owner", is_superuser=True)
    address = f"/dashboard/orders/{order.number}/"
    form = {
        "order_action": "clover_refund",
        "amount": "4.00",
        "clover_intent_id": "one",
        "confirmed": "1",
    }

    refund = owner.post(address, form)

    assert back.url == "/checkout/thank-you/"
    assert refund.status_code == 302
    assert records(order)[1] == ["Debit 10.00", "Refund 4.00"]
    assert the_payment().state is PaymentState.PARTLY_REFUNDED


def test_the_dashboard_shows_local_times(shopper, product, clover):
    shopper.reach_payment(product)
    shopper.pay()
    moment = datetime(2026, 7, 1, 16, 30, tzinfo=UTC)
    models.Payment.objects.update(created_at=moment)
    # The history cannot be rewritten by its own objects.
    QuerySet.update(models.PaymentEvent.objects.all(), at=moment)
    owner = make_staff("owner", is_superuser=True)
    (order,) = orders()

    listed = owner.get("/dashboard/orders/clover-payments/?view=all").content.decode()
    shown = owner.get(f"/dashboard/orders/{order.number}/").content.decode()

    assert "July 1, 2026, 12:30 p.m." in listed
    assert "July 1, 2026, 12:30 p.m." in shown


def test_a_storefront_pays(product, clover):
    browser = Client(SERVER_NAME="localhost")
    Shopper(browser).reach_payment(product)
    (basket,) = baskets()
    front = Front(browser)

    paid = front.pay(encode("Checkout", str(basket)))

    assert paid["transactionEvent"]["type"] == "CHARGE_SUCCESS"


def test_staff_give_money_back_one_at_a_time(shopper, product, clover, clover_settings):
    clover_settings(MODE="hosted")
    shopper.reach_payment(product)
    shopper.place_order()
    get_model("partner", "StockRecord").objects.update(num_in_stock=0)
    paid = clover.pay_session(the_payment().amount_due)
    get_payments().resolve(the_payment().payment_id, transaction_id=paid.transaction_id)
    owner = make_staff("owner", is_superuser=True)

    page = owner.post(
        "/dashboard/orders/clover-payments/",
        {
            "payment_id": the_payment().payment_id,
            "action": "reverse",
            "confirmed": "1",
            "amount": "10.00",
        },
        follow=True,
    )

    assert "was reversed" in page.content.decode()
    assert the_payment().state is PaymentState.REFUNDED


def test_a_basket_of_the_hour_that_clocks_repeat_is_known_again(product):
    basket = get_model("basket", "Basket")(
        date_created=datetime(2026, 11, 1, 1, 30, 0, 5, fold=1)
    )
    loaded = get_model("basket", "Basket")(
        date_created=basket.date_created.replace(fold=0)
    )
    snapshot = snapshot_of(basket)

    assert snapshot.is_of(7, birth_of(loaded))


@pytest.mark.parametrize("use_tz", [True, False])
def test_a_basket_is_known_after_the_settings_changed(product, settings, use_tz):
    born = datetime(2026, 7, 1, 12, 30, 0, 5)
    basket = get_model("basket", "Basket")(date_created=born)
    snapshot = snapshot_of(basket)

    settings.USE_TZ = use_tz
    basket.date_created = born.replace(tzinfo=UTC) if use_tz else born
    settings.TIME_ZONE = "Asia/Kathmandu"

    assert snapshot.is_of(7, birth_of(basket))


@pytest.mark.parametrize(
    "later", [timedelta(microseconds=1), timedelta(minutes=5), timedelta(days=4)]
)
def test_another_basket_with_its_id_is_another(product, later):
    born = datetime(2026, 7, 1, 12, 30, 0, 5)
    basket = get_model("basket", "Basket")(date_created=born)
    snapshot = snapshot_of(basket)
    basket.date_created = born + later

    assert not snapshot.is_of(7, birth_of(basket))


def snapshot_of(basket):
    return Snapshot(
        order_number="1",
        basket_id=7,
        basket_born=birth_of(basket),
        shipping_charge={},
        total={},
        currency="USD",
    )
