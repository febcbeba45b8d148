"""No order without its money: refunded, partly refunded, or deleted before."""

import pytest
from django.core import mail
from oscar.apps.checkout.signals import post_payment
from oscar.core.loading import get_model

from clover_django.payments import get_payments
from clover_oscar.orders.placement import complete
from clover_oscar.orders.refusals import CannotPlaceOrder
from payment_hooks import Money, OutcomeUnknown, PaymentState
from tests.clover_oscar.baskets.test_gone_baskets import refund_elsewhere
from tests.clover_oscar.checkout.test_return_pages import pay_on_the_page, the_payment
from tests.clover_oscar.dashboard.test_order_detail import make_staff
from tests.clover_oscar.dashboard.test_payment_list import post, without_order  # noqa: F401
from tests.clover_oscar.shopper import orders, records


@pytest.fixture
def owner(product):
    return make_staff("owner", is_superuser=True)


@pytest.fixture
def deleted(shopper, product, clover):
    """A paid order that staff deleted; its payment."""
    shopper.reach_payment(product)
    shopper.pay()
    payment = the_payment()
    get_model("order", "Order").objects.all().delete()
    mail.outbox.clear()
    return payment


@pytest.fixture
def once_paid():
    """Makes something happen between a charge and its order, as in a stalled worker."""
    acts = []

    def happen(sender, view, **kwargs):
        acts.pop()(view.payment.payment_id)

    post_payment.connect(happen)
    yield acts.append
    post_payment.disconnect(happen)
    assert acts == []


def stock():
    return get_model("partner", "StockRecord").objects.get().num_allocated


def test_a_second_member_of_staff_places_no_order_of_money_refunded(
    owner,
    without_order,  # noqa: F811 - the fixture
):
    other = make_staff("other", is_superuser=True)
    post(other, without_order, "reverse", confirmed="1", amount="10.00")

    page = post(owner, without_order, "place")

    assert "was refunded" in page
    assert orders() == []
    assert get_payments().get(without_order.payment_id).flags == ()


def test_completing_looks_at_the_ledger_and_not_at_what_it_was_handed(
    without_order,  # noqa: F811 - the fixture
):
    get_payments().refund(without_order.payment_id, intent_id="elsewhere")

    with pytest.raises(CannotPlaceOrder, match="refunded"):
        complete(without_order, by_staff=True)

    assert orders() == []


def test_no_order_is_placed_while_its_money_is_on_its_way_back(
    without_order,  # noqa: F811 - the fixture
    clover,
):
    clover.fail("payment_refund", OutcomeUnknown("no answer"), after=True)
    with pytest.raises(OutcomeUnknown):
        get_payments().refund(without_order.payment_id, intent_id="elsewhere")

    with pytest.raises(CannotPlaceOrder, match="being refunded"):
        complete(without_order, by_staff=True)

    assert orders() == []


def test_a_void_leaves_nothing_to_order(
    shopper, product, clover, clover_settings, owner
):
    clover_settings(AUTO_CAPTURE=False)
    shopper.reach_payment(product)
    shopper.pay()
    payment = the_payment()
    get_payments().void(payment.payment_id)
    get_model("order", "Order").objects.all().delete()

    with pytest.raises(CannotPlaceOrder, match="voided"):
        complete(payment, by_staff=True)


@pytest.mark.parametrize("action", ["place", "reverse"])
def test_what_no_flag_asks_for_is_refused_whoever_posts_it(
    shopper, product, clover, owner, action
):
    shopper.reach_payment(product)
    shopper.pay()

    page = post(owner, the_payment(), action, confirmed="1", amount="10.00")

    assert "alert-danger" in page
    assert "payment_refund" not in clover.calls


def test_a_deleted_order_stays_deleted_when_its_payment_is_notified_again(
    deleted, clover
):
    before = stock()

    refund_elsewhere(clover, 400)

    assert orders() == []
    assert mail.outbox == []
    assert stock() == before
    payment = get_payments().get(deleted.payment_id)
    assert payment.flags == ("order_deleted",)
    said = [row.notified for row in get_payments().operations(deleted.payment_id)]
    assert said == [True, True]


