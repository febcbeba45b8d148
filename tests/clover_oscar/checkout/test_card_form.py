import re
import sys

import pytest
from django.core.signals import got_request_exception
from django.views.debug import ExceptionReporter
from oscar.core.loading import get_model

from clover_oscar.baskets.order_numbers import keep_number
from payment_hooks import InvalidRequest, PaymentDeclined, ProviderUnavailable
from tests.clover_oscar.shopper import orders, records

NUMBER = "4242424242424242"
CVC = "9871"
SECRETS = re.compile(rf"{NUMBER}|4242 4242 4242 4242|\b{CVC}\b")
CARD = {
    "card_number": "4242 4242 4242 4242",
    "card_expiry": "12/99",
    "card_cvc": CVC,
    "card_name": "Ada Lovelace",
    "card_postal_code": "62701",
}


@pytest.fixture
def api(clover_settings):
    clover_settings(MODE="api")


def send_card(shopper, **changes):
    return shopper.client.post("/checkout/preview/", {**CARD, **changes})


def token_in(page):
    return page.content.decode().split('name="clover_token" value="')[1].split('"')[0]


def test_a_guest_buys_with_the_shops_own_form(api, shopper, product, clover):
    page = shopper.reach_payment(product)
    preview = send_card(shopper)
    done = shopper.place_order(clover_token=token_in(preview))

    assert 'autocomplete="cc-number"' in page.content.decode()
    assert "•••• 4242" in preview.content.decode()
    assert done.url == "/checkout/thank-you/"
    assert records(orders()[0])[1] == ["Debit 10.00"]


def test_without_preview_the_form_places_the_order(
    api, shopper, product, clover, clover_settings
):
    clover_settings(MODE="api", PREVIEW=False)
    shopper.reach_payment(product)

    done = shopper.place_order(**CARD)

    assert done.url == "/checkout/thank-you/"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"card_number": "4242 4242 4242 4241"}, "The card number is not valid"),
        ({"card_expiry": "13/99"}, "The expiry date is not valid"),
        ({"card_expiry": "soon"}, "The expiry date is not valid"),
        ({"card_expiry": "\u0661\u0662/\u0669\u0669"}, "The expiry date is not valid"),
        ({"card_cvc": "12"}, "The security code (CVV) is not right"),
        ({"card_number": ""}, "This field is required"),
    ],
)
def test_what_is_wrong_with_a_card_stands_beside_the_field(
    api, shopper, product, clover, change, message
):
    shopper.reach_payment(product)

    page = send_card(shopper, **change).content.decode()

    (field,) = change
    (wrong,) = re.findall(r"<input[^>]*aria-invalid[^>]*>", page)
    assert f'name="{field}"' in wrong
    assert f'aria-describedby="id_{field}_error"' in wrong
    assert f'id="id_{field}_error"' in page
    assert message in page
    assert "payment_tokenize" not in clover.calls


def test_a_typo_in_the_number_empties_nothing_that_may_be_kept(
    api, shopper, product, clover
):
    shopper.reach_payment(product)

    page = send_card(shopper, card_number="4242 4242 4242 4241").content.decode()

    for name in ("card_expiry", "card_name", "card_postal_code"):
        assert f'value="{CARD[name]}"' in page
    assert not SECRETS.search(page)
    assert "4241" not in page
    assert "enter the card number and the security code again" in page


def test_without_preview_a_decline_keeps_them_as_well(
    api, shopper, product, clover, clover_settings
):
    clover_settings(MODE="api", PREVIEW=False)
    clover.fail("payment_charge", PaymentDeclined("no"))
    shopper.reach_payment(product)

    page = shopper.place_order(**CARD).content.decode()

    assert "Your bank declined the payment" in page
    for name in ("card_expiry", "card_name", "card_postal_code"):
        assert f'value="{CARD[name]}"' in page
    assert not SECRETS.search(page)


@pytest.mark.parametrize(
    "error",
    [
        ProviderUnavailable("down"),
        InvalidRequest("the number is wrong", code="incorrect_number"),
    ],
)
def test_a_card_never_comes_back(api, shopper, product, clover, error, caplog):
    clover.fail("payment_tokenize", error)
    shopper.reach_payment(product)

    refused = send_card(shopper)
    preview = send_card(shopper)
    declined = shopper.place_order(clover_token="decline-1")

    pages = [answer.content.decode() for answer in (refused, preview, declined)]
    kept = str(dict(shopper.client.session))
    for text in (*pages, kept, caplog.text):
        assert not SECRETS.search(text)


@pytest.fixture
def error_reports():
    """What Django would mail to the admins."""
    reports = []

    def write(sender, request, **kwargs):
        reporter = ExceptionReporter(request, *sys.exc_info())
        reports.append(reporter.get_traceback_text() + reporter.get_traceback_html())

    got_request_exception.connect(write)
    yield reports
    got_request_exception.disconnect(write)


def test_an_error_report_holds_no_card(api, shopper, product, clover, error_reports):
    shopper.reach_payment(product)
    basket = get_model("basket", "Basket").objects.get()
    keep_number(basket.pk + 1, lambda: 100000 + basket.pk)
    shopper.client.raise_request_exception = False

    answer = shopper.place_order(**CARD)

    assert answer.status_code == 500
    (report,) = error_reports
    assert "IntegrityError" in report
    assert not SECRETS.search(report)
    assert "'tok-1'" not in report


def test_in_iframe_mode_a_typed_card_is_not_read(shopper, product, clover):
    shopper.reach_payment(product)

    page = send_card(shopper).content.decode()

    assert "<clover-card" in page
    assert "payment_tokenize" not in clover.calls
