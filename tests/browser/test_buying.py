"""A guest buys on the demo shop with a real browser, in each mode."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import APPROVED, DECLINED
from tests.clover_card.chromium import expect_path

pytestmark = pytest.mark.browser

CARD = "Visa •••• 4242"


@pytest.mark.parametrize("mode", ["iframe", "api"])
def test_a_decline_and_then_an_order_on_the_shops_page(shopper, mode):
    before = len(shopper.servers.charges())
    shopper.reach_payment(mode)
    shopper.picture(f"{mode}-payment")
    assert shopper.has_no_sideways_scroll()

    shopper.enter_card(mode, DECLINED)
    shopper.go_on()
    shopper.place_order()
    shopper.page.wait_for_selector("text=declined the payment")
    expect(shopper.page.locator("#clover-problem")).to_be_focused()
    shopper.picture(f"{mode}-declined")
    shopper.enter_card(mode, APPROVED)
    shopper.go_on()
    shopper.picture(f"{mode}-preview")
    expect(shopper.page.locator("#clover-card-label")).to_have_text(CARD)
    expect(shopper.page.locator("#place-order")).to_have_text(re.compile(r"Pay \$"))
    shopper.place_order()

    assert shopper.is_thanked()
    expect(shopper.page.locator(".clover-paid")).to_contain_text(CARD)
    shopper.picture(f"{mode}-thank-you")
    assert len(shopper.servers.charges()) == before + 1


def test_a_decline_and_then_an_order_on_clovers_page(shopper):
    before = len(shopper.servers.charges())
    shopper.reach_payment("hosted")
    shopper.picture("hosted-preview")
    assert shopper.has_no_sideways_scroll()

    shopper.place_order()
    expect_path(shopper.page, "/pay-checkout/")
    shopper.picture("hosted-page")
    shopper.pay_at_clover(DECLINED)
    shopper.page.wait_for_selector("[role=alert]")
    shopper.picture("hosted-declined")
    shopper.pay_at_clover(APPROVED)

    assert shopper.is_thanked()
    expect(shopper.page.locator(".clover-paid")).to_contain_text(CARD)
    assert len(shopper.servers.charges()) == before + 1


def test_who_cancels_at_clover_keeps_the_basket_and_can_pay(wide_shopper):
    before = len(wide_shopper.servers.charges())
    wide_shopper.reach_payment("hosted")
    wide_shopper.place_order()
    expect_path(wide_shopper.page, "/pay-checkout/")

    wide_shopper.page.locator("text=Cancel").click()
    expect_path(wide_shopper.page, "/clover/cancel/")
    wide_shopper.picture("hosted-left")
    wide_shopper.page.locator("#clover-cancel button").click()
    expect_path(wide_shopper.page, "/basket/")
    wide_shopper.picture("hosted-cancelled")
    basket = wide_shopper.page.locator(".basket-items").count()
    wide_shopper.page.goto(f"{wide_shopper.servers.shop}/checkout/preview/")
    wide_shopper.place_order()
    wide_shopper.pay_at_clover(APPROVED)

    assert basket
    assert wide_shopper.is_thanked()
    assert len(wide_shopper.servers.charges()) == before + 1


@pytest.mark.parametrize("mode", ["iframe", "api"])
def test_a_double_click_is_one_charge(wide_shopper, mode):
    before = len(wide_shopper.servers.charges())
    wide_shopper.reach_payment(mode)
    wide_shopper.enter_card(mode, APPROVED)
    wide_shopper.go_on()

    wide_shopper.page.locator("#place-order").dblclick()

    assert wide_shopper.is_thanked()
    assert len(wide_shopper.servers.charges()) == before + 1


def test_the_card_is_entered_by_keyboard_alone(wide_shopper):
    wide_shopper.reach_payment("iframe")
    page = wide_shopper.page
    typed = {
        "CARD_NUMBER": APPROVED,
        "CARD_DATE": "1299",
        "CARD_CVV": "123",
        "CARD_POSTAL_CODE": "62701",
    }
    for field in typed:
        wide_shopper.card_input(field).wait_for()

    wide_shopper.card_input("CARD_NUMBER").focus()
    for field, text in typed.items():
        expect(wide_shopper.card_input(field)).to_be_focused()
        page.keyboard.type(text)
        page.keyboard.press("Tab")
    expect(page.locator("#clover-pay")).to_be_focused()
    page.keyboard.press("Enter")

    expect_path(page, "/preview/")
    expect(page.locator("#place-order")).to_be_visible()


def test_a_card_that_is_none_is_shown_beside_the_field(wide_shopper):
    wide_shopper.reach_payment("iframe")

    wide_shopper.enter_card("iframe", "4242424242424241")
    wide_shopper.page.locator("#clover-pay").click()

    wide_shopper.page.wait_for_selector("text=Card number: this is not valid")
    wide_shopper.picture("iframe-invalid")


def test_the_shops_form_never_shows_a_card_again(wide_shopper):
    wide_shopper.reach_payment("api")

    wide_shopper.enter_card("api", "4242424242424241")
    wide_shopper.page.locator("#clover-pay").click()

    wide_shopper.page.wait_for_selector("[role=alert]")
    wide_shopper.picture("api-invalid")
    expect(wide_shopper.page.locator("#clover-problem")).to_be_focused()
    expect(wide_shopper.page.locator("[name=card_expiry]")).to_have_value("12/99")
    assert "4242424242424241" not in wide_shopper.page.content()


def test_the_boxes_of_the_shops_form_are_in_line(shopper):
    shopper.reach_payment("api")

    boxes = [
        shopper.page.locator(f"[name={name}]").bounding_box()
        for name in ("card_expiry", "card_cvc")
    ]

    assert boxes[0]["y"] == boxes[1]["y"]
    assert boxes[0]["width"] == boxes[1]["width"]
    number = shopper.page.locator("[name=card_number]").bounding_box()
    assert boxes[1]["x"] + boxes[1]["width"] == pytest.approx(
        number["x"] + number["width"], abs=1
    )
