"""The plain pages: they name the shop, the amount and the card, and lead back."""

import re
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest
from django.contrib.staticfiles import finders
from django.test import Client

from clover_django.payments import get_payments
from clover_django.web import pages
from payment_hooks import (
    ActionRequired,
    ConfigurationError,
    PaymentDeclined,
    PaymentSource,
)
from tests.clover_django.paying import (
    DUE,
    at_the_page,
    keep_message,
    open_payment,
    paid,
    unknown_outcome,
)

pytestmark = pytest.mark.usefixtures("fake")

AMOUNT = "5.00 USD"
UNPAID = "You have not paid yet"
DO_NOT_PAY_AGAIN = "do not pay again"
EXPIRED = "The payment page has expired"


@pytest.fixture
def browser():
    return Client(SERVER_NAME="teapots.example")


@pytest.fixture
def clover(settings):
    def change(**changes):
        settings.CLOVER = {**settings.CLOVER, **changes}

    return change


def text_of(browser, page, payment):
    answer = browser.get(f"/clover/{page}/{payment.payment_id}/")
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.content.decode())


def links_in(text):
    return re.findall(r'<a [^>]*href="([^"]*)"', text)


def shown_in(text):
    """What the summary says, by its label."""
    return dict(re.findall(r"<dt>([^<]*)</dt><dd>([^<]*)</dd>", text))


def note_card(payment, brand="VISA", last4="4242"):
    """As Clover answers: the fake knows no cards."""
    ledger = get_payments().ledger
    operation = ledger.operations(payment.payment_id)[-1]
    details = {**operation.details, "brand": brand, "last4": last4}
    ledger.replace_operation(replace(operation, details=details))


def expire_pages(payment):
    ledger = get_payments().ledger
    for row in ledger.operations(payment.payment_id):
        page = replace(row.page, expires_at=row.page.expires_at - timedelta(hours=1))
        ledger.replace_operation(replace(row, page=page))


@pytest.mark.parametrize("token", ["tok-1", "decline-1", "challenge-1"])
def test_each_page_names_shop_amount_and_reference(browser, token):
    payment = open_payment()
    with suppress(PaymentDeclined, ActionRequired):
        get_payments().charge(payment.payment_id, PaymentSource(token=token))

    assert shown_in(text_of(browser, "status", payment)) == {
        "Shop": "teapots.example",
        "Amount": AMOUNT,
        "Reference": payment.reference,
    }


@pytest.mark.parametrize("token", ["tok-1", "decline-1"])
def test_the_card_is_named_where_it_is_known(browser, token):
    payment = paid(token)
    note_card(payment)

    assert shown_in(text_of(browser, "status", payment))["Card"] == "Visa •••• 4242"


@pytest.mark.parametrize("page", ["status", "return", "cancel"])
def test_a_hosted_payment_names_amount_and_shop_everywhere(browser, page):
    payment, _ = at_the_page()

    shown = shown_in(text_of(browser, page, payment))

    assert (shown["Shop"], shown["Amount"]) == ("teapots.example", AMOUNT)


def test_the_pages_lead_where_the_shop_says(browser, clover):
    payments = paid(), paid("decline-1")
    clover(SHOP_NAME="Teapots & Co", SHOP_URL="/teapots/", CART_URL="/cart/")

    thanks, declined = (text_of(browser, "status", payment) for payment in payments)

    assert "Teapots &amp; Co</dd>" in thanks
    assert "| Teapots &amp; Co</title>" in thanks
    assert links_in(thanks) == ["/teapots/", "/teapots/"]  # the heading, and the button
    assert links_in(declined) == ["/teapots/", "/cart/", "/teapots/"]


def test_without_settings_they_lead_to_the_shops_first_page(browser):
    assert links_in(text_of(browser, "status", paid())) == ["/", "/"]


@pytest.mark.parametrize("name", ["SHOP_URL", "CART_URL"])
def test_an_address_that_is_none_is_refused(clover, name):
    clover(**{name: "cart"})

    with pytest.raises(ConfigurationError, match=name):
        get_payments()


