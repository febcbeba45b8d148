"""Paying with the element: a token is asked for once, sent once and never twice."""

import pytest
from playwright.sync_api import expect

from tests.clover_card.conftest import CARD

pytestmark = pytest.mark.browser

LAYOUTS = ["fields", "single"]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_card_becomes_a_token_on_another_origin(checkout, layout):
    checkout.open(layout=layout)

    checkout.type_card()
    checkout.pay()
    checkout.expect_thanks()

    assert checkout.shop.tokens == ["clv_1TSTS0000000000000000001"]
    assert checkout.host.cards == [
        {
            "number": "4242424242424242",
            "exp_month": "12",
            "exp_year": "2099",
            "cvv": "123",
            "brand": "VISA",
            "first6": "424242",
            "last4": "4242",
            "address_zip": "12207",
        }
    ]
    assert checkout.host.keys == ["0f1e2d3c4b5a69788796a5b4c3d2e1f0"]


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_card_never_enters_the_shop_s_page(checkout, layout):
    checkout.keep_events()
    checkout.open(layout=layout)

    checkout.type_card()
    checkout.page.evaluate("document.querySelector('clover-card').tokenize()")

    seen = checkout.page.content() + str(checkout.page.evaluate("window.events"))
    assert "clv_1TSTS" in seen
    assert CARD["CARD_NUMBER"] not in seen.replace(" ", "")


def test_the_shop_s_page_cannot_read_a_frame(checkout):
    checkout.open()
    checkout.type_card()

    attempts = checkout.page.evaluate(
        """() => [...document.querySelectorAll("iframe")].map((iframe) => {
          try { return String(iframe.contentWindow.document.body); }
          catch (error) { return [iframe.contentDocument, error.name]; }
        })"""
    )

    assert attempts == [[None, "SecurityError"]] * 4


def test_clicking_and_entering_again_gives_one_token_and_one_order(checkout):
    checkout.open()
    checkout.type_card()

    checkout.pay_button.dblclick()
    checkout.page.keyboard.press("Enter")
    checkout.page.evaluate("document.forms[0]?.requestSubmit()")
    checkout.expect_thanks()

    assert len(checkout.host.cards) == 1
    assert len(checkout.shop.forms) == 1


def test_a_shopper_can_pay_with_the_keyboard_alone(checkout):
    checkout.open()
    for field in CARD:
        checkout.input(field).wait_for()
    keyboard = checkout.page.keyboard

    for field, value in CARD.items():
        keyboard.press("Tab")
        expect(checkout.input(field)).to_be_focused()
        keyboard.type(value)
    keyboard.press("Tab")
    expect(checkout.pay_button).to_be_focused()
    keyboard.press("Enter")
    checkout.expect_thanks()

    assert len(checkout.shop.tokens) == 1


def test_a_declined_payment_asks_for_a_new_token(checkout):
    checkout.shop.declines = 1
    checkout.open()

    checkout.type_card()
    checkout.pay()
    checkout.page.wait_for_selector("#declined")
    checkout.type_card()
    checkout.pay()
    checkout.expect_thanks()

    first, second = checkout.shop.tokens
    assert first != second


def test_going_back_to_the_page_asks_for_a_new_token(checkout):
    checkout.open()
    checkout.type_card()
    checkout.pay()
    checkout.expect_thanks()

    checkout.page.go_back()
    checkout.type_card()
    checkout.pay()
    checkout.expect_thanks()

    first, second = checkout.shop.tokens
    assert first != second


def test_a_page_brought_back_as_it_was_left_asks_for_a_new_token(checkout):
    checkout.open()
    checkout.page.evaluate(
        """document.forms[0].addEventListener("submit", (event) => {
          event.preventDefault();
          document.title = new FormData(event.target).get("clover_token");
        })"""
    )
    checkout.type_card()
    checkout.pay()
    expect(checkout.page).to_have_title("clv_1TSTS0000000000000000001")

    checkout.page.evaluate(
        "dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))"
    )
    checkout.pay()

    expect(checkout.page).to_have_title("clv_1TSTS0000000000000000002")


