"""Amounts on the dashboard in the language of whoever types and reads them."""

import re

import pytest
from django.utils.formats import reset_format_cache
from django.utils.html import strip_tags

from tests.clover_oscar.dashboard.test_order_detail import (
    act,
    make_staff,
    post_line_event,
    send_form,
    url,
)
from tests.clover_oscar.shopper import orders, records

NO_BREAK = "\N{NO-BREAK SPACE}"


@pytest.fixture(params=[True, False], ids=["grouped", "plain"], autouse=True)
def grouping(request, settings):
    settings.USE_THOUSAND_SEPARATOR = request.param
    reset_format_cache()
    yield
    reset_format_cache()


@pytest.fixture
def order(shopper, product, clover):
    product.stockrecords.update(price="2000.00")
    shopper.reach_payment(product)
    shopper.pay()
    return orders()[0]


@pytest.fixture
def reserved(shopper, product, clover, clover_settings):
    clover_settings(AUTO_CAPTURE=False)
    product.stockrecords.update(price="2000.00")
    shopper.reach_payment(product)
    shopper.pay()
    return orders()[0]


@pytest.fixture
def owner(product):
    return make_staff("owner", is_superuser=True)


def shown(page):
    """What a person reads, with ordinary spaces."""
    text = strip_tags(page).replace("&nbsp;", " ")
    return re.sub(r"[\s\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}]+", " ", text)


def left_to_refund(staff, order):
    """What the page says beside the amount's field."""
    _, _, form = staff.get(url(order)).content.decode().partition("clover_refund_form")
    said = re.search(r'id="[^"]*-of">([^<]*)<', form)[1]
    return re.search(r"\d[\d.,\s]*\d", said)[0]


@pytest.mark.parametrize(
    ("language", "whole", "part", "confirmed"),
    [
        ("fr-ca", "2000,00", "10,50", "10,50 $ US"),
        ("fr", "2000,00", "10,50", "10,50 $US"),
        ("de", "2000,00", "10,50", "10,50 $"),
        ("es", "2000,00", "10,50", "10,50 US$"),
        ("en-us", "2000.00", "10.50", "$10.50"),
    ],
)
def test_a_part_is_refunded_in_the_language_of_the_page(
    owner, order, settings, language, whole, part, confirmed
):
    settings.LANGUAGE_CODE = language

    offered = left_to_refund(owner, order)
    asked = act(owner, order, "refund", amount=part, confirmed="")
    send_form(owner, order, asked)

    assert re.sub(r"(?<=\d)[.,\xa0 ](?=\d{3})", "", offered) == whole
    assert confirmed in shown(asked)
    assert records(order)[1] == ["Debit 2000.00", "Refund 10.50"]


@pytest.mark.parametrize("language", ["fr-ca", "de", "en-us"])
def test_what_is_said_to_be_left_refunds_all(owner, order, settings, language):
    settings.LANGUAGE_CODE = language

    offered = left_to_refund(owner, order)
    send_form(owner, order, act(owner, order, "refund", amount=offered, confirmed=""))

    assert records(order)[1] == ["Debit 2000.00", "Refund 2000.00"]


@pytest.mark.parametrize("language", ["fr-ca", "de"])
def test_a_part_is_captured(owner, reserved, settings, language):
    settings.LANGUAGE_CODE = language

    asked = act(owner, reserved, "capture", amount="1000,50", confirmed="")
    send_form(owner, reserved, asked)

    assert records(reserved)[1] == ["Authorise 2000.00", "Debit 1000.50"]


def test_a_void_is_confirmed_with_its_sum(owner, reserved, settings):
    settings.LANGUAGE_CODE = "fr-ca"

    asked = act(owner, reserved, "void", confirmed="")
    send_form(owner, reserved, asked)

    assert "2 000,00 $ US" in shown(asked)
    assert records(reserved)[1] == ["Authorise 2000.00", "Void 2000.00"]


@pytest.mark.parametrize(
    ("language", "amount"),
    [("en-us", "10,50"), ("de", "10.50"), ("fr", "1.234"), ("en-us", "1.234,56")],
)
def test_what_could_be_another_sum_moves_nothing(
    owner, order, clover, settings, language, amount
):
    settings.LANGUAGE_CODE = language

    page = act(owner, order, "refund", amount=amount, confirmed="")

    assert "alert-danger" in page
    assert 'name="confirmed"' not in page
    assert "payment_refund" not in clover.calls


def test_oscars_own_payment_event_reads_it_too(owner, order, settings):
    settings.LANGUAGE_CODE = "fr-ca"

    asked = post_line_event(owner, order, "10,50", confirmed="", clover_intent_id="one")
    send_form(owner, order, asked)

    assert records(order)[1] == ["Debit 2000.00", "Refund 10.50"]
