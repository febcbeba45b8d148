"""The one submit the page's own listeners hear, and one token, whatever they do with it."""

import time

import pytest
from playwright.sync_api import expect

from tests.clover_card.conftest import CARD

pytestmark = pytest.mark.browser

CARD_ELEMENT = "document.querySelector('clover-card')"
FIRST_TOKEN = "clv_1TSTS0000000000000000001"
CLICK = "document.querySelector('form > button').click()"
METHODS = """<label><input type=radio name=method value=card checked>Card</label>
  <label><input type=radio name=method value=invoice>Invoice</label>"""
CHOOSE = """document.forms[0].addEventListener("change", ({ target }) => {
  document.querySelector("#method").hidden = target.value !== "card"; })"""
SEND_ITSELF = """() => {
  window.sent = [];
  document.forms[0].addEventListener("submit", (event) => {
    event.preventDefault();  // the charge is slow: nothing comes back here
    window.sent.push(new FormData(event.target).get("clover_token"));
  });
}"""
SPIN = "document.querySelector('#method').hidden = true"


def open_form(checkout, before="<input name=note>", button="<button>Pay</button>"):
    card = checkout.card(submit_label="")
    checkout.open(form=f"{before}<div id=method>{card}</div>{button}")


def wait_for_sent(checkout, count=1):
    checkout.page.wait_for_function(f"window.sent.length === {count}")


def hold_tokens(checkout):
    """Token requests wait until the answer is called."""
    held = []
    checkout.page.route("**/v1/tokens", lambda route: held.append(route))

    def let_go():
        for route in held:
            route.continue_()

    return held, let_go


def wait_for_request(checkout, held):
    for _ in range(200):
        if held:
            return
        checkout.page.wait_for_timeout(50)
    raise AssertionError("no token was asked for")


def test_the_page_s_listeners_hear_of_one_submit_with_the_token(checkout):
    open_form(checkout)
    checkout.page.evaluate(
        """() => {
          const heard = (name) => (event) => {
            const token = new FormData(event.target).get("clover_token");
            const kept = JSON.parse(sessionStorage.heard ?? "[]");
            sessionStorage.heard =
              JSON.stringify([...kept, [name, event.defaultPrevented, Boolean(token)]]);
          };
          document.forms[0].addEventListener("submit", heard("first"), true);
          document.forms[0].addEventListener("submit", heard("form"));
          document.addEventListener("submit", heard("page"));
        }"""
    )
    checkout.type_card()

    checkout.pay()
    checkout.expect_thanks()

    heard = checkout.page.evaluate("JSON.parse(sessionStorage.heard)")
    assert heard == [[name, False, True] for name in ("first", "form", "page")]


LOCKS = {
    "a flag": """let locked = false;
      document.forms[0].addEventListener("submit", (event) => {
        if (locked) event.preventDefault();
        locked = true; });""",
    "a flag that stops the event": """let locked = false;
      document.forms[0].addEventListener("submit", (event) => {
        if (locked) { event.preventDefault(); event.stopImmediatePropagation(); }
        locked = true; });""",
    "an attribute, as of Oscar": """document.forms[0].onsubmit = ({ target }) => {
        if (target.dataset.locked) return false;
        target.dataset.locked = "1"; };""",
    "a disabled button": """document.forms[0].addEventListener("submit", () => {
        document.querySelector("form > button").disabled = true; });""",
}


@pytest.mark.parametrize("way", LOCKS)
def test_a_page_that_locks_at_the_first_submit_is_paid(checkout, way):
    open_form(checkout)
    checkout.page.evaluate(f"() => {{ {LOCKS[way]} }}")
    checkout.type_card(CARD_NUMBER="4242424242424241")
    checkout.pay()
    expect(checkout.error("CARD_NUMBER")).to_be_visible()
    expect(checkout.pay_button).to_have_attribute("aria-disabled", "false")

    checkout.type_card()
    checkout.pay()
    checkout.expect_thanks()

    assert checkout.shop.tokens == [FIRST_TOKEN]


@pytest.mark.parametrize(
    "script",
    ["this.form.requestSubmit()", "this.disabled = true; this.form.requestSubmit()"],
)
@pytest.mark.parametrize("kind", ["button", "submit"])
def test_a_script_s_submit_pays_right_after_the_last_field(checkout, kind, script):
    open_form(checkout, button=f'<button type={kind} onclick="{script}">Pay</button>')
    checkout.type_card()

    checkout.page.evaluate(CLICK)
    checkout.expect_thanks()

    assert checkout.shop.tokens == [FIRST_TOKEN]


def test_a_script_s_submit_of_an_empty_card_says_what_is_wrong(checkout):
    open_form(checkout)
    checkout.input("CARD_NUMBER").wait_for()

    checkout.page.evaluate("document.forms[0].requestSubmit()")

    expect(checkout.error("CARD_NUMBER")).to_be_visible()
    expect(checkout.input("CARD_NUMBER")).to_be_focused()


