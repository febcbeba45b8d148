"""What the page showed is what is charged; else it is shown again and nothing is sent."""

from datetime import timedelta
from decimal import Decimal
from itertools import chain, repeat
from typing import ClassVar

import pytest
from django.utils import timezone, translation
from oscar.core.loading import get_class, get_model
from oscar.core.prices import Price
from oscar.test import factories

from clover_oscar.checkout import shown_total
from payment_hooks import Money
from tests.clover_oscar.checkout.test_card_form import send_card
from tests.clover_oscar.shopper import Shopper, baskets, make_product, orders

CHANGED = "The total has changed from $10.00 to {}. Nothing was charged."
NARROW = "\N{NARROW NO-BREAK SPACE}"
UNSEEN = "Please look at the total once more"


def raise_the_price(product):
    product.stockrecords.update(price="1000.00")


def swap(product):
    """Put these goods in the place of what is in the basket."""
    (line,) = get_model("basket", "Line").objects.all()
    basket = line.basket
    line.delete()
    basket.strategy = get_class("partner.strategy", "Selector")().strategy()
    basket.add_product(product)


class Hosted:
    settings: ClassVar = {"MODE": "hosted"}
    sends = "payment_start_checkout"

    def reach(self, shopper):
        """The preview is the page that was reached."""

    def submit(self, shopper, **fields):
        return shopper.place_order(**fields)


class Iframe:
    settings: ClassVar = {"MODE": "iframe"}
    sends = "payment_charge"

    def reach(self, shopper):
        shopper.enter_card()

    def submit(self, shopper, **fields):
        return shopper.place_order(clover_token="tok-1", **fields)


class IframeAtOnce(Iframe):
    settings: ClassVar = {"MODE": "iframe", "PREVIEW": False}

    def reach(self, shopper):
        """The payment page's form places the order."""


class Api(Iframe):
    settings: ClassVar = {"MODE": "api"}

    def reach(self, shopper):
        shopper.read(send_card(shopper))

    def submit(self, shopper, **fields):
        return shopper.place_order(clover_token=shopper.token, **fields)


class ApiAtOnce(Api):
    settings: ClassVar = {"MODE": "api", "PREVIEW": False}

    def reach(self, shopper):
        """The payment page's form places the order."""

    def submit(self, shopper, **fields):
        sealed = {"clover_shown": shopper.shown, "action": "place_order"}
        return shopper.read(send_card(shopper, **(sealed | fields)))


@pytest.fixture(params=[Hosted, Iframe, IframeAtOnce, Api, ApiAtOnce])
def way(request, clover_settings, shopper, product):
    """A shopper at the last page before the order, by mode."""
    way = request.param()
    clover_settings(**way.settings)
    shopper.reach_payment(product)
    way.reach(shopper)
    return way


@pytest.fixture
def nothing_sent(clover):
    """Whether neither money nor a page was asked for, and the basket is as it was."""

    def is_so():
        asked = {"payment_charge", "payment_authorize"} & set(clover.calls)
        sessions = get_model("clover_django", "Operation").objects.count()
        return (
            not (asked or sessions or orders()) and "Frozen" not in baskets().values()
        )

    return is_so


def test_a_dearer_price_is_shown_before_it_is_charged(
    way, shopper, product, clover, nothing_sent
):
    raise_the_price(product)
    page = way.submit(shopper).content.decode()

    assert CHANGED.format("$1,000.00") in page
    assert "$1,000.00" in page
    assert nothing_sent()

    assert way.submit(shopper).status_code == 302
    if way.sends == "payment_charge":
        assert [str(row.amount) for row in clover.ledger.values()] == ["1000.00 USD"]


def test_a_form_without_a_page_of_ours_shows_the_page(
    way, shopper, clover, nothing_sent
):
    other = get_model("basket", "Basket").objects.create()
    of_another_basket = shown_total.seal(Money.of("10.00", "USD"), other)
    for forged in ("", "x", "1000.USD.0000", of_another_basket):
        page = way.submit(shopper, clover_shown=forged).content.decode()

        assert UNSEEN in page
        assert nothing_sent()

    assert way.submit(shopper).status_code == 302


