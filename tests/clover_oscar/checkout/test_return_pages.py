import re
from datetime import timedelta

import pytest
from django.core import mail
from django.utils import timezone
from oscar.core.loading import get_model
from oscar.test import factories

from clover_django import models
from clover_django.payments import get_payments
from clover_django.web.reloads import MOST_LOOKS
from payment_hooks import PaymentState, ProviderUnavailable
from tests.clover_oscar.dashboard.test_order_detail import make_staff
from tests.clover_oscar.shopper import Shopper, baskets, orders, records

THANK_YOU = "/checkout/thank-you/"
URL = "/dashboard/orders/clover-payments/"
REFRESH = '<meta http-equiv="refresh"'


@pytest.fixture
def hosted(clover_settings):
    clover_settings(MODE="hosted")


@pytest.fixture
def away(hosted, shopper, product, clover):
    """A shopper who was sent to the provider's page; their payment."""
    shopper.reach_payment(product)
    shopper.place_order()
    return the_payment()


def the_payment():
    numbers = get_model("clover_oscar", "OrderNumber").objects.order_by("pk")
    found = get_payments().ledger.find_payments(reference=numbers.last().number)
    return found[-1]


def pay_on_the_page(clover, payment):
    """The shopper pays, and the webhook says so."""
    paid = clover.pay_session(payment.amount_due)
    get_payments().resolve(payment.payment_id, transaction_id=paid.transaction_id)


def come_back(shopper, payment):
    return shopper.client.get(f"/clover/return/{payment.payment_id}/")


def turn_back(shopper, payment):
    """Press the button of the page that Clover's "Cancel" leads to, and look again."""
    answer = shopper.client.post(f"/clover/cancel/{payment.payment_id}/")
    shopper.look()
    return answer


def test_there_is_no_payment_page(hosted, shopper, product, clover):
    page = shopper.reach_payment(product)

    assert page.request["PATH_INFO"] == "/checkout/preview/"
    assert "Clover's secure page" in page.content.decode()


def test_placing_the_order_leads_to_the_providers_page(
    hosted, shopper, product, clover
):
    shopper.reach_payment(product)

    sent = shopper.place_order()

    assert sent.url.startswith("https://fake.test/pay/")
    assert list(baskets().values()) == ["Frozen"]
    assert orders() == []


def test_the_webhook_places_the_order_and_the_return_shows_it(away, shopper, clover):
    pay_on_the_page(clover, away)

    back = come_back(shopper, away)

    assert back.url == THANK_YOU
    assert shopper.client.get(back.url).status_code == 200
    (order,) = orders()
    assert records(order) == (("10.00", "10.00", "0.00"), ["Debit 10.00"])
    assert order.guest_email == "guest@example.com"
    assert order.shipping_address.line1 == "1 Main Street"
    assert order.basket.status == "Submitted"
    assert [message.to for message in mail.outbox] == [["guest@example.com"]]


def test_coming_back_before_the_webhook_waits(away, shopper, clover):
    early = come_back(shopper, away)

    assert orders() == []
    assert early.status_code == 200
    pay_on_the_page(clover, away)
    assert come_back(shopper, away).url == THANK_YOU
    assert len(orders()) == 1


def test_who_pays_a_page_that_was_left_reads_that_it_arrived(away, shopper, clover):
    turn_back(shopper, away)
    pay_on_the_page(clover, away)

    page = shopper.client.get(come_back(shopper, away).url, follow=True)

    assert (
        f"$10.00 has arrived: it is your order {away.reference}"
        in page.content.decode()
    )


def test_coming_back_twice_shows_the_same_order(away, shopper, clover):
    pay_on_the_page(clover, away)

    first, second = come_back(shopper, away), come_back(shopper, away)

    assert first.url == second.url == THANK_YOU
    assert len(orders()) == 1


def test_the_same_webhook_twice_is_one_order_and_one_mail(away, clover):
    paid = clover.pay_session(away.amount_due)
    for _ in range(2):
        get_payments().resolve(away.payment_id, transaction_id=paid.transaction_id)

    assert len(orders()) == 1
    assert len(mail.outbox) == 1


