import pytest
from oscar.core.loading import get_model

from clover_django.road import get_payments
from payment_hooks import OutcomeUnknown, PaymentState, ProviderUnavailable
from tests.clover_oscar.shopper import orders
from tests.clover_oscar.test_dashboard import make_staff

URL = "/dashboard/orders/clover-payments/"


@pytest.fixture
def owner(product):
    return make_staff("owner", is_superuser=True)


@pytest.fixture
def without_order(shopper, product, clover, clover_settings):
    """A payment whose goods were sold out before its webhook came."""
    clover_settings(MODE="hosted")
    shopper.reach_payment(product)
    shopper.place_order()
    number = get_model("clover_oscar", "OrderNumber").objects.get().number
    (payment,) = get_payments().ledger.find_payments(reference=number)
    get_model("partner", "StockRecord").objects.update(num_in_stock=0)
    paid = clover.pay_session(payment.amount_due)
    return get_payments().settle(payment.payment_id, transaction_id=paid.transaction_id)


def post(staff, payment, action, **fields):
    values = {"payment_id": payment.payment_id, "action": action, **fields}
    return staff.post(URL, values, follow=True).content.decode()


def test_a_payment_without_order_asks_for_a_person(owner, without_order):
    page = owner.get(URL).content.decode()

    assert without_order.reference in page
    assert "paid_without_order" in page


def test_staff_may_place_the_order_although_it_is_sold_out(owner, without_order):
    page = post(owner, without_order, "place")

    (order,) = orders()
    assert f"Order {order.number} is placed" in page
    assert get_payments().get(without_order.payment_id).flags == ()
    assert "Nothing here" in owner.get(URL).content.decode()


def test_placing_needs_a_permission(without_order):
    reader = make_staff("reader", "order.view_order")

    page = post(reader, without_order, "place")

    assert "You are not allowed to do this." in page
    assert orders() == []


def test_money_whose_order_cannot_be_placed_is_given_back_once(
    owner, without_order, clover
):
    asked = post(owner, without_order, "give_back")
    done, again = [
        post(owner, without_order, "give_back", confirmed="1", amount="10.00")
        for _ in range(2)
    ]

    assert "cannot be taken back" in asked
    assert "<strong>10.00 USD</strong>" in asked
    assert "10.00 USD" in done
    assert "was given back" in again
    assert clover.calls.count("payment_refund") == 1
    payment = get_payments().get(without_order.payment_id)
    assert (payment.state, payment.flags) == (PaymentState.REFUNDED, ())
    assert orders() == []


def test_giving_back_needs_a_permission(without_order, clover):
    reader = make_staff("reader", "order.view_order")

    page = post(reader, without_order, "give_back", confirmed="1")

    assert "You are not allowed to do this." in page
    assert "payment_refund" not in clover.calls


@pytest.mark.parametrize("amount", ["", "9.99", "1000"])
def test_what_was_not_confirmed_is_not_given_back(owner, without_order, clover, amount):
    page = post(owner, without_order, "give_back", confirmed="1", amount=amount)

    assert "not what was confirmed" in page
    assert "payment_refund" not in clover.calls


def test_money_of_an_order_is_given_back_on_the_orders_page(
    owner, shopper, product, clover
):
    shopper.reach_payment(product)
    shopper.pay()
    (payment,) = get_payments().ledger.find_payments(reference=orders()[0].number)

    page = post(owner, payment, "give_back", confirmed="1")

    assert "refund it there" in page
    assert "payment_refund" not in clover.calls


def test_a_doubt_is_settled_by_asking(owner, shopper, product, clover):
    clover.fail("payment_charge", OutcomeUnknown("no answer"), after=True)
    clover.fail("payment_retry", ProviderUnavailable("down"))
    shopper.reach_payment(product)
    shopper.pay()
    number = get_model("clover_oscar", "OrderNumber").objects.get().number
    (payment,) = get_payments().ledger.find_payments(reference=number)
    assert number in owner.get(URL).content.decode()

    post(owner, payment, "ask")

    assert len(orders()) == 1


def test_a_finished_payment_needs_nobody(owner, shopper, product, clover):
    shopper.reach_payment(product)
    shopper.pay()

    assert "Nothing here" in owner.get(URL).content.decode()
    assert orders()[0].number in owner.get(f"{URL}?view=all").content.decode()


def test_the_menu_leads_to_the_page(owner):
    assert URL in owner.get("/dashboard/orders/").content.decode()


def test_only_staff_see_the_page(shopper, clover):
    assert shopper.client.get(URL).status_code == 302