def test_a_total_in_no_known_currency_is_said_on_the_page(way, shopper, nothing_sent):
    get_model("basket", "Line").objects.update(price_currency="XXX")

    pages = [way.submit(shopper), shopper.look(), shopper.look("/checkout/preview/")]

    assert [page.status_code for page in pages] == [200, 200, 200]
    assert "Card payment is not available" in pages[0].content.decode()
    assert "Card payment is not available" in pages[1].content.decode()
    assert nothing_sent()


def test_what_another_tab_adds_is_shown_before_it_is_charged(
    shopper, product, clover, nothing_sent
):
    shopper.reach_payment(product)
    shopper.enter_card()
    Shopper(shopper.client).add(make_product("990.00"))

    page = shopper.place_order(clover_token="tok-1").content.decode()

    assert CHANGED.format("$1,000.00") in page
    assert 'name="clover_token" value="tok-1"' in page  # the card is not asked again
    assert nothing_sent()


def test_goods_that_another_tab_swapped_are_shown_before_they_are_charged(
    way, shopper, clover, nothing_sent
):
    """The total is the same, and the goods are not those that the page showed."""
    swap(make_product("10.00"))

    page = way.submit(shopper).content.decode()

    assert "Your cart has just changed. Please look at it again." in page
    assert nothing_sent()

    assert way.submit(shopper).status_code == 302


def test_a_voucher_that_ran_out_is_shown_before_it_is_charged(
    shopper, product, clover, nothing_sent
):
    voucher = factories.create_voucher()
    get_model("offer", "Benefit").objects.update(type="Percentage", value=20)
    shopper.reach_payment(product)
    shopper.client.post("/basket/vouchers/add/", {"code": voucher.code})
    shopper.enter_card()
    long_ago = timezone.now() - timedelta(days=9)
    type(voucher).objects.update(start_datetime=long_ago, end_datetime=long_ago)

    page = shopper.place_order(clover_token="tok-1").content.decode()

    assert "The total has changed from $8.00 to $10.00." in page
    assert nothing_sent()


def test_a_total_that_changes_within_the_request_is_shown_before_it_is_charged(
    shopper, product, clover, nothing_sent, monkeypatch
):
    """What is compared is the very total that would be charged."""
    shopper.reach_payment(product)
    shopper.enter_card()
    prices = chain([0, 0], repeat(5))
    free = get_class("shipping.methods", "Free")

    def calculate(self, basket):
        amount = Decimal(next(prices))
        return Price(currency=basket.currency, excl_tax=amount, incl_tax=amount)

    monkeypatch.setattr(free, "calculate", calculate)
    page = shopper.place_order(clover_token="tok-1").content.decode()

    assert "The total has changed from $10.00 to $15.00." in page
    assert nothing_sent()


def test_the_sentence_is_in_the_shopper_s_language(product, clover, settings):
    locale = "django.middleware.locale.LocaleMiddleware"
    settings.MIDDLEWARE = [*settings.MIDDLEWARE, locale]
    shopper = Shopper()
    shopper.client.defaults["HTTP_ACCEPT_LANGUAGE"] = "fr"
    shopper.reach_payment(product)
    shopper.enter_card()
    raise_the_price(product)

    page = shopper.place_order(clover_token="tok-1").content.decode()
    translation.deactivate()

    spaced = page.replace("\N{NO-BREAK SPACE}", " ").replace(NARROW, " ")
    assert "Le total est passé de 10,00 $US à 1 000,00 $US." in spaced


def test_a_total_of_nothing_that_became_something_is_shown(shopper, clover):
    free = make_product("0.00")
    shopper.reach_payment(free)
    shopper.look("/checkout/preview/")
    raise_the_price(free)

    page = shopper.place_order().content.decode()

    assert "The total has changed from $0.00 to $1,000.00." in page
    assert orders() == []