REFUSALS = {
    "a listener of the form": "document.forms[0].addEventListener('submit', check)",
    "a listener of the page": "document.addEventListener('submit', check)",
    "a listener that is first": "window.addEventListener('submit', check, true)",
    "a listener that stops the event": """document.forms[0].addEventListener('submit',
        (event) => { event.stopImmediatePropagation(); check(event); })""",
    "onsubmit": """document.forms[0].onsubmit = (event) => {
        return document.querySelector('[name=note]').value !== ''; }""",
    "an attribute": """document.forms[0].setAttribute('onsubmit',
        "return document.querySelector('[name=note]').value !== ''")""",
}
CHECK = """window.check = (event) => {
  if (document.querySelector("[name=note]").value === "") event.preventDefault();
};"""


@pytest.mark.parametrize("way", REFUSALS)
def test_the_page_s_own_validation_costs_no_second_token(checkout, way):
    open_form(checkout)
    checkout.page.evaluate(CHECK + REFUSALS[way])
    checkout.type_card()
    checkout.pay()
    checkout.page.wait_for_timeout(600)

    checkout.page.locator("[name=note]").fill("now it is fine")
    expect(checkout.pay_button).not_to_have_attribute("aria-disabled", "true")
    checkout.pay()
    checkout.expect_thanks()

    assert len(checkout.host.cards) == 1
    assert checkout.shop.tokens == [FIRST_TOKEN]


def test_another_card_after_a_refusal_is_asked_anew(checkout):
    open_form(checkout)
    checkout.page.evaluate(CHECK + REFUSALS["a listener of the form"])
    checkout.type_card()
    checkout.pay()
    checkout.page.wait_for_function(f"{CARD_ELEMENT}.value")

    checkout.page.locator("[name=note]").fill("now it is fine")
    checkout.type_card(CARD_NUMBER="5555555555554444")
    checkout.page.wait_for_function(f"!{CARD_ELEMENT}.value")
    checkout.pay()
    checkout.expect_thanks()

    assert [card["brand"] for card in checkout.host.cards] == ["VISA", "MC"]
    assert checkout.shop.tokens == ["clv_1TSTS0000000000000000002"]


def test_a_page_that_sends_itself_gets_no_second_token_for_a_second_press(checkout):
    open_form(checkout)
    checkout.page.evaluate(SEND_ITSELF)
    checkout.type_card()
    checkout.pay()
    wait_for_sent(checkout)

    checkout.page.evaluate(CLICK)  # at once: dropped
    checkout.input("CARD_CVV").click()
    checkout.page.evaluate(CLICK)  # a field was looked at, not changed: dropped
    checkout.page.wait_for_timeout(600)
    assert checkout.page.evaluate("window.sent") == [FIRST_TOKEN]
    code = f"{CARD_ELEMENT}.tokenize().catch(({{ code }}) => code)"
    assert checkout.page.evaluate(code) == "busy"

    checkout.page.locator("[name=note]").fill("please ring twice")
    assert checkout.page.evaluate(code) == "busy"
    checkout.page.evaluate(CLICK)
    wait_for_sent(checkout, 2)

    assert checkout.page.evaluate("window.sent") == [FIRST_TOKEN, FIRST_TOKEN]
    assert len(checkout.host.cards) == 1


def test_a_listener_before_the_element_may_keep_the_submit_and_ask_itself(checkout):
    open_form(checkout)
    checkout.page.evaluate(
        """() => {
          window.sent = [];
          window.addEventListener("submit", async (event) => {
            event.preventDefault();
            const { token } = await document.querySelector("clover-card").tokenize();
            window.sent.push(token);
          }, true);
        }"""
    )
    checkout.type_card()

    checkout.pay()
    wait_for_sent(checkout)

    assert checkout.page.evaluate("window.sent") == [FIRST_TOKEN]
    assert len(checkout.host.cards) == 1
    assert checkout.shop.forms == []


SPINNERS = {
    "of the submit": f"document.forms[0].addEventListener('submit', () => {{ {SPIN} }})",
    "of the busy event": f"addEventListener('clover-card:busy', () => {{ {SPIN} }})",
}


