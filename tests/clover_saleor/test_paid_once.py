"""What is left to pay, whatever it was paid with, and whatever it is called by now."""

import threading
from decimal import Decimal

import pytest
from django.db import connections
from saleor.order.models import OrderGrantedRefund
from saleor.payment.models import Payment, TransactionItem

from tests.clover_saleor.shop import (
    CARD,
    RETURN_URL,
    complete,
    create_checkout,
    create_order,
    create_payment,
    initialize,
    mark_as_paid,
    process,
    request,
)

MODES = ("iframe", "api", "hosted")


@pytest.fixture
def unpaid_orders(channel):
    channel.allow_unpaid_orders = True
    channel.save()


def entry(shop, mode):
    """What a storefront sends in that mode."""
    if mode == "hosted":
        return {"returnUrl": RETURN_URL}
    return {"card": CARD} if mode == "api" else {"token": shop.simulator.token()}


def pay(shop, source, mode="iframe", **options):
    """One submit; in hosted mode the page is paid, and its message is here."""
    begun = initialize(source, entry(shop, mode), **options)
    if mode != "hosted" or begun.event.type != "charge_action_required":
        return begun
    shop.simulator.pay_hosted(begun.data["redirectUrl"])
    shop.deliver()
    return process(begun.item)


def lose_the_answer(shop):
    shop.simulator.fail("POST", "/v1/charges", "reset_after", times=2)


@pytest.mark.parametrize("mode", MODES)
def test_what_a_gift_card_pays_no_other_card_pays(shop, channel, mode):
    shop.configure(mode)
    checkout = create_checkout(channel, "24.99", gift_cards_balance="15.00")

    first = pay(shop, checkout, mode, amount="9.99")
    second = pay(shop, checkout, mode, amount="9.99")

    assert (first.event.type, second.event.type) == ("charge_success", "charge_failure")
    assert "paid already" in second.event.message
    assert shop.charges == [999]
    assert complete(checkout).order.total_charged_amount == Decimal("9.99")


def test_without_an_amount_the_gift_card_is_taken_off(shop, channel):
    """Saleor fills in the whole total, which is more than the order comes to."""
    shop.configure()
    checkout = create_checkout(channel, "24.99", gift_cards_balance="15.00")

    done = pay(shop, checkout)
    again = pay(shop, checkout)

    assert (done.event.amount_value, shop.charges) == (Decimal("9.99"), [999])
    assert again.event.type == "charge_failure"


@pytest.mark.parametrize("second", MODES)
def test_beside_a_gift_card_an_unknown_outcome_is_looked_at_and_not_paid_beside(
    shop, channel, second
):
    shop.configure()
    checkout = create_checkout(channel, "24.99", gift_cards_balance="15.00")
    lose_the_answer(shop)
    begun = initialize(checkout, entry(shop, "iframe"), amount="9.99")
    shop.configure(second)

    other = initialize(checkout, entry(shop, second), amount="9.99")
    done = process(begun.item)

    assert begun.data["status"] == other.data["status"] == "checking"
    assert (done.event.type, shop.charges) == ("charge_success", [999])


def test_the_rest_of_a_part_is_not_paid_as_the_whole_in_the_other_flow(shop, channel):
    """Saleor refuses to begin it from 3.22 on."""
    shop.configure()
    checkout = create_checkout(channel)
    first = pay(shop, checkout, amount="10.00")
    pay(shop, checkout, amount="5.00")
    request(first.item, "refund", "10.00")
    create_payment(checkout, shop.simulator.token())

    assert complete(checkout).order is None
    assert shop.charges == [1000, 500]


@pytest.mark.parametrize("balance", ["15.00", "0"])
@pytest.mark.parametrize("mode", MODES)
def test_more_than_is_due_is_refused_with_what_is_due(shop, channel, mode, balance):
    shop.configure(mode)
    checkout = create_checkout(channel, "24.99", gift_cards_balance=balance)

    done = initialize(checkout, entry(shop, mode), amount="500.00")

    assert done.event.type == "charge_failure"
    assert str(Decimal("24.99") - Decimal(balance)) in done.event.message
    assert (shop.charges, shop.simulator.ledger.sessions) == ([], [])


