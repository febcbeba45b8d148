import re
from datetime import timedelta

import pytest
from django.utils import timezone
from django.utils.formats import reset_format_cache
from oscar.core.loading import get_model

from clover_django.payments import get_payments
from clover_oscar.orders.flags import BEING_REVERSED
from clover_oscar.orders.placement import without_order as without_any_order
from payment_hooks import Money, OutcomeUnknown, PaymentState, ProviderUnavailable
from tests.clover_oscar.dashboard.test_order_detail import SEES_ORDERS, make_staff
from tests.clover_oscar.shopper import orders

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
    return get_payments().resolve(
        payment.payment_id, transaction_id=paid.transaction_id
    )


def post(staff, payment, action, **fields):
    values = {"payment_id": payment.payment_id, "action": action, **fields}
    return staff.post(URL, values, follow=True).content.decode()


def test_a_payment_without_order_asks_for_a_person(owner, without_order):
    page = owner.get(URL).content.decode()

    assert without_order.reference in page
    assert "Paid, and without an order" in page


def test_staff_may_place_the_order_although_it_is_sold_out(owner, without_order):
    page = post(owner, without_order, "place")

    (order,) = orders()
    assert f"Order {order.number} is placed" in page
    assert get_payments().get(without_order.payment_id).flags == ()
    assert "Nothing needs attention" in owner.get(URL).content.decode()


def test_placing_needs_a_permission(without_order):
    reader = make_staff("reader", *SEES_ORDERS)

    page = post(reader, without_order, "place")

    assert "You are not allowed to do this." in page
    assert orders() == []


def test_money_whose_order_cannot_be_placed_is_refunded_once(
    owner, without_order, clover
):
    asked = post(owner, without_order, "reverse")
    done, again = [
        post(owner, without_order, "reverse", confirmed="1", amount="10.00")
        for _ in range(2)
    ]

    assert "cannot be undone" in asked
    assert "<strong>$10.00</strong>" in asked
    assert "$10.00" in done
    assert "was refunded" in again
    assert clover.calls.count("payment_refund") == 1
    payment = get_payments().get(without_order.payment_id)
    assert (payment.state, payment.flags) == (PaymentState.REFUNDED, ())
    assert orders() == []


@pytest.mark.parametrize("language", ["fr-ca", "de"])
@pytest.mark.parametrize("grouped", [True, False])
def test_what_was_confirmed_in_another_language_is_refunded(
    owner, without_order, settings, language, grouped
):
    settings.LANGUAGE_CODE, settings.USE_THOUSAND_SEPARATOR = language, grouped
    reset_format_cache()

    asked = post(owner, without_order, "reverse")
    hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', asked))
    post(owner, without_order, "reverse", confirmed="1", amount=hidden["amount"])

    state = get_payments().get(without_order.payment_id).state
    assert state is PaymentState.REFUNDED


def test_refunding_needs_a_permission(without_order, clover):
    reader = make_staff("reader", *SEES_ORDERS)

    page = post(reader, without_order, "reverse", confirmed="1")

    assert "You are not allowed to do this." in page
    assert "payment_refund" not in clover.calls


@pytest.mark.parametrize("amount", ["", "9.99", "1000"])
def test_what_was_not_confirmed_is_not_refunded(owner, without_order, clover, amount):
    page = post(owner, without_order, "reverse", confirmed="1", amount=amount)

    assert "not what was confirmed" in page
    assert "payment_refund" not in clover.calls


def test_money_of_an_order_is_refunded_on_the_orders_page(
    owner, shopper, product, clover
):
    shopper.reach_payment(product)
    shopper.pay()
    (payment,) = get_payments().ledger.find_payments(reference=orders()[0].number)

    page = post(owner, payment, "reverse", confirmed="1")

    assert "refund it there" in page
    assert "payment_refund" not in clover.calls