def test_another_browser_sees_the_order_at_its_own_address(away, clover):
    pay_on_the_page(clover, away)
    other = Shopper()

    back = come_back(other, away)

    (order,) = orders()
    assert order.verification_hash() in back.url
    assert "checkout_order_id" not in other.client.session


def test_a_cancelled_basket_is_copied_and_stays_frozen(away, shopper, product, clover):
    turn_back(shopper, away)

    statuses = list(baskets().values())
    open_basket = get_model("basket", "Basket").objects.get(status="Open")
    assert sorted(statuses) == ["Frozen", "Open"]
    assert [line.product for line in open_basket.lines.all()] == [product]


@pytest.mark.parametrize("method", ["get", "head"])
def test_opening_the_cancel_page_copies_nothing(away, shopper, method):
    page = getattr(shopper.client, method)(f"/clover/cancel/{away.payment_id}/")

    assert page.status_code == 200
    assert list(baskets().values()) == ["Frozen"]
    assert get_payments().get(away.payment_id).state is PaymentState.OPEN


def test_a_browser_that_fetches_ahead_leaves_the_session_as_it_is(
    away, shopper, clover
):
    pay_on_the_page(clover, away)

    shopper.client.get(
        f"/clover/return/{away.payment_id}/", headers={"sec-purpose": "prefetch"}
    )

    assert "checkout_order_id" not in shopper.client.session
    assert come_back(shopper, away).url == THANK_YOU


def buy_the_copy(shopper):
    """Order what was copied into the open basket."""
    return shopper.place_order()


def test_a_copy_and_its_first_page_both_paid_ask_for_a_person(away, shopper, clover):
    turn_back(shopper, away)
    buy_the_copy(shopper)
    copy = the_payment()
    pay_on_the_page(clover, copy)

    pay_on_the_page(clover, away)

    (order,) = orders()
    assert order.number == copy.reference
    assert get_payments().get(copy.payment_id).flags == ()
    assert get_payments().get(away.payment_id).flags == ("purchase_paid_twice",)


def test_a_first_page_and_then_its_copy_both_paid_ask_for_a_person(
    away, shopper, clover
):
    turn_back(shopper, away)
    buy_the_copy(shopper)
    copy = the_payment()
    pay_on_the_page(clover, away)

    pay_on_the_page(clover, copy)

    (order,) = orders()
    assert order.number == away.reference
    assert get_payments().get(copy.payment_id).flags == ("purchase_paid_twice",)


def test_a_copy_paid_on_the_shops_own_page_is_flagged_as_well(
    away, shopper, clover, clover_settings
):
    turn_back(shopper, away)
    pay_on_the_page(clover, away)
    clover_settings(MODE="iframe")

    shopper.pay()

    assert len(orders()) == 2
    assert get_payments().get(the_payment().payment_id).flags == (
        "purchase_paid_twice",
    )


def test_a_copy_of_a_copy_is_the_same_purchase(away, shopper, clover):
    turn_back(shopper, away)
    buy_the_copy(shopper)
    second = the_payment()
    turn_back(shopper, second)
    buy_the_copy(shopper)
    third = the_payment()
    get_model("basket", "Basket").objects.filter(status="Frozen").first().delete()

    pay_on_the_page(clover, third)
    pay_on_the_page(clover, second)

    assert [order.number for order in orders()] == [third.reference]
    assert get_payments().get(second.payment_id).flags == ("purchase_paid_twice",)


def test_staff_may_place_the_order_of_a_purchase_that_was_paid_twice(
    away, shopper, clover
):
    turn_back(shopper, away)
    buy_the_copy(shopper)
    pay_on_the_page(clover, the_payment())
    pay_on_the_page(clover, away)
    owner = make_staff("owner", is_superuser=True)

    owner.post(URL, {"payment_id": away.payment_id, "action": "place"})

    assert len(orders()) == 2
    assert get_payments().get(away.payment_id).flags == ()


def test_cancelling_when_the_basket_is_gone_copies_nothing(away, shopper):
    get_model("basket", "Basket").objects.all().delete()

    assert turn_back(shopper, away).url == "/basket/"