def test_a_decline_has_the_focus_and_is_an_alert(browser):
    text = text_of(browser, "status", paid("decline-1"))

    alert = re.search(r'<p [^>]*role="alert"[^>]*>([^<]*)<', text)
    assert "tabindex" in alert[0]
    assert "autofocus" in alert[0]
    assert "another card" in alert[1]


def test_what_was_refunded_is_not_called_a_failure(browser):
    payment = paid()
    get_payments().refund(payment.payment_id, intent_id="form-1")

    text = text_of(browser, "status", payment)

    assert "<h1>Payment refunded</h1>" in text
    assert "was not made" not in text


def test_who_went_back_from_the_open_page_reads_that_nothing_is_paid(browser):
    payment, session = at_the_page()

    text = text_of(browser, "status", payment)

    assert f"<h1>{UNPAID}</h1>" in text
    assert DO_NOT_PAY_AGAIN not in text
    assert session.url in links_in(text)
    assert f'action="/clover/cancel/{payment.payment_id}/"' in text


def test_the_cancel_page_leads_on_to_the_open_page_too(browser):
    payment, session = at_the_page()

    assert session.url in links_in(text_of(browser, "cancel", payment))


def test_who_comes_back_having_paid_does_not_pay_again(browser):
    payment, session = at_the_page()

    text = text_of(browser, "return", payment)

    assert DO_NOT_PAY_AGAIN in text
    assert UNPAID not in text
    assert session.url not in links_in(text)
    assert f"/clover/return/{payment.payment_id}/" in links_in(text)


def test_a_page_that_was_paid_as_a_message_says_is_in_doubt(browser, fake):
    payment, session = at_the_page()
    transaction = fake.pay_session(DUE)
    del fake.ledger[transaction.transaction_id]
    keep_message(session, transaction)

    text = text_of(browser, "status", payment)

    assert DO_NOT_PAY_AGAIN in text
    assert UNPAID not in text
    assert session.url not in links_in(text)


def test_an_expired_page_is_not_offered_again(browser):
    payment, session = at_the_page()
    expire_pages(payment)

    text = text_of(browser, "status", payment)

    assert f"<h1>{EXPIRED}</h1>" in text
    assert session.url not in links_in(text)
    assert f'action="/clover/cancel/{payment.payment_id}/"' in text


def test_a_charge_of_unknown_outcome_is_in_doubt(browser, fake):
    text = text_of(browser, "status", unknown_outcome(fake))

    assert DO_NOT_PAY_AGAIN in text
    assert 'class="clover-activity" aria-hidden="true"' in text


def test_only_what_is_known_is_read_aloud(browser, fake):
    text = text_of(browser, "status", unknown_outcome(fake))

    (spoken,) = re.findall(r'<div role="status" aria-live="polite">(.*?)</div>', text)
    assert "We are checking your payment" in spoken
    assert "<a " not in spoken
    assert "<dl" not in spoken


def test_the_style_sheet_is_a_file_and_stands_still_for_who_wants_it(browser):
    text = text_of(browser, "status", paid())

    assert 'href="/static/clover_django/pages.css"' in text
    assert "style=" not in text
    with open(finders.find("clover_django/pages.css")) as file:
        sheet = file.read()
    assert "prefers-reduced-motion: reduce" in sheet
    assert "prefers-color-scheme: dark" in sheet


class LookOfAShop(pages.ShopPages):
    base_template = "oscar/layout.html"

    def shop_name(self, request, payment):
        return "The shop itself"

    def cart_url(self, request, payment):
        return "/basket/"


def test_a_shop_gives_its_own_base_and_addresses(browser, monkeypatch):
    monkeypatch.setattr(pages, "_registered", [LookOfAShop()])

    text = text_of(browser, "status", paid("decline-1"))

    assert 'href="/static/clover_django/pages.css"' in text
    assert shown_in(text)["Shop"] == "The shop itself"
    assert 'href="/basket/"' in text
    assert 'class="clover-page"' not in text
