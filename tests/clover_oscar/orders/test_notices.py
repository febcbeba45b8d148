"""What the basket page says of a payment that is under way."""

import re
from datetime import timedelta

import pytest
from django.contrib.auth import get_user_model
from django.utils import timezone
from oscar.core.loading import get_model

from clover_django.models import Operation
from clover_django.payments import get_payments
from payment_hooks import (
    ConfigurationError,
    EventKind,
    OutcomeUnknown,
    ProviderUnavailable,
    WebhookEvent,
)
from tests.clover_oscar.checkout.test_return_pages import away as away
from tests.clover_oscar.checkout.test_return_pages import hosted as hosted
from tests.clover_oscar.checkout.test_return_pages import (
    pay_on_the_page,
    the_payment,
    turn_back,
)
from tests.clover_oscar.shopper import make_product

CHECKOUT = ("/checkout/", "/checkout/shipping-address/", "/checkout/payment-details/")


def basket_page(shopper):
    return shopper.client.get("/basket/").content.decode()


def kind_on(page):
    """Which notice the page shows; empty without one."""
    found = re.search(r'data-clover-notice="(\w+)"', page)
    return found[1] if found else ""


def test_who_leaves_clovers_page_finds_both_ways_on_the_basket_page(
    away, shopper, product
):
    page = basket_page(shopper)

    assert kind_on(page) == "unpaid"
    assert f'href="{open_page(away).url}"' in page
    assert f'action="/clover/cancel/{away.payment_id}/"' in page
    assert "$10.00" in page
    assert "is empty" not in page
    assert f"1 \N{MULTIPLICATION SIGN} {product.get_title()}" in page
    assert "do not pay again" not in page


def open_page(payment):
    (operation,) = get_payments().operations(payment.payment_id)
    return operation.page


def let_page_expire(payment):
    rows = Operation.objects.filter(payment_id=payment.payment_id)
    rows.update(session_expires_at=timezone.now() - timedelta(minutes=1))


def test_looking_at_the_basket_asks_clover_nothing_and_changes_nothing(
    away, shopper, clover
):
    before = list(clover.calls)

    basket_page(shopper)

    assert clover.calls == before


@pytest.mark.parametrize("path", CHECKOUT)
def test_every_page_of_the_checkout_leads_to_the_payment(away, shopper, path):
    answer = shopper.client.get(path, follow=True)

    assert answer.request["PATH_INFO"] == f"/clover/status/{away.payment_id}/"


def test_the_button_of_the_notice_gives_the_basket_back(away, shopper, product):
    turn_back(shopper, away)

    page = basket_page(shopper)

    assert kind_on(page) == ""
    assert product.get_title() in page
    assert "Your basket is empty" not in page


def test_a_customer_who_cancelled_is_not_reminded_of_it(
    hosted, shopper, product, clover
):
    user = get_user_model().objects.create_user("ada", "ada@example.com", "a password")
    shopper.client.force_login(user)
    shopper.reach_payment(product)
    shopper.place_order()
    assert kind_on(basket_page(shopper)) == "unpaid"

    turn_back(shopper, the_payment())

    assert kind_on(basket_page(shopper)) == ""


def test_a_page_that_has_expired_is_told_from_one_in_doubt(away, shopper):
    let_page_expire(away)

    page = basket_page(shopper)

    assert kind_on(page) == "expired"
    assert f'href="/clover/status/{away.payment_id}/"' in page
    assert f'action="/clover/cancel/{away.payment_id}/"' in page


@pytest.fixture
def unknown(shopper, product, clover):
    """The payment of a charge that Clover did not answer."""
    clover.fail("payment_charge", OutcomeUnknown("no answer"))
    clover.fail("payment_retry", ProviderUnavailable("down"))
    clover.fail("payment_find", ProviderUnavailable("down"))
    shopper.reach_payment(product)
    shopper.pay()
    return the_payment()


def test_an_unknown_outcome_asks_not_to_pay_again(unknown, shopper):
    page = basket_page(shopper)

    assert kind_on(page) == "checking"
    assert "do not pay again" in page
    assert f'href="/clover/status/{unknown.payment_id}/"' in page
    assert "/clover/cancel/" not in page


