"""A shop that reads from a replica, which knows nothing of what was just written."""

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import connections, router
from django.test import Client
from oscar.core.loading import get_model

from clover_django.database.freshness import fresh_reads
from clover_django.payments import get_payments
from clover_django.testing import let_time_pass
from clover_graphql.request.ids import encode
from payment_hooks import OutcomeUnknown, PaymentState
from tests.clover_django.paying import keep_message
from tests.clover_oscar import replica
from tests.clover_oscar.checkout.test_purchases import Front
from tests.clover_oscar.dashboard.test_order_detail import make_staff
from tests.clover_oscar.shopper import Shopper, make_product, orders, records

MODULE = "tests.clover_oscar.replica"


@pytest.fixture(autouse=True)
def lagging(settings, tmp_path, transactional_db):
    connections.databases[replica.ALIAS] = {
        **connections["default"].settings_dict,
        "NAME": str(tmp_path / "replica.sqlite3"),
        "ATOMIC_REQUESTS": False,
    }
    settings.DATABASE_ROUTERS = [f"{MODULE}.ReplicaRouter"]
    settings.MIDDLEWARE = [f"{MODULE}.RefreshMiddleware", *settings.MIDDLEWARE]
    replica.refresh()
    yield
    connections[replica.ALIAS].close()
    del connections[replica.ALIAS]
    del connections.databases[replica.ALIAS]


@pytest.fixture
def product(lagging):
    product = make_product()
    replica.refresh()
    return product


def order():
    replica.refresh()
    (found,) = orders()
    return found


def the_payment():
    (row,) = get_model("clover_oscar", "OrderNumber").objects.using("default")
    (payment,) = get_payments().ledger.find_payments(reference=row.number)
    return payment


def events(order):
    """Each payment event, and how many units of lines it is about."""
    replica.refresh()
    return [
        (row.event_type.name, sum(line.quantity for line in row.line_quantities.all()))
        for row in order.payment_events.order_by("pk")
    ]


def test_an_event_has_the_lines_of_the_order_that_was_just_placed(
    shopper, product, clover
):
    shopper.reach_payment(product, quantity=2)

    done = shopper.pay()

    assert done.url == "/checkout/thank-you/"
    assert events(order()) == [("Paid", 2)]
    assert records(order()) == (("20.00", "20.00", "0.00"), ["Debit 20.00"])
    (message,) = mail.outbox
    assert order().lines.get().title in message.body


def test_a_message_places_the_whole_order(shopper, product, clover, clover_settings):
    clover_settings(MODE="hosted")
    shopper.reach_payment(product, quantity=2)
    shopper.place_order()
    replica.refresh()

    paid = clover.pay_session(the_payment().amount_due)
    get_payments().resolve(the_payment().payment_id, transaction_id=paid.transaction_id)

    assert events(order()) == [("Paid", 2)]
    assert order().lines.get().title in mail.outbox[0].body
    assert the_payment().flags == ()


def test_a_shopper_comes_back_and_the_order_is_placed(
    shopper, product, clover, clover_settings
):
    clover_settings(MODE="hosted")
    shopper.reach_payment(product)
    shopper.place_order()
    (page,) = get_payments().operations(the_payment().payment_id)
    let_time_pass(minutes=2)
    keep_message(page.page, clover.pay_session(the_payment().amount_due))

    back = shopper.client.get(f"/clover/return/{the_payment().payment_id}/")

    assert back.url == "/checkout/thank-you/"
    assert events(order()) == [("Paid", 1)]


def test_what_is_added_while_the_shopper_pays_is_found_again(
    shopper, product, clover, clover_settings
):
    clover_settings(MODE="hosted")
    shopper.reach_payment(product)
    shopper.place_order()
    replica.refresh()
    get_model("basket", "Line").objects.using("default").update(quantity=3)

    paid = clover.pay_session(the_payment().amount_due)
    get_payments().resolve(the_payment().payment_id, transaction_id=paid.transaction_id)

    assert order().lines.get().quantity == 1
    assert "not ordered: 2 x" in order().notes.get().message


def test_a_refund_is_recorded_with_its_event(shopper, product, clover):
    shopper.reach_payment(product)
    shopper.pay()
    owner = make_staff("owner", is_superuser=True)
    form = {
        "order_action": "clover_refund",
        "amount": "4.00",
        "clover_intent_id": "one",
        "confirmed": "1",
    }

    owner.post(f"/dashboard/orders/{order().number}/", form)

    assert events(order()) == [("Paid", 1), ("Refunded", 0)]
    assert records(order())[0] == ("10.00", "10.00", "4.00")


def test_staff_refund_the_money_of_an_order_that_could_not_be_placed(
    shopper, product, clover, clover_settings
):
    clover_settings(MODE="hosted")
    shopper.reach_payment(product)
    shopper.place_order()
    get_model("partner", "StockRecord").objects.using("default").update(num_in_stock=0)
    paid = clover.pay_session(the_payment().amount_due)
    get_payments().resolve(the_payment().payment_id, transaction_id=paid.transaction_id)
    owner = make_staff("owner", is_superuser=True)

    owner.post(
        "/dashboard/orders/clover-payments/",
        {
            "payment_id": the_payment().payment_id,
            "action": "reverse",
            "confirmed": "1",
            "amount": "10.00",
        },
    )

    assert the_payment().state is PaymentState.REFUNDED


def test_recovery_places_the_order(shopper, product, clover):
    shopper.reach_payment(product)
    clover.fail("payment_charge", OutcomeUnknown("lost"), after=True)
    clover.fail("payment_retry", OutcomeUnknown("lost"))
    shopper.pay()
    clover.mend()
    let_time_pass(minutes=2)

    call_command("clover_recover")

    assert events(order()) == [("Paid", 1)]


def test_a_storefront_pays_and_completes(product, clover):
    browser = Client(SERVER_NAME="localhost")
    Shopper(browser).reach_payment(product)
    replica.refresh()
    front = Front(browser)
    checkout = encode("Checkout", str(get_model("basket", "Basket").objects.get().pk))

    front.pay(checkout)

    assert events(order()) == [("Paid", 1)]


def test_only_what_moves_money_reads_from_the_primary(product):
    model = get_model("order", "Order")

    with fresh_reads():
        inside = router.db_for_read(model)

    assert (inside, router.db_for_read(model)) == ("default", replica.ALIAS)
