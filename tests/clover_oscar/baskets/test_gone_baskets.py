"""An order keeps its payment when its basket, and the account, are deleted."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone
from django.utils.html import strip_tags
from oscar.core.loading import get_class, get_model

from clover_django.payments import get_payments
from clover_oscar.checkout.purchases import VIA_API
from clover_oscar.models import OrderNumber
from payment_hooks import Money, PaymentDeclined, PaymentState, TransactionKind
from payment_hooks.recovery.reconciliation import Reconciliation
from payment_hooks.recovery.recovery import Recovery
from tests.clover_oscar.checkout.test_return_pages import pay_on_the_page, the_payment
from tests.clover_oscar.dashboard.test_order_detail import (
    act,
    make_staff,
    refunded_type,
    url,
)
from tests.clover_oscar.dashboard.test_payment_list import post
from tests.clover_oscar.shopper import Shopper, baskets, orders, records


@pytest.fixture
def owner(product):
    return make_staff("owner", is_superuser=True)


@pytest.fixture
def order(shopper, product, clover):
    """The order of a customer who deleted the profile, and the basket with it."""
    user = get_user_model().objects.create_user("ada", "ada@example.com")
    shopper.client.force_login(user)
    shopper.reach_payment(product)
    shopper.pay()
    user.delete()
    (order,) = orders()
    assert (order.basket, order.user, baskets()) == (None, None, {})
    return order


@pytest.fixture
def reserved(shopper, product, clover, clover_settings):
    """An order whose money is reserved, and whose basket a job deleted."""
    clover_settings(AUTO_CAPTURE=False)
    shopper.reach_payment(product)
    shopper.pay()
    delete_baskets()
    return orders()[0]


def delete_baskets():
    get_model("basket", "Basket").objects.all().delete()


def flags():
    return get_payments().get(the_payment().payment_id).flags


def refund_elsewhere(clover, minor_units):
    """Give money back at the provider, and let reconciliation find it."""
    charge = get_payments().operations(the_payment().payment_id)[0].transaction_id
    amount = Money(minor_units, "USD")
    clover._add(TransactionKind.REFUND, amount, parent_id=charge)
    now = timezone.now()
    day = timedelta(days=1)
    return Reconciliation(get_payments()).run(now - day, now + day, repair=True)


def test_the_order_page_still_shows_the_payment(order, owner):
    shown = strip_tags(owner.get(url(order)).content.decode())

    assert "Clover payment Paid" in shown


def test_staff_still_refund_the_order(order, owner):
    act(owner, order, "refund", amount="4.00")

    assert records(order)[0] == ("10.00", "10.00", "4.00")
    assert flags() == ()


def test_staff_still_capture_the_order(reserved, owner):
    act(owner, reserved, "capture", amount="6.00")

    assert records(reserved)[0] == ("10.00", "6.00", "0.00")


def test_a_void_is_still_recorded(reserved):
    get_payments().void(the_payment().payment_id)

    assert records(reserved)[1] == ["Authorise 10.00", "Void 10.00"]


def test_oscars_own_event_still_moves_the_money(order, owner, clover):
    handler = get_class("order.processing", "EventHandler")(user=owner.user)

    handler.handle_payment_event(order, refunded_type(), Decimal("3.00"))

    assert clover.calls.count("payment_refund") == 1
    assert records(order)[0][2] == "3.00"


@pytest.mark.parametrize("minor_units", [400, 1000])
def test_a_refund_made_at_the_provider_is_recorded_and_flags_nothing(
    order, clover, minor_units
):
    report = refund_elsewhere(clover, minor_units)

    assert report.is_clean
    assert records(order)[0][2] == f"{minor_units // 100}.00"
    assert flags() == ()


def test_recovery_records_what_was_not_notified(order, clover):
    payment = the_payment()
    get_payments().refund(payment.payment_id, intent_id="late", notify=False)

    assert Recovery(get_payments()).run().is_clean
    assert records(order)[0][2] == "10.00"


def test_the_money_of_a_shipped_order_has_no_button_to_give_it_back(
    order, owner, clover
):
    get_payments().flag(the_payment().payment_id, "paid_without_order")

    page = post(owner, the_payment(), "reverse", confirmed="1")

    assert "refund it there" in page
    assert "payment_refund" not in clover.calls


def test_the_shopper_still_finds_the_order(order):
    back = Shopper().client.get(f"/clover/return/{the_payment().payment_id}/")

    assert back.status_code == 302
    assert order.number in back.url


def test_an_order_from_before_this_was_kept_is_known_by_its_records(order, owner):
    OrderNumber.objects.update(order_id=None)

    act(owner, order, "refund", amount="4.00")

    assert records(order)[0][2] == "4.00"


def test_another_order_of_the_same_number_keeps_its_own_money(order, owner, clover):
    """A number given twice: the basket is gone, and nothing says that it is this one."""
    OrderNumber.objects.update(order_id=None)
    order.sources.all().delete()

    page = act(owner, order, "refund", amount="4.00")

    assert "no Clover payment" in page
    assert "payment_refund" not in clover.calls


def test_an_order_of_another_basket_is_not_this_payments(order, owner, clover):
    other = get_model("basket", "Basket").objects.create()
    get_model("order", "Order").objects.filter(pk=order.pk).update(basket=other)

    page = act(owner, order, "refund", amount="4.00")

    assert "no Clover payment" in page


def test_money_without_order_whose_basket_is_gone_waits_for_a_person(
    shopper, product, clover, clover_settings
):
    clover_settings(MODE="hosted")
    shopper.reach_payment(product)
    shopper.place_order()
    delete_baskets()

    pay_on_the_page(clover, the_payment())

    assert orders() == []
    assert flags() == ("paid_without_order",)


def test_a_refusal_is_reported_although_the_basket_is_gone(shopper, product, clover):
    """What an API froze is thawed by a refusal; there may be nothing left to thaw."""
    shopper.reach_payment(product)
    shopper.pay("decline")
    ledger, payment = get_payments().ledger, the_payment()
    context = {**payment.context, VIA_API: True}
    ledger.replace_payment(replace(payment, context=context))
    (row,) = ledger.operations(payment.payment_id)
    ledger.replace_operation(replace(row, notified=False))
    delete_baskets()

    get_payments().notify(payment.payment_id)

    assert [row.notified for row in ledger.operations(payment.payment_id)] == [True]


def test_the_whole_is_refunded_at_last(order, owner):
    act(owner, order, "refund", amount="10.00")

    assert get_payments().get(the_payment().payment_id).state is PaymentState.REFUNDED


@pytest.mark.parametrize("what", ["basket", "account"])
def test_a_basket_that_goes_while_its_card_is_charged_asks_for_a_person(
    shopper, product, clover, what
):
    user = get_user_model().objects.create_user("ada", "ada@example.com")
    shopper.client.force_login(user)
    shopper.reach_payment(product)
    gone = user.delete if what == "account" else delete_baskets
    clover.during("payment_charge", gone)

    done = shopper.pay()

    assert done.url == f"/clover/status/{the_payment().payment_id}/"
    assert orders() == []
    assert flags() == ("paid_without_order",)


def test_a_basket_that_goes_while_its_card_is_declined_is_no_error(
    shopper, product, clover
):
    shopper.reach_payment(product)
    shopper.enter_card()
    clover.fail("payment_charge", PaymentDeclined("no"))
    clover.during("payment_charge", delete_baskets)

    assert shopper.place_order(clover_token="tok-1").status_code < 400
    assert flags() == ()