@pytest.mark.parametrize("first", ["/basket/", "/catalogue/", "/checkout/"])
def test_a_guest_whose_server_died_while_it_charged_is_told_on_every_page(
    shopper, product, clover, first
):
    clover.fail("payment_charge", KeyboardInterrupt(), after=True)
    clover.fail("payment_retry", ProviderUnavailable("down"))
    shopper.reach_payment(product)
    with pytest.raises(KeyboardInterrupt):
        shopper.pay()
    shopper.client.get(first)  # takes the cookie of the guest's cart away

    kinds = [kind_on(basket_page(shopper)) for _ in range(2)]
    led = shopper.client.get("/checkout/", follow=True).request["PATH_INFO"]

    assert kinds == ["checking", "checking"]
    assert led == f"/clover/status/{the_payment().payment_id}/"


def test_an_unknown_outcome_is_said_beside_what_is_bought_meanwhile(
    unknown, shopper, product
):
    shopper.add(product, 2)

    payment_page = shopper.look().content.decode()

    assert kind_on(basket_page(shopper)) == "checking"
    assert kind_on(payment_page) == "checking"


def test_a_paid_order_is_one_click_away(away, shopper, clover):
    pay_on_the_page(clover, away)

    page = basket_page(shopper)
    order = shopper.client.get(f"/clover/return/{away.payment_id}/")

    assert kind_on(page) == "received"
    assert f'href="/clover/return/{away.payment_id}/"' in page
    assert order.url == "/checkout/thank-you/"
    assert kind_on(basket_page(shopper)) == ""


def test_another_browser_sees_no_notice(away, shopper):
    shopper.client.cookies.clear()

    assert kind_on(basket_page(shopper)) == ""


def test_without_a_payment_the_basket_page_is_the_shops_own(shopper, product, clover):
    shopper.add(product)

    answer = shopper.client.get("/basket/")

    assert "clover_oscar/basket.html" not in [row.name for row in answer.templates]


def test_a_ledger_that_cannot_be_read_closes_no_basket_page(away, shopper, monkeypatch):
    def fail(*_args):
        raise ConfigurationError("the settings are broken")

    monkeypatch.setattr("clover_oscar.orders.notices.find_payments", fail)

    page = shopper.client.get("/basket/")

    assert page.status_code == 200


def test_a_copy_whose_first_page_was_paid_says_that_it_is_bought(away, shopper, clover):
    turn_back(shopper, away)
    pay_on_the_page(clover, away)

    basket, checkout = basket_page(shopper), shopper.look().content.decode()

    for page in basket, checkout:
        assert kind_on(page) == "ordered"
        assert f"your order {away.reference}" in page


def test_what_was_bought_meanwhile_is_not_charged_once_more_unasked(
    away, shopper, clover
):
    """The old page is paid in another tab after the preview of the copy was shown."""
    turn_back(shopper, away)
    shopper.look("/checkout/preview/")
    pay_on_the_page(clover, away)
    before = list(clover.calls)

    shown = shopper.place_order().content.decode()
    sent = clover.calls[len(before) :]
    again = shopper.place_order()

    assert (kind_on(shown), sent) == ("ordered", [])
    assert again.status_code == 302  # whoever read it and pays wants it twice


def test_other_goods_in_the_copy_are_not_called_bought(away, shopper, product, clover):
    turn_back(shopper, away)
    pay_on_the_page(clover, away)
    shopper.add(make_product("3.00"))
    lines = get_model("basket", "Line").objects
    lines.filter(basket__status="Open", product=product).delete()

    assert kind_on(basket_page(shopper)) == ""


def test_a_message_that_the_page_was_paid_is_a_doubt(away, shopper):
    payments = get_payments()
    payments.ledger.add_event(
        WebhookEvent(
            event_id="event-1",
            kind=EventKind.PAYMENT,
            provider=away.provider,
            merchant_id=away.merchant_id,
            transaction_id="T1",
            session_id=open_page(away).session_id,
            approved=True,
            occurred_at=payments.now(),
        )
    )

    assert kind_on(basket_page(shopper)) == "checking"
    let_page_expire(away)
    assert kind_on(basket_page(shopper)) == "checking"