def test_a_gift_card_that_pays_it_all_leaves_nothing_to_pay(shop, channel):
    shop.configure()
    checkout = create_checkout(channel, "24.99", gift_cards_balance="30.00")

    done = pay(shop, checkout)

    assert done.event.type == "charge_failure"
    assert "nothing left to pay" in done.event.message
    assert shop.charges == []


@pytest.mark.parametrize("second", MODES)
@pytest.mark.parametrize("first", ["iframe", "api"])
@pytest.mark.usefixtures("unpaid_orders")
def test_an_order_made_in_the_meantime_is_paid_once(shop, channel, first, second):
    """The checkout's payment was unknown when Saleor made an unpaid order of it."""
    shop.configure(first)
    checkout = create_checkout(channel)
    lose_the_answer(shop)
    begun = initialize(checkout, entry(shop, first))
    order = complete(checkout).order
    shop.configure(second)
    lose_the_answer(shop)

    other = initialize(order, entry(shop, second))
    done = process(begun.item)

    assert begun.data["status"] == other.data["status"] == "checking"
    assert done.event.type == "charge_success"
    assert shop.charges == [2599]
    order.refresh_from_db()
    assert order.total_charged_amount == Decimal("25.99")


@pytest.mark.usefixtures("unpaid_orders")
def test_a_page_of_the_checkout_is_the_page_of_its_order(shop, channel):
    shop.configure("hosted")
    checkout = create_checkout(channel)
    begun = initialize(checkout, entry(shop, "hosted"))
    order = complete(checkout).order

    other = initialize(order)  # the way back is known from the checkout
    shop.simulator.pay_hosted(begun.data["redirectUrl"])
    shop.deliver()

    assert other.data["redirectUrl"] == begun.data["redirectUrl"]
    assert "charge_success" in {process(row.item).event.type for row in (begun, other)}
    order.refresh_from_db()
    assert order.total_charged_amount == Decimal("25.99")
    assert pay(shop, order, "hosted").event.type == "charge_failure"
    assert shop.charges == [2599]


@pytest.mark.parametrize("mode", MODES)
def test_an_order_that_was_marked_as_paid_is_not_charged(shop, channel, mode):
    shop.configure(mode)
    order = create_order(channel)
    mark_as_paid(order)

    done = initialize(order, entry(shop, mode), amount="25.99")

    assert done.event.type == "charge_failure"
    assert "paid already" in done.event.message
    assert (shop.charges, shop.simulator.ledger.sessions) == ([], [])


@pytest.mark.parametrize("mode", MODES)
def test_an_order_of_the_payments_flow_is_not_charged_again(shop, channel, mode):
    shop.configure("iframe")
    payment = shop.pay()
    shop.configure(mode)

    done = initialize(payment.order, entry(shop, mode), amount="25.99")

    assert done.event.type == "charge_failure"
    assert shop.charges == [2599]


def test_a_payment_of_unknown_outcome_of_the_other_flow_is_not_overtaken(shop, channel):
    shop.configure()
    checkout = create_checkout(channel)
    create_payment(checkout, shop.simulator.token())
    lose_the_answer(shop)
    assert complete(checkout).needed

    other = pay(shop, checkout)

    assert other.event.type != "charge_success"
    assert shop.charges == [2599]


@pytest.mark.parametrize("where", ["authorized_value", "charge_pending_value"])
def test_what_another_gateway_holds_is_not_taken_as_well(shop, channel, where):
    shop.configure()
    order = create_order(channel)
    TransactionItem.objects.create(
        order=order, currency="USD", app_identifier="somebody.else", **{where: "20.00"}
    )

    assert pay(shop, order, amount="25.99").event.type == "charge_failure"
    assert pay(shop, order, amount="5.99").event.type == "charge_success"
    assert shop.charges == [599]