def test_a_deleted_order_whose_money_went_back_asks_no_one(deleted, clover):
    refund_elsewhere(clover, 1000)

    assert orders() == []
    assert get_payments().get(deleted.payment_id).flags == ()


def test_staff_may_place_a_deleted_order_again(deleted, owner):
    get_payments().flag(deleted.payment_id, "order_deleted")

    page = post(owner, deleted, "place")

    (order,) = orders()
    assert f"Order {order.number} is placed" in page
    assert records(order)[0] == ("10.00", "10.00", "0.00")
    assert get_payments().get(deleted.payment_id).flags == ()


def test_staff_may_refund_the_money_of_a_deleted_order(deleted, owner, clover):
    refund_elsewhere(clover, 400)

    asked = post(owner, deleted, "reverse")
    done = post(owner, deleted, "reverse", confirmed="1", amount="6.00")

    assert "$6.00" in asked
    assert "$6.00" in done
    payment = get_payments().get(deleted.payment_id)
    assert (payment.state, payment.flags) == (PaymentState.REFUNDED, ())


def test_a_deleted_order_whose_basket_went_too_stays_deleted(deleted, clover):
    get_model("basket", "Basket").objects.all().delete()

    refund_elsewhere(clover, 400)

    assert orders() == []
    assert get_payments().get(deleted.payment_id).flags == ("order_deleted",)


def test_a_payment_partly_refunded_makes_no_order(
    shopper, product, clover, clover_settings
):
    clover_settings(MODE="hosted")
    shopper.reach_payment(product)
    shopper.place_order()
    stock_records = get_model("partner", "StockRecord").objects
    stock_records.update(num_in_stock=0)
    pay_on_the_page(clover, the_payment())
    stock_records.update(num_in_stock=5)

    refund_elsewhere(clover, 400)
    get_payments().notify(the_payment().payment_id)

    assert orders() == []
    assert get_payments().get(the_payment().payment_id).flags == ("paid_without_order",)


def test_staff_refund_the_rest_of_it_and_no_more(
    owner,
    without_order,  # noqa: F811 - the fixture
    clover,
):
    get_payments().refund(
        without_order.payment_id, Money(400, "USD"), intent_id="by hand"
    )

    page = post(owner, without_order, "reverse", confirmed="1", amount="10.00")

    assert "alert-danger" in page
    post(owner, without_order, "reverse", confirmed="1", amount="6.00")
    assert get_payments().get(without_order.payment_id).flags == ()


def refund(payment_id):
    get_payments().refund(payment_id, intent_id="in the gap")


def refund_in_part(payment_id):
    get_payments().refund(payment_id, Money(400, "USD"), intent_id="in the gap")


def delete_the_order(payment_id):
    """The status page places it, and staff delete it."""
    get_payments().notify(payment_id)
    get_model("order", "Order").objects.all().delete()


@pytest.mark.parametrize(
    ("act", "flags"),
    [
        (refund, ()),
        (refund_in_part, ("paid_without_order",)),
        (delete_the_order, ("order_deleted",)),
    ],
)
def test_the_paying_request_looks_at_the_money_as_well(
    shopper, product, clover, once_paid, act, flags
):
    shopper.reach_payment(product)
    once_paid(act)

    done = shopper.pay()

    assert orders() == []
    assert done.url == f"/clover/status/{the_payment().payment_id}/"
    assert the_payment().flags == flags


def test_a_stalled_request_places_no_order_of_money_that_staff_gave_back(
    shopper, product, clover, once_paid, owner
):
    def reverse(payment_id):
        get_model("partner", "StockRecord").objects.update(num_in_stock=0)
        with pytest.raises(CannotPlaceOrder):
            complete(get_payments().get(payment_id))
        payment = get_payments().get(payment_id)
        post(owner, payment, "reverse", confirmed="1", amount="10.00")

    shopper.reach_payment(product)
    once_paid(reverse)

    shopper.pay()

    assert orders() == []
    assert (the_payment().state, the_payment().flags) == (PaymentState.REFUNDED, ())
