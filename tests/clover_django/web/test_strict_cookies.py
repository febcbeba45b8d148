"""A page in between gives a browser the chance to bring its strict cookies."""

import re

import pytest
from django.test import Client

from clover_django.payments import get_payments
from payment_hooks import PaymentState
from tests.clover_django.paying import at_the_page, open_payment, paid, unknown_outcome

PAGES = ["return", "status", "cancel"]
HERE = re.compile(r'<meta http-equiv="refresh" content="0; url=([^"]+)">')


@pytest.fixture(params=["SESSION", "CSRF"])
def strict(request, settings):
    setattr(settings, f"{request.param}_COOKIE_SAMESITE", "Strict")


def address_of(payment, page):
    return f"/clover/{page}/{payment.payment_id}/"


@pytest.mark.parametrize("page", PAGES)
def test_who_comes_without_strict_cookies_is_led_on_by_a_page_of_ours(
    fake, strict, page
):
    payment = paid()
    browser = Client()
    fake.calls.clear()

    between = browser.get(address_of(payment, page))
    (way,) = HERE.findall(between.content.decode())
    shown = browser.get(address_of(payment, page) + way)

    assert way == "?arrived=1"
    assert between.status_code == 200
    assert not between.cookies
    assert "no-store" in between["Cache-Control"]
    assert "Thank you" in shown.content.decode()


def test_the_page_in_between_asks_no_one_and_changes_nothing(fake, strict):
    payment = unknown_outcome(fake, after=True)

    Client().get(address_of(payment, "return"))

    assert fake.calls == []
    assert get_payments().get(payment.payment_id).state is PaymentState.OPEN


def test_what_the_address_says_goes_along(fake, strict):
    browser = Client()

    between = browser.get(address_of(paid(), "return"), {"look": "3", "a": "b&c"})

    (way,) = HERE.findall(between.content.decode())
    assert way == "?look=3&amp;a=b%26c&amp;arrived=1"


@pytest.mark.parametrize("page", PAGES)
def test_who_brings_the_cookies_sees_the_page(fake, strict, settings, page):
    browser = Client()
    browser.cookies[settings.SESSION_COOKIE_NAME] = "a"
    browser.cookies[settings.CSRF_COOKIE_NAME] = "b" * 32

    shown = browser.get(address_of(paid(), page))

    assert "Thank you" in shown.content.decode()


@pytest.mark.parametrize("same_site", ["Lax", "None", None, False])
def test_other_cookies_come_along_by_themselves(fake, settings, same_site):
    settings.SESSION_COOKIE_SAMESITE = settings.CSRF_COOKIE_SAMESITE = same_site

    shown = Client().get(address_of(paid(), "return"))

    assert "Thank you" in shown.content.decode()


def test_a_shop_that_keeps_its_token_in_the_session_waits_for_no_other_cookie(
    fake, settings
):
    settings.CSRF_USE_SESSIONS, settings.CSRF_COOKIE_SAMESITE = True, "Strict"

    shown = Client().get(address_of(paid(), "return"))

    assert "Thank you" in shown.content.decode()


def test_polls_buttons_and_looks_of_no_one_go_straight_on(fake, strict):
    payment, _ = at_the_page()

    poll = Client().get(f"/clover/status/{payment.payment_id}.json")
    button = Client().post(address_of(open_payment(), "cancel"))
    head = Client().head(address_of(payment, "return"))

    assert poll.json() == {"waiting": True}
    assert "was not made" in button.content.decode()
    assert (head.status_code, head.content) == (200, b"")
