"""The element as a control of its form, among what the page does with the form itself."""

import pytest
from playwright.sync_api import expect

from tests.clover_card.conftest import CARD

pytestmark = pytest.mark.browser

PAY = "<button>Pay</button>"
SHOPS = "<input name=note>"
CARD_ELEMENT = "document.querySelector('clover-card')"
WAYS_TO_HIDE = {
    "its own style": f"{CARD_ELEMENT}.style.display = 'none'",
    "a style around it": "document.querySelector('#method').style.display = 'none'",
    "visibility": "document.querySelector('#method').style.visibility = 'hidden'",
    "the attribute hidden": "document.querySelector('#method').hidden = true",
    "details that are closed": "document.querySelector('#method').open = false",
}


def in_a_method(checkout, **attributes):
    """The element as one payment method of several, the button outside of it."""
    card = checkout.card(submit_label="", **attributes)
    return f"{SHOPS}<details id=method open>{card}</details>{PAY}"


def is_valid(checkout):
    """What the element says of itself; the browser it never gives a reason to refuse."""
    *said, held_back = checkout.page.evaluate(
        f"""() => {{
          const card = {CARD_ELEMENT};
          const {{ valid, valueMissing, customError }} = card.validity;
          return [card.checkValidity(), valid, !card.validationMessage,
                  !valueMissing && !customError, card.matches(":invalid")];
        }}"""
    )
    assert len(set(said)) == 1, said
    assert not held_back
    return said[0]


def wait_until_complete(checkout):
    checkout.page.wait_for_function(f"{CARD_ELEMENT}.checkValidity()")


@pytest.mark.parametrize("way", WAYS_TO_HIDE)
def test_another_payment_method_is_let_through_when_the_card_is_hidden(checkout, way):
    checkout.open(form=in_a_method(checkout))
    checkout.input("CARD_NUMBER").wait_for()

    checkout.page.evaluate(WAYS_TO_HIDE[way])
    assert is_valid(checkout)
    checkout.pay()
    checkout.expect_thanks()

    assert checkout.shop.forms == [{}]
    assert checkout.host.cards == []


def test_a_card_that_is_shown_again_is_asked_for_again(checkout):
    checkout.open(form=in_a_method(checkout))
    checkout.input("CARD_NUMBER").wait_for()
    checkout.page.evaluate(WAYS_TO_HIDE["a style around it"])
    checkout.page.evaluate("document.querySelector('#method').style.display = ''")

    checkout.pay()
    expect(checkout.error("CARD_NUMBER")).to_be_visible()
    checkout.type_card()
    checkout.pay()
    checkout.expect_thanks()

    assert len(checkout.shop.tokens) == 1


def test_no_token_of_a_card_that_was_hidden_meanwhile_is_sent(checkout):
    checkout.open(form=in_a_method(checkout))
    checkout.page.evaluate(
        """addEventListener("submit", (event) => {
          if (!document.querySelector("#method").hidden) event.preventDefault();
        })"""
    )
    checkout.type_card()
    checkout.pay()
    checkout.page.wait_for_function(f"{CARD_ELEMENT}.value !== ''")

    checkout.page.evaluate(WAYS_TO_HIDE["the attribute hidden"])
    checkout.page.locator("[name=note]").fill("by invoice")
    checkout.pay()
    checkout.expect_thanks()

    assert checkout.shop.forms == [{"note": ["by invoice"]}]


def test_a_disabled_fieldset_takes_the_card_out_and_gives_it_back(checkout):
    form = f"<fieldset disabled>{checkout.card()}</fieldset><button>Pay later</button>"
    checkout.open(form=form)
    card = checkout.page.locator("clover-card")
    checkout.page.get_by_role("button", name="Pay later").click()
    checkout.expect_thanks()

    checkout.page.go_back()
    checkout.page.evaluate("document.querySelector('fieldset').disabled = true")
    assert is_valid(checkout)
    expect(card.locator(".clover-card-submit")).to_have_count(0)
    checkout.page.evaluate("document.querySelector('fieldset').disabled = false")
    checkout.type_card()
    card.get_by_role("button", name="Pay $25.99").click()
    checkout.expect_thanks()

    assert [list(form) for form in checkout.shop.forms] == [[], ["clover_token"]]


@pytest.mark.parametrize("button", ["Pay $25.99", "Send"])
def test_the_card_may_stand_outside_of_its_form(checkout, button):
    card = checkout.card(form="elsewhere")
    checkout.open(
        form=f"</form>{card}<form id=elsewhere method=post action=/pay>"
        "<input name=note value=hello><button>Send</button>"
    )
    checkout.type_card()

    checkout.page.get_by_role("button", name=button).click()
    checkout.expect_thanks()

    (form,) = checkout.shop.forms
    assert form["note"] == ["hello"]
    assert len(checkout.shop.tokens) == 1