def test_cancelling_twice_copies_once(away, shopper, clover):
    for _ in range(2):
        turn_back(shopper, away)

    (line,) = get_model("basket", "Basket").objects.get(status="Open").lines.all()
    assert line.quantity == 1


def test_a_cancelled_payment_that_is_paid_after_all_is_an_order(away, shopper, clover):
    turn_back(shopper, away)

    pay_on_the_page(clover, away)

    (order,) = orders()
    assert order.lines.count() == 1
    assert get_payments().get(away.payment_id).state is PaymentState.PAID


def test_after_a_cancel_the_copy_can_be_bought(away, shopper, clover):
    turn_back(shopper, away)

    shopper.look("/checkout/preview/")
    shopper.place_order()
    pay_on_the_page(clover, the_payment())

    (order,) = orders()
    assert order.number != away.reference


def test_what_is_put_into_the_basket_while_paying_stays_there(
    away, shopper, product, clover
):
    shopper.add(product, 3)
    pay_on_the_page(clover, away)
    come_back(shopper, away)

    (order,) = orders()
    assert [line.quantity for line in order.lines.all()] == [1]
    kept = get_model("basket", "Basket").objects.get(status="Open")
    assert [line.quantity for line in kept.lines.all()] == [3]


def test_a_price_that_changes_while_paying_is_not_the_orders(away, clover):
    get_model("partner", "StockRecord").objects.update(price="14.99")

    pay_on_the_page(clover, away)

    (order,) = orders()
    assert str(order.total_incl_tax) == str(order.lines.get().unit_price_incl_tax)
    assert str(order.total_incl_tax) == "10.00"
    assert get_payments().get(away.payment_id).flags == ()


def test_an_offer_that_begins_while_paying_is_noted(away, clover):
    factories.create_offer()

    pay_on_the_page(clover, away)

    (order,) = orders()
    assert str(order.total_incl_tax) == "10.00"
    assert "$10.00 was agreed" in order.notes.get().message
    assert get_payments().get(away.payment_id).flags == ("order_differs",)


def test_a_voucher_that_runs_out_while_paying_is_noted(
    hosted, shopper, product, clover
):
    voucher = factories.create_voucher()
    get_model("offer", "Benefit").objects.update(type="Percentage", value=20)
    shopper.reach_payment(product)
    shopper.client.post("/basket/vouchers/add/", {"code": voucher.code})
    shopper.look("/checkout/preview/")
    shopper.place_order()
    payment = the_payment()
    long_ago = timezone.now() - timedelta(days=9)
    type(voucher).objects.update(start_datetime=long_ago, end_datetime=long_ago)

    pay_on_the_page(clover, payment)

    (order,) = orders()
    assert str(order.total_incl_tax) == "8.00"
    assert voucher.code in order.notes.get().message


def test_an_order_that_oscar_refuses_waits_for_a_person(away, clover):
    get_model("partner", "StockRecord").objects.all().delete()

    pay_on_the_page(clover, away)

    assert orders() == []
    assert get_payments().get(away.payment_id).flags == ("paid_without_order",)


def test_stock_that_is_gone_is_notified_again_until_it_is_there(away, clover):
    stock = get_model("partner", "StockRecord").objects
    stock.update(num_in_stock=0)
    pay_on_the_page(clover, away)

    assert orders() == []
    payment = get_payments().get(away.payment_id)
    assert payment.flags == ("paid_without_order",)
    stock.update(num_in_stock=5)
    get_payments().notify(away.payment_id)
    assert len(orders()) == 1
    assert get_payments().get(away.payment_id).flags == ()


def test_paid_without_order_is_said_so(away, shopper, clover):
    get_model("partner", "StockRecord").objects.update(num_in_stock=0)
    pay_on_the_page(clover, away)

    page = come_back(shopper, away).content.decode()

    assert "We have your payment" in page
    assert "<strong>$10.00</strong>" in page
    assert "the shop has been notified and will contact you" in page
    assert re.search(r'href="[^"]+">Back to the shop', page)
    assert page.count("<h1>") == 1
    assert REFRESH not in page