def test_a_page_that_sends_the_form_itself_sees_one_submit_with_the_token(checkout):
    checkout.open()
    checkout.page.evaluate(
        """() => {
          window.sent = [];
          document.forms[0].addEventListener("submit", (event) => {
            event.preventDefault();
            window.sent.push(new FormData(event.target).get("clover_token"));
          });
        }"""
    )
    checkout.type_card()

    checkout.pay()
    checkout.page.wait_for_function("window.sent.length === 1")
    checkout.page.evaluate("document.forms[0].requestSubmit()")
    checkout.page.evaluate("document.querySelector('clover-card').reset()")
    checkout.pay()
    checkout.page.wait_for_function("window.sent.length === 2")

    first, second = checkout.page.evaluate("window.sent")
    assert first.startswith("clv_")
    assert first != second


def test_a_listener_can_keep_the_token_from_being_submitted(checkout):
    checkout.keep_events()
    checkout.open()
    checkout.page.evaluate(
        "document.addEventListener('clover-card:token', (event) => event.preventDefault())"
    )
    checkout.type_card()

    checkout.pay()
    checkout.page.wait_for_function("window.events.some(([name]) => name === 'token')")
    checkout.page.wait_for_timeout(200)

    assert checkout.shop.forms == []
    assert checkout.pay_button.get_attribute("aria-disabled") == "false"


def test_tokenize_gives_the_token_and_what_may_be_shown_of_the_card(checkout):
    checkout.open()
    checkout.type_card()

    answer = checkout.page.evaluate("document.querySelector('clover-card').tokenize()")

    assert answer == {
        "token": "clv_1TSTS0000000000000000001",
        "brand": "VISA",
        "last4": "4242",
        "expMonth": "12",
        "expYear": "2099",
    }
    assert checkout.page.evaluate("document.querySelector('clover-card').value") == ""


def test_a_second_request_while_one_runs_is_refused(checkout):
    checkout.open()
    checkout.type_card()

    codes = checkout.page.evaluate(
        """() => {
          const card = document.querySelector("clover-card");
          return Promise.all([card.tokenize(), card.tokenize()].map(
            (request) => request.then(() => "token", (error) => error.code)));
        }"""
    )

    assert codes == ["token", "busy"]


def test_a_token_that_comes_after_a_reset_is_dropped(checkout):
    checkout.open()
    checkout.type_card()

    code = checkout.page.evaluate(
        """() => {
          const card = document.querySelector("clover-card");
          const request = card.tokenize().catch((error) => error.code);
          card.reset();
          return request;
        }"""
    )

    assert code == "cancelled"


def test_a_form_the_browser_refuses_keeps_no_token(checkout):
    checkout.open()
    checkout.page.evaluate(
        """document.addEventListener("clover-card:token", () => {
          const input = document.createElement("input");
          input.required = true;
          document.forms[0].prepend(input);
        })"""
    )
    checkout.type_card()

    checkout.pay()
    checkout.page.wait_for_selector("form > input:focus")

    assert checkout.page.evaluate("document.querySelector('clover-card').value") == ""
    assert checkout.pay_button.get_attribute("aria-disabled") == "false"
    assert checkout.shop.forms == []


def test_the_pressed_button_s_value_is_sent(checkout):
    form = (
        checkout.card(submit_label="") + "<button name=then value=ship>Pay now</button>"
    )
    checkout.open(form=form)
    checkout.type_card()

    checkout.pay()
    checkout.expect_thanks()

    assert checkout.shop.forms[0]["then"] == ["ship"]


def test_a_disabled_element_lets_the_form_pass_without_a_token(checkout):
    checkout.open(form=checkout.card(disabled="") + "<button>Pay by invoice</button>")

    checkout.pay()
    checkout.expect_thanks()

    assert checkout.shop.forms == [{}]


def test_a_button_can_skip_the_card(checkout):
    checkout.open(
        form=checkout.card()
        + "<button name=coupon value=MUG data-clover-card-skip>Use coupon</button>"
    )

    checkout.page.get_by_role("button", name="Use coupon").click()
    checkout.expect_thanks()

    assert checkout.shop.forms == [{"coupon": ["MUG"]}]


def test_the_token_takes_the_given_name(checkout):
    checkout.open(name="payment_token")
    checkout.type_card()

    checkout.pay()
    checkout.expect_thanks()

    assert checkout.shop.forms[0]["payment_token"][0].startswith("clv_")
