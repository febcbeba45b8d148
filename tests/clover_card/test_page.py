"""How the element lives in a page: policy, width, names, and coming and going."""

import pytest
from playwright.sync_api import expect

from clover_card import csp_directives

pytestmark = pytest.mark.browser

LAYOUTS = ["fields", "single"]
UNNAMED = """() => [
    ...document.querySelectorAll("iframe, button, input:not([type=hidden])")
  ].filter((element) => !(element.title || element.textContent || element.labels?.length
    || element.getAttribute("aria-label")))
  .map((element) => element.outerHTML)"""


def strict_policy(script_url):
    sources = {
        "default-src": ("'none'",),
        "base-uri": ("'none'",),
    }
    directives = sources | csp_directives(script_url)
    return "; ".join(
        f"{name} {' '.join(values)}" for name, values in directives.items()
    )


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_strict_policy_is_never_violated(checkout, layout):
    checkout.shop.policy = strict_policy(f"{checkout.host.url}/sdk.js")
    checkout.page.add_init_script(
        """window.violations = [];
        document.addEventListener("securitypolicyviolation",
          ({ effectiveDirective, blockedURI }) =>
            window.violations.push([effectiveDirective, blockedURI]));"""
    )
    checkout.open(layout=layout)

    checkout.type_card(CARD_NUMBER="4242424242424241")
    checkout.pay()
    expect(checkout.input("CARD_NUMBER")).to_be_focused()
    violations = checkout.page.evaluate("window.violations")
    checkout.type_card()
    checkout.pay()
    checkout.expect_thanks()

    assert violations == []


def test_the_policy_of_the_test_does_stop_other_scripts(checkout):
    checkout.shop.policy = "script-src 'self'"

    checkout.open()

    expect(checkout.page.locator(".clover-card-message")).to_contain_text(
        "could not be loaded"
    )


def test_a_nonce_is_passed_on_to_the_sdk(checkout):
    checkout.shop.policy = "script-src 'nonce-abc123'"
    checkout.open()
    checkout.shop.page = checkout.shop.page.replace("<script ", "<script nonce=abc123 ")

    checkout.page.reload()

    expect(checkout.input("CARD_NUMBER")).to_be_visible()


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("width", [1280, 360])
def test_no_width_needs_sideways_scrolling(checkout, layout, width):
    checkout.page.set_viewport_size({"width": width, "height": 700})
    checkout.open(layout=layout)
    checkout.type_card()
    checkout.pay_button.focus()
    checkout.photograph(f"card-{layout}-{width}")

    checkout.type_card(CARD_NUMBER="4242424242424241", CARD_POSTAL_CODE="")
    checkout.pay()
    expect(checkout.input("CARD_NUMBER")).to_be_focused()
    checkout.photograph(f"card-{layout}-error-{width}")

    assert checkout.page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("layout", LAYOUTS)
def test_everything_that_takes_focus_has_a_name(checkout, layout):
    checkout.open(layout=layout)
    checkout.input("CARD_POSTAL_CODE").wait_for()

    unnamed = [
        html for frame in checkout.page.frames for html in frame.evaluate(UNNAMED)
    ]

    assert unnamed == []


def test_errors_are_tied_to_their_frames(checkout):
    checkout.open()
    frame = checkout.page.locator("[data-field=CARD_CVV] iframe")

    described_by = frame.get_attribute("aria-describedby")

    expect(checkout.error("CARD_CVV")).to_have_attribute("id", described_by)


def test_a_click_on_a_label_focuses_its_input(checkout):
    checkout.open()
    checkout.input("CARD_CVV").wait_for()

    checkout.page.get_by_text("Security code").click()

    expect(checkout.input("CARD_CVV")).to_be_focused()


def test_leaving_and_returning_leaves_one_set_of_frames(checkout):
    checkout.open()
    checkout.input("CARD_NUMBER").wait_for()

    checkout.page.evaluate(
        """() => {
          const card = document.querySelector("clover-card");
          const form = card.parentElement;
          for (let time = 0; time < 3; time += 1) { card.remove(); form.append(card); }
          form.prepend(card);
        }"""
    )
    checkout.type_card()
    checkout.pay()
    frames, footers = checkout.page.evaluate(
        "[document.querySelectorAll('iframe'), document.querySelectorAll('.clover-footer')]"
        ".map(({ length }) => length)"
    )
    checkout.expect_thanks()

    assert (frames, footers) == (4, 1)
    assert len(checkout.shop.tokens) == 1


def test_an_element_that_is_gone_leaves_nothing_behind(checkout):
    checkout.open(form=checkout.card(submit_label="") + "<button>Pay</button>")
    checkout.type_card()

    checkout.page.evaluate(
        """async () => {
          const busy = new Promise((heard) =>
            addEventListener("clover-card:busy", heard, { once: true }));
          document.querySelector("form > button").click();
          await busy;
          document.querySelector("clover-card").remove();
        }"""
    )

    expect(checkout.page.locator("iframe, .clover-footer")).to_have_count(0)
    expect(checkout.pay_button).to_have_attribute("aria-disabled", "false")


def test_several_elements_load_the_sdk_once(checkout):
    form = checkout.card() + "</form><form>" + checkout.card(layout="single")
    checkout.open(form=form)

    expect(checkout.page.locator("iframe")).to_have_count(5)

    assert checkout.host.requests.count("GET /sdk.js") == 1


def test_a_script_the_page_has_loaded_itself_is_not_loaded_again(checkout):
    own = f'<script src="{checkout.host.url}/sdk.js"></script>'
    checkout.open(form=own + checkout.card())

    expect(checkout.page.locator("iframe")).to_have_count(4)

    assert checkout.host.requests.count("GET /sdk.js") == 1


def test_the_element_also_works_as_a_module(checkout):
    checkout.open()
    checkout.shop.page = checkout.shop.page.replace(
        "<script defer", '<script type="module"'
    )

    checkout.page.reload()

    expect(checkout.page.locator("iframe")).to_have_count(4)


def test_ready_is_announced_once_when_all_frames_are_there(checkout):
    checkout.keep_events()
    checkout.open()
    checkout.type_card()

    assert checkout.events("ready") == [{}]


def test_variables_and_sdk_styles_reach_the_frames(checkout):
    checkout.open(
        sdk_styles="{&quot;input&quot;:{&quot;letterSpacing&quot;:&quot;3px&quot;}}"
    )
    spacing = checkout.input("CARD_NUMBER").evaluate(
        "e => getComputedStyle(e).letterSpacing"
    )
    checkout.page.evaluate(
        """() => {
          const card = document.querySelector("clover-card");
          card.removeAttribute("sdk-styles");
          document.body.style.setProperty("--clover-card-color", "rgb(1, 2, 3)");
          document.forms[0].append(card);
        }"""
    )
    color = checkout.input("CARD_NUMBER").evaluate("e => getComputedStyle(e).color")

    assert (spacing, color) == ("3px", "rgb(1, 2, 3)")


def test_the_button_s_text_changes_without_losing_the_card(checkout):
    checkout.open()
    checkout.type_card()

    checkout.page.evaluate(
        "document.querySelector('clover-card').setAttribute('submit-label', 'Pay $27.00')"
    )

    expect(checkout.pay_button).to_have_text("Pay $27.00")
    expect(checkout.input("CARD_NUMBER")).to_have_value("4242 4242 4242 4242")


def test_enabling_the_element_gives_its_button_back(checkout):
    checkout.open(disabled="")
    expect(checkout.pay_button).to_have_count(0)

    checkout.page.evaluate("document.querySelector('clover-card').disabled = false")

    expect(checkout.pay_button).to_be_visible()