def test_the_form_s_reset_empties_the_card(checkout):
    checkout.open()
    checkout.type_card(CARD_NUMBER="4242424242424241")
    checkout.pay()
    expect(checkout.error("CARD_NUMBER")).to_be_visible()

    checkout.page.evaluate("document.forms[0].reset()")

    for field in CARD:
        expect(checkout.input(field)).to_have_value("")
    expect(checkout.error("CARD_NUMBER")).to_be_hidden()
    assert not is_valid(checkout)
    assert checkout.page.locator("iframe").count() == 4
    assert checkout.page.locator(".clover-footer").count() == 1
    checkout.type_card()
    checkout.pay()
    checkout.expect_thanks()


def test_validity_is_true_all_the_way(checkout):
    checkout.open(form=in_a_method(checkout))
    checkout.input("CARD_NUMBER").wait_for()
    assert not is_valid(checkout)

    checkout.input("CARD_NUMBER").fill(CARD["CARD_NUMBER"])
    checkout.page.locator("[name=note]").focus()
    assert not is_valid(checkout)

    checkout.type_card()
    checkout.page.locator("[name=note]").focus()
    wait_until_complete(checkout)
    assert is_valid(checkout)

    checkout.type_card(CARD_NUMBER="4242424242424241")
    checkout.page.locator("[name=note]").focus()
    expect(checkout.error("CARD_NUMBER")).to_be_visible()
    assert not is_valid(checkout)
    message = checkout.page.evaluate(f"{CARD_ELEMENT}.validationMessage")
    assert message == checkout.error("CARD_NUMBER").inner_text()


def test_asking_whether_the_form_is_valid_does_nothing_else(checkout):
    checkout.open(form=in_a_method(checkout))
    checkout.input("CARD_NUMBER").wait_for()
    checkout.page.locator("[name=note]").focus()

    for _ in range(3):
        assert not is_valid(checkout)
    checkout.page.wait_for_timeout(300)

    expect(checkout.page.locator("[name=note]")).to_be_focused()
    expect(checkout.error("CARD_NUMBER")).to_be_hidden()


def test_reporting_validity_shows_what_is_wrong(checkout):
    checkout.open()
    checkout.input("CARD_NUMBER").wait_for()

    assert checkout.page.evaluate(f"{CARD_ELEMENT}.reportValidity()") is False

    expect(checkout.error("CARD_NUMBER")).to_be_visible()
    expect(checkout.input("CARD_NUMBER")).to_be_focused()


def test_another_input_that_is_wanting_comes_first(checkout):
    checkout.open(form=f"<input name=name required>{in_a_method(checkout)}")
    checkout.input("CARD_NUMBER").wait_for()

    checkout.pay()

    expect(checkout.page.locator("[name=name]")).to_be_focused()
    checkout.page.wait_for_timeout(300)
    expect(checkout.page.locator("[name=name]")).to_be_focused()
    checkout.page.locator("[name=name]").fill("Ann")
    checkout.type_card()
    checkout.pay()
    checkout.expect_thanks()


@pytest.mark.parametrize("where", ["on the form", "on the button"])
def test_without_the_browser_s_validation_the_card_is_asked_for_all_the_same(
    checkout, where
):
    checkout.open(form=in_a_method(checkout))
    script = {
        "on the form": "document.forms[0].noValidate = true",
        "on the button": "document.querySelector('form > button').formNoValidate = true",
    }
    checkout.page.evaluate(script[where])
    checkout.input("CARD_NUMBER").wait_for()

    checkout.pay()
    expect(checkout.error("CARD_NUMBER")).to_be_visible()
    checkout.type_card()
    checkout.pay()
    checkout.expect_thanks()

    assert len(checkout.shop.tokens) == 1


def test_a_form_s_data_holds_the_token_under_its_name(checkout):
    checkout.open(name="payment_token")
    checkout.page.evaluate(
        """addEventListener("submit", (event) => {
          event.preventDefault();
          window.sent = [...new FormData(event.target).entries()];
        })"""
    )
    checkout.type_card()

    checkout.pay()
    checkout.page.wait_for_function("window.sent")

    assert checkout.page.evaluate("window.sent") == [
        ["payment_token", "clv_1TSTS0000000000000000001"]
    ]
    assert checkout.page.evaluate(
        f"document.forms[0].elements.payment_token === {CARD_ELEMENT}"
    )
    assert checkout.page.evaluate(f"{CARD_ELEMENT}.value").startswith("clv_")


def test_moving_to_another_form_frees_the_buttons_of_the_first(checkout):
    checkout.open(
        form=in_a_method(checkout) + "</form><form id=other method=post action=/pay>"
        "<button>Pay there</button>"
    )
    checkout.type_card()
    checkout.page.evaluate(
        f"""() => {{
          document.querySelector("form > button").click();
          document.querySelector("#other").prepend({CARD_ELEMENT});
        }}"""
    )

    first = checkout.page.get_by_role("button", name="Pay", exact=True)
    expect(first).not_to_have_attribute("aria-disabled", "true")
    checkout.type_card()
    checkout.page.get_by_role("button", name="Pay there").click()
    checkout.expect_thanks()

    assert len(checkout.shop.forms) == 1
    assert len(checkout.shop.tokens) == 1
