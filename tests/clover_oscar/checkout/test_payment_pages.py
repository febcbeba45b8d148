"""What the payment and preview pages show: summary, sums on buttons, card, problems."""

import re
from decimal import Decimal

import pytest
from oscar.core.loading import get_class, get_model
from oscar.core.prices import Price

from payment_hooks import PaymentDeclined
from tests.clover_oscar.checkout.test_card_form import CARD, send_card
from tests.clover_oscar.shopper import orders

SPACES = re.compile(r"\s+")


def text(page):
    return SPACES.sub(" ", page.content.decode())


def button(page, name):
    """What the button says."""
    found = re.search(
        rf'<button[^>]*id=["\']{name}["\'][^>]*>(.*?)</button>', text(page)
    )
    return found[1].strip()


@pytest.fixture(params=["iframe", "api", "hosted"])
def mode(request, clover_settings):
    clover_settings(MODE=request.param)
    return request.param


def reach_preview(shopper, product, mode):
    page = shopper.reach_payment(product, 2)
    if mode == "iframe":
        return shopper.enter_card(clover_brand="VISA", clover_last4="4242")
    return shopper.read(send_card(shopper)) if mode == "api" else page


@pytest.mark.parametrize("way", ["iframe", "api"])
def test_an_order_summary_is_beside_the_card(
    shopper, product, clover, clover_settings, way
):
    clover_settings(MODE=way)

    page = text(shopper.reach_payment(product, 2))

    summary = page.partition("clover-order")[2]
    assert f"2 \N{MULTIPLICATION SIGN} {product.get_title()}" in summary
    assert "$20.00" in summary
    assert 'id="basket_totals"' in summary


def test_the_summary_says_how_much_of_it_is_tax(shopper, product, clover, monkeypatch):
    taxed = Price(currency="USD", excl_tax=Decimal(10), incl_tax=Decimal("11.50"))
    calculator = get_class("checkout.calculators", "OrderTotalCalculator")
    monkeypatch.setattr(calculator, "calculate", lambda *args, **kwargs: taxed)

    page = text(shopper.reach_payment(product))

    assert "To pay: <strong>$11.50</strong>" in page
    assert "Includes $1.50 of tax." in page


@pytest.mark.parametrize("way", ["iframe", "api"])
def test_the_page_before_the_preview_does_not_say_that_it_charges(
    shopper, product, clover, clover_settings, way
):
    clover_settings(MODE=way)

    page = shopper.reach_payment(product)

    assert button(page, "clover-pay") == "Continue to review"


@pytest.mark.parametrize("way", ["iframe", "api"])
def test_without_preview_the_button_names_the_sum(
    shopper, product, clover, clover_settings, way
):
    clover_settings(MODE=way, PREVIEW=False)

    page = shopper.reach_payment(product, 2)

    assert button(page, "clover-pay") == "Pay $20.00"


def test_the_previews_button_names_the_sum(shopper, product, clover, mode):
    page = reach_preview(shopper, product, mode)

    wanted = {"hosted": "Pay $20.00 at Clover"}.get(mode, "Pay $20.00")
    assert button(page, "place-order") == wanted


def test_an_order_that_costs_nothing_is_placed_and_not_paid(shopper, product, clover):
    product.stockrecords.update(price="0.00")

    page = shopper.reach_payment(product)

    assert button(page, "place-order") == "Place order"


@pytest.mark.parametrize("way", ["iframe", "api"])
def test_the_preview_names_the_card(shopper, product, clover, clover_settings, way):
    clover_settings(MODE=way)

    page = text(reach_preview(shopper, product, way))

    brand = {"iframe": "Visa "}.get(way, "")  # the fake provider names none
    assert f">{brand}•••• 4242<" in page


def test_the_card_is_named_again_when_the_preview_is_shown_again(
    shopper, product, clover, clover_settings
):
    clover_settings(MODE="api")
    shopper.reach_payment(product)
    preview = shopper.read(send_card(shopper))
    last4 = re.search(r'name="clover_last4" value="(\d+)"', text(preview))[1]
    product.stockrecords.update(price="12.00")

    again = shopper.place_order(
        clover_token=shopper.token, clover_brand="VISA", clover_last4=last4
    )

    assert "The total has changed" in text(again)
    assert ">Visa •••• 4242<" in text(again)


@pytest.mark.parametrize(
    ("brand", "last4"),
    [("VISA", "4242424242424242"), ("<b>VISA</b>", ""), ("VISA", "42a2")],
)
def test_what_a_browser_says_of_the_card_is_shown_only_where_it_is_one(
    shopper, product, clover, brand, last4
):
    shopper.reach_payment(product)

    page = text(shopper.enter_card(clover_brand=brand, clover_last4=last4))

    assert "The card that you entered" in page
    assert "4242424242424242" not in page
    assert "<b>VISA" not in page


def test_what_a_browser_says_of_the_card_is_not_recorded(shopper, product, clover):
    shopper.reach_payment(product)
    shopper.enter_card(clover_brand="VISA", clover_last4="0000")

    shopper.place_order(clover_token="tok-1", clover_brand="VISA", clover_last4="0000")

    (source,) = orders()[0].sources.all()
    assert "0000" not in source.label


def modes_on(page):
    found = re.search(r'id="clover-modes">(.*?)</ul>', text(page))
    links = re.findall(r"<a[^>]*>(.*?)</a>", found[1]) if found else []
    return [row.strip() for row in links]


def test_the_modes_have_names_for_a_shopper(shopper, product, clover, clover_settings):
    attested = {"PCI_ATTESTATION": "SAQ D of the tests"}
    clover_settings(MODE="api", MODES=["api", "hosted"], **attested)

    page = shopper.reach_payment(product)

    assert modes_on(page) == ["Pay by card here", "Pay on Clover's secure page"]


def test_one_mode_is_no_choice(shopper, product, clover):
    assert modes_on(shopper.reach_payment(product)) == []


def problem_on(page):
    found = re.findall(
        r'<div class="alert alert-danger"([^>]*)>(.*?)</div>', text(page)
    )
    (problem,) = found
    return problem


@pytest.mark.parametrize("way", ["iframe", "api"])
def test_a_decline_is_said_at_once_and_has_the_focus(
    shopper, product, clover, clover_settings, way
):
    clover_settings(MODE=way)
    reach_preview(shopper, product, way)
    clover.fail("payment_charge", PaymentDeclined("no"))

    attributes, said = problem_on(shopper.place_order(clover_token="tok-1"))

    assert 'role="alert"' in attributes
    assert 'tabindex="-1"' in attributes
    assert "autofocus" in attributes
    assert "Your bank declined the payment" in said


def test_a_problem_on_the_preview_is_said_the_same_way(
    shopper, product, clover, clover_settings
):
    clover_settings(MODE="hosted")
    shopper.reach_payment(product)
    get_model("partner", "StockRecord").objects.update(price="12.00")

    attributes, said = problem_on(shopper.place_order())

    assert 'role="alert"' in attributes
    assert "The total has changed" in said


def test_the_names_of_the_cards_fields_are_those_of_the_element(
    shopper, product, clover, clover_settings
):
    clover_settings(MODE="api")

    page = text(shopper.reach_payment(product))

    labels = re.findall(r"<label[^>]*>(.*?)</label>", page)
    wanted = ["Card number", "Expiry date", "Security code", "Postal code"]
    assert [row for row in labels if row in wanted] == wanted
    assert CARD["card_number"] not in page
    assert re.findall(r"<li>(\w+)</li>", page) == [
        "Visa",
        "Mastercard",
        "Amex",
        "Discover",
    ]