def test_what_the_shop_has_granted_back_is_not_due(shop, channel):
    shop.configure()
    order = create_order(channel)
    OrderGrantedRefund.objects.create(order=order, amount_value="5.99")

    assert pay(shop, order, amount="20.01").event.type == "charge_failure"
    assert pay(shop, order, amount="20.00").event.type == "charge_success"


def test_what_another_payment_of_the_checkout_took_is_not_due(shop, channel):
    shop.configure()
    checkout = create_checkout(channel)
    Payment.objects.create(
        gateway="somebody.else",
        checkout=checkout,
        total="25.99",
        captured_amount="25.99",
        currency="USD",
        is_active=False,
    )

    assert pay(shop, checkout, amount="25.99").event.type == "charge_failure"
    assert shop.charges == []


@pytest.mark.parametrize("mode", MODES)
def test_an_order_without_a_checkout_is_paid_once(shop, channel, mode):
    shop.configure(mode)
    order = create_order(channel)

    first, second = pay(shop, order, mode), pay(shop, order, mode)

    assert (first.event.type, second.event.type) == ("charge_success", "charge_failure")
    order.refresh_from_db()
    assert (order.total_charged_amount, shop.charges) == (Decimal("25.99"), [2599])


def test_a_part_and_the_whole_at_once_are_not_more_than_the_whole(shop, channel):
    shop.configure()
    checkout = create_checkout(channel)
    barrier, done = threading.Barrier(2), []

    def submit(amount, token):
        try:
            barrier.wait()
            done.append(initialize(checkout, {"token": token}, amount=amount))
        finally:
            connections.close_all()

    asked = [("10.00", shop.simulator.token()), ("25.99", shop.simulator.token())]
    threads = [threading.Thread(target=submit, args=row) for row in asked]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)

    assert (len(done), sum(shop.charges) <= 2599) == (2, True)
    pay(shop, checkout)  # whatever is left by now
    assert sum(shop.charges) == 2599


def test_what_was_refunded_may_be_paid_again_by_another(shop, channel):
    shop.configure()
    order = create_order(channel)
    first = pay(shop, order)
    request(first.item, "refund", "25.99")

    assert pay(shop, order).event.type == "charge_success"
    assert (shop.charges, shop.refunds) == ([2599, 2599], [2599])


def start_page(shop, checkout, amount):
    return initialize(checkout, entry(shop, "hosted"), amount=amount)


def pay_page(shop, begun):
    shop.simulator.pay_hosted(begun.data["redirectUrl"])
    shop.deliver()
    return process(begun.item)


def test_two_parts_on_two_pages_are_two_payments(shop, channel):
    shop.configure("hosted")
    checkout = create_checkout(channel)
    first, second = (start_page(shop, checkout, part) for part in ("10.00", "15.99"))

    paid = [pay_page(shop, begun) for begun in (second, first)]

    assert [row.event.type for row in paid] == ["charge_success"] * 2
    assert sorted(shop.charges) == [1000, 1599]
    assert complete(checkout).order.total_charged_amount == Decimal("25.99")


def test_beside_two_pages_nothing_more_is_begun(shop, channel):
    shop.configure("hosted")
    checkout = create_checkout(channel)
    for part in ("10.00", "15.99"):
        start_page(shop, checkout, part)

    third = start_page(shop, checkout, "25.99")

    assert third.data["status"] == "checking"


def test_beside_one_page_another_amount_takes_its_place(shop, channel):
    shop.configure("hosted")
    checkout = create_checkout(channel)
    start_page(shop, checkout, "10.00")

    second = start_page(shop, checkout, "25.99")

    assert pay_page(shop, second).event.type == "charge_success"
    assert shop.charges == [2599]