def test_an_unknown_outcome_is_resolved_by_asking(owner, shopper, product, clover):
    clover.fail("payment_charge", OutcomeUnknown("no answer"), after=True)
    clover.fail("payment_retry", ProviderUnavailable("down"))
    shopper.reach_payment(product)
    shopper.pay()
    number = get_model("clover_oscar", "OrderNumber").objects.get().number
    (payment,) = get_payments().ledger.find_payments(reference=number)
    assert number in owner.get(URL).content.decode()

    post(owner, payment, "ask")

    assert len(orders()) == 1


def test_a_finished_payment_needs_no_one(owner, shopper, product, clover):
    shopper.reach_payment(product)
    shopper.pay()

    assert "Nothing needs attention" in owner.get(URL).content.decode()
    assert orders()[0].number in owner.get(f"{URL}?view=all").content.decode()


def test_the_menu_leads_to_the_page(owner):
    assert URL in owner.get("/dashboard/orders/").content.decode()


def test_only_staff_see_the_page(shopper, clover):
    assert shopper.client.get(URL).status_code == 302


def offered(staff):
    """What the page offers for its payments."""
    return re.findall(
        r'name="action" value="(place|reverse)"', staff.get(URL).content.decode()
    )


@pytest.fixture
def marked(without_order):
    """Another member of staff is reversing it."""
    get_payments().flag(without_order.payment_id, BEING_REVERSED)
    return without_order


def test_no_one_else_decides_while_the_money_is_refunded(owner, marked, clover):
    for action in ("place", "reverse"):
        page = post(owner, marked, action, confirmed="1", amount="10.00")
        assert "being refunded at this moment" in page

    assert offered(owner) == []
    assert orders() == []
    assert "payment_refund" not in clover.calls
    assert BEING_REVERSED in get_payments().get(marked.payment_id).flags


def test_a_reversal_that_fails_leaves_the_mark_of_another(owner, without_order, clover):
    """The first is about to send its refund while two others try the page."""
    pages = []

    def meanwhile():
        reverse = {"confirmed": "1", "amount": "10.00"}
        pages.append(post(owner, without_order, "reverse", **reverse))
        pages.append(post(owner, without_order, "place"))

    with without_any_order(without_order):
        clover.fail("payment_refund", ProviderUnavailable("down"))
        meanwhile()
        clover.mend()
        get_payments().refund(without_order.payment_id, intent_id="the first one")

    assert ["being refunded" in page for page in pages] == [True, True]
    assert orders() == []
    assert get_payments().get(without_order.payment_id).flags == ()


@pytest.mark.parametrize("action", ["place", "reverse"])
def test_a_mark_that_a_killed_worker_left_keeps_no_one_waiting_for_long(
    owner, without_order, monkeypatch, action
):
    long_ago = timezone.now() - timedelta(minutes=11)
    with monkeypatch.context() as then:
        then.setattr(timezone, "now", lambda: long_ago)
        get_payments().flag(without_order.payment_id, BEING_REVERSED)

    assert offered(owner) == ["place", "reverse"]
    post(owner, without_order, action, confirmed="1", amount="10.00")

    assert get_payments().get(without_order.payment_id).flags == ()


def test_asking_removes_a_mark_that_was_left(owner, without_order, monkeypatch):
    long_ago = timezone.now() - timedelta(minutes=11)
    with monkeypatch.context() as then:
        then.setattr(timezone, "now", lambda: long_ago)
        get_payments().flag(without_order.payment_id, BEING_REVERSED)

    post(owner, without_order, "ask")

    flags = get_payments().get(without_order.payment_id).flags
    assert flags == ("paid_without_order",)


def test_what_would_be_refused_is_not_offered(owner, without_order):
    assert offered(owner) == ["place", "reverse"]

    get_model("basket", "Basket").objects.all().delete()
    assert offered(owner) == ["reverse"]

    get_payments().refund(without_order.payment_id, intent_id="elsewhere")
    get_payments().flag(without_order.payment_id, "paid_without_order")
    assert offered(owner) == []


def test_of_a_part_no_order_is_offered(owner, without_order):
    some = Money(400, "USD")
    get_payments().refund(without_order.payment_id, some, intent_id="elsewhere")

    assert offered(owner) == ["reverse"]