def test_who_comes_back_while_the_order_is_placed_is_led_on_to_it(
    away, shopper, clover
):
    operations = models.Operation.objects.filter(payment=away.payment_id)
    operations.update(
        state="succeeded", lease_until=timezone.now() + timedelta(minutes=1)
    )

    page = come_back(shopper, away).content.decode()
    operations.update(lease_until=None, due=timezone.now())

    assert "We have your payment" in page
    assert REFRESH in page
    assert come_back(shopper, away).url == THANK_YOU


def test_who_waits_for_the_order_is_not_reloaded_for_ever(away, shopper, clover):
    models.Operation.objects.filter(payment=away.payment_id).update(
        state="succeeded", lease_until=timezone.now() + timedelta(hours=1)
    )
    address, pages = f"/clover/return/{away.payment_id}/", []

    while address:
        pages.append(shopper.client.get(address).content.decode())
        found = re.search(r'content="\d+; url=(\?look=\d+)"', pages[-1])
        address = found and f"/clover/return/{away.payment_id}/{found[1]}"

    assert len(pages) == MOST_LOOKS + 1
    assert "This takes longer than usual" in pages[-1]
    assert REFRESH not in pages[-1]
    assert not any("takes longer" in page for page in pages[:-1])


def test_a_session_that_cannot_be_had_keeps_the_basket(
    hosted, shopper, product, clover
):
    clover.fail("payment_start_checkout", ProviderUnavailable("down"))
    shopper.reach_payment(product)

    page = shopper.place_order().content.decode()

    assert "not available right now" in page
    assert list(baskets().values()) == ["Open"]


def test_going_back_leads_to_the_payment_in_progress(away, shopper):
    back = shopper.client.get("/checkout/preview/")

    assert back.url == f"/clover/status/{away.payment_id}/"


def test_a_process_that_died_after_the_charge_is_made_good(
    shopper, product, clover, clover_settings
):
    """What is left then: a payment which holds money, a frozen basket and no order."""
    shopper.reach_payment(product)
    receivers = fail_placing()
    try:
        answer = shopper.pay()
    finally:
        receivers()

    assert answer.url == THANK_YOU or answer.url.startswith("/clover/status/")
    payment = the_payment()
    get_payments().notify(payment.payment_id)
    assert len(orders()) == 1
    assert len(clover.ledger) == 1


def fail_placing():
    """Let the next order fail after it was written; gives the way to end that."""
    from oscar.apps.order.signals import order_placed

    def explode(**kwargs):
        order_placed.disconnect(explode)
        raise RuntimeError("something in the shop broke")

    order_placed.connect(explode)
    return lambda: order_placed.disconnect(explode)


@pytest.fixture
def second(away, shopper, clover):
    """The payment of the copy of a basket, both of whose pages were paid on."""
    turn_back(shopper, away)
    buy_the_copy(shopper)
    copy = the_payment()
    pay_on_the_page(clover, away)
    pay_on_the_page(clover, copy)
    return copy


def test_whoever_paid_twice_is_told_so(away, shopper, second):
    """Two tabs, each on a page of Clover's: the second one must not promise an order."""
    page = come_back(shopper, second).content.decode()

    (order,) = orders()
    assert "You have paid for this twice" in page
    assert order.number in page
    assert "$10.00" in page
    assert order.verification_hash() in page
    assert "finishing your order" not in page
    assert get_payments().get(second.payment_id).flags == ("purchase_paid_twice",)


def test_a_second_tab_on_the_same_basket_opens_no_second_page(away, shopper, clover):
    again = shopper.place_order()

    assert again.url == f"/clover/status/{away.payment_id}/"
    assert clover.calls.count("payment_start_checkout") == 1


def test_two_pages_of_one_payment_both_paid_are_said_on_the_orders_page(
    away, shopper, clover
):
    """A page that had expired was renewed, and the first one was paid on all the same."""
    rows = models.Operation.objects.filter(payment=away.payment_id)
    rows.update(session_expires_at=timezone.now() - timedelta(minutes=1))
    get_payments().start_checkout(away.payment_id)
    for _ in range(2):
        pay_on_the_page(clover, away)

    page = shopper.client.get(come_back(shopper, away).url).content.decode()

    assert len(orders()) == 1
    assert get_payments().get(away.payment_id).flags == ("double_capture",)
    assert "a second payment of $10.00" in page