@pytest.mark.parametrize("way", SPINNERS)
def test_a_spinner_that_hides_the_card_lets_no_form_go_without_the_token(checkout, way):
    was = checkout.shop.post

    def slow(path, body, headers):
        answer = was(path, body, headers)
        time.sleep(1)
        return answer

    checkout.shop.post = slow
    open_form(checkout, before="")
    checkout.page.evaluate(SPINNERS[way])
    checkout.type_card()

    # Twice at once, and again while the token, and then the charge, is on its way. The
    # button moves as soon as the card is hidden, so the pointer does not wait for it.
    place = checkout.pay_button.bounding_box()
    for delay in (100, 300, 600, 900):
        checkout.page.evaluate(f"void setTimeout(() => {{ {CLICK} }}, {delay})")
    checkout.page.mouse.dblclick(place["x"] + 5, place["y"] + 5)
    checkout.expect_thanks()

    assert checkout.shop.forms == [{"clover_token": [FIRST_TOKEN]}]
    assert len(checkout.host.cards) == 1


def test_another_method_chosen_while_the_token_is_on_its_way_is_not_paid_by_card(
    checkout,
):
    checkout.keep_events()
    open_form(checkout, before=METHODS)
    checkout.page.evaluate(CHOOSE)
    checkout.type_card()
    held, let_go = hold_tokens(checkout)
    checkout.pay()
    wait_for_request(checkout, held)

    checkout.page.locator("[value=invoice]").check()
    let_go()
    expect(checkout.pay_button).to_have_attribute("aria-disabled", "false")
    checkout.page.wait_for_timeout(300)
    assert checkout.shop.forms == []
    assert checkout.events("token") == checkout.events("error") == []
    checkout.pay()
    checkout.expect_thanks()

    assert checkout.shop.forms == [{"method": ["invoice"]}]


def test_a_change_elsewhere_while_the_token_is_on_its_way_stops_nothing(checkout):
    open_form(checkout)
    checkout.type_card()
    held, let_go = hold_tokens(checkout)
    checkout.pay()
    wait_for_request(checkout, held)

    checkout.page.locator("[name=note]").fill("please ring twice")
    let_go()
    checkout.expect_thanks()

    assert checkout.shop.tokens == [FIRST_TOKEN]


def test_a_card_that_is_disabled_while_its_token_is_on_its_way_is_not_sent(checkout):
    open_form(checkout)
    checkout.type_card()
    held, let_go = hold_tokens(checkout)
    checkout.pay()
    wait_for_request(checkout, held)

    checkout.page.evaluate(f"{CARD_ELEMENT}.disabled = true")
    let_go()
    expect(checkout.pay_button).to_have_attribute("aria-disabled", "false")

    assert checkout.shop.forms == []
    assert checkout.page.evaluate(f"{CARD_ELEMENT}.value") == ""


@pytest.mark.parametrize("part", ["clover-card", "clover-card, .clover-card"])
def test_a_card_laid_out_by_the_grid_around_it_is_paid_with(checkout, part):
    open_form(checkout, before=f"<style>{part} {{ display: contents }}</style>")
    checkout.type_card()

    checkout.pay()
    checkout.expect_thanks()

    assert checkout.shop.tokens == [FIRST_TOKEN]


def test_a_button_that_skips_the_card_takes_no_kept_token_along(checkout):
    skip = "<button data-clover-card-skip>Save for later</button>"
    open_form(checkout, button=f"<button>Pay</button>{skip}")
    checkout.page.evaluate(CHECK + REFUSALS["a listener of the form"])
    checkout.type_card()
    checkout.pay()
    checkout.page.wait_for_function(f"{CARD_ELEMENT}.value")
    checkout.page.locator("[name=note]").fill("hello")

    checkout.page.get_by_role("button", name="Save for later").click()
    checkout.expect_thanks()

    assert checkout.shop.forms == [{"note": ["hello"]}]


def two_cards(checkout):
    cards = [
        checkout.card(submit_label=""),
        checkout.card(submit_label="", name="other"),
    ]
    form = "".join(f"<div id=method{n}>{card}</div>" for n, card in enumerate(cards))
    checkout.open(form=f"{form}<button>Pay</button>")
    for n in range(len(cards)):
        for field, value in CARD.items():
            frame = checkout.page.frame_locator(
                f'#method{n} [data-field="{field}"] iframe'
            )
            frame.locator(f"#{field}").fill(value)


def test_of_two_cards_in_one_form_the_first_is_paid_with_and_the_console_says_so(
    checkout,
):
    shown = []
    checkout.page.on("console", lambda said: shown.append((said.type, said.text)))
    two_cards(checkout)

    checkout.pay_button.dblclick()
    checkout.expect_thanks()

    assert checkout.shop.forms == [{"clover_token": [FIRST_TOKEN]}]
    errors = [text for kind, text in shown if kind == "error" and "of several" in text]
    assert len(errors) == 1


def test_of_two_cards_in_one_form_the_one_in_sight_is_paid_with(checkout):
    two_cards(checkout)
    checkout.page.evaluate("document.querySelector('#method0').hidden = true")

    checkout.pay()
    checkout.expect_thanks()

    assert checkout.shop.forms == [{"other": [FIRST_TOKEN]}]
