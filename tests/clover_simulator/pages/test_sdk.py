"""The double of Clover's SDK keeps to the surface and the manners of the original."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.clover_card.chromium import PATIENCE_MS, chromium
from tests.clover_card.servers import CheckoutHost, Shop, running

pytestmark = pytest.mark.browser

MAKE = """(elements) => {
  window.clover = new Clover("key", { merchantId: "TESTMERCH0001" });
  window.kept = elements.map((type) => {
    const box = document.createElement("div");
    box.id = type;
    document.body.append(box);
    const element = clover.elements().create(type, { input: { color: "rgb(1, 2, 3)" } });
    element.mount(`#${type}`);
    return element;
  });
}"""
SEPARATE = ["CARD_NUMBER", "CARD_DATE", "CARD_CVV", "CARD_POSTAL_CODE"]
VALUES = dict(zip(SEPARATE, ["4242424242424242", "12/99", "123", "12207"], strict=True))
SETTLED = 200


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def host() -> Iterator[CheckoutHost]:
    with running(CheckoutHost("127.0.0.1")) as host:
        yield host


@pytest.fixture
def page(browser: Browser, host: CheckoutHost) -> Iterator[Page]:
    with running(Shop("localhost")) as shop:
        shop.page = f'<body><script src="{host.url}/sdk.js"></script></body>'
        page = browser.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.goto(shop.url)
        page.clock.install()
        yield page
        page.close()


def settle(page: Page) -> None:
    """Let the fields' timers run out, however slow the machine is."""
    page.clock.run_for(SETTLED)


def fill(page: Page, **changes: str) -> None:
    for field, value in (VALUES | changes).items():
        page.frame_locator(f"#{field} iframe").locator("input").fill(value)


def thrown(page: Page, script: str) -> str:
    return page.evaluate(
        "(script) => { try { new Function(script)(); return ''; }"
        " catch (error) { return error.message; } }",
        script,
    )


def test_a_missing_key_is_refused(page):
    assert thrown(page, "new Clover()") == "Apikey is required"


def test_a_second_listener_of_one_name_is_refused(page):
    page.evaluate(MAKE, ["CARD"])

    message = thrown(
        page,
        "kept[0].addEventListener('blur', () => {});"
        "kept[0].addEventListener('blur', () => {});",
    )

    assert message == "blur event is already registered"


def test_a_removed_listener_makes_room(page):
    page.evaluate(MAKE, ["CARD"])

    message = thrown(
        page,
        "kept[0].addEventListener('blur', () => {}); kept[0].removeEventListener('blur');"
        "kept[0].addEventListener('blur', () => {});",
    )

    assert message == ""


def test_elements_is_one_instance(page):
    page.evaluate(MAKE, ["CARD"])

    assert page.evaluate("clover.elements() === clover.elements()")


@pytest.mark.parametrize("kind", ["PAYMENT_REQUEST_BUTTON", "ACH_ELEMENTS", "NONSENSE"])
def test_an_element_it_lacks_is_refused_by_name(page, kind):
    message = thrown(page, f"new Clover('key').elements().create('{kind}')")

    assert f"no {kind} element" in message


def test_other_instruments_are_refused_by_name(page):
    assert "bank accounts" in thrown(page, "new Clover('key').createAchToken({})")


def test_a_selector_without_a_container_is_refused(page):
    message = thrown(page, "new Clover('key').elements().create('CARD').mount('#no')")

    assert "#no" in message


def test_an_event_says_the_state_of_all_fields(page):
    page.evaluate(MAKE, SEPARATE)
    page.evaluate(
        "kept[0].addEventListener('blur', (state) => { window.state = state; })"
    )

    page.frame_locator("#CARD_NUMBER iframe").locator("input").fill("4242")
    page.frame_locator("#CARD_DATE iframe").locator("input").focus()
    page.wait_for_function("window.state")

    assert page.evaluate("state") == {
        "CARD_NUMBER": {"touched": True, "error": "Card number is invalid."},
        "CARD_DATE": {"touched": False},
        "CARD_CVV": {"touched": False},
        "CARD_POSTAL_CODE": {"touched": False},
    }


def test_a_frame_that_was_left_takes_no_focus_back(page):
    page.evaluate(MAKE, ["CARD_CVV"])
    page.evaluate("document.body.append(document.createElement('button'))")
    element = page.locator("#CARD_CVV iframe").element_handle()
    frame = element.content_frame()
    frame.wait_for_selector("input")
    page.clock.pause_at(datetime.now(UTC) + timedelta(minutes=1))

    element.focus()
    frame.wait_for_function("document.hasFocus()")
    page.locator("button").focus()
    frame.wait_for_function("!document.hasFocus()")
    settle(page)

    expect(page.locator("button")).to_be_focused(timeout=3_000)


def test_a_token_asked_for_before_the_fields_settle_misses_the_last(page):
    page.evaluate(MAKE, SEPARATE)
    page.clock.pause_at(datetime.now(UTC) + timedelta(minutes=1))
    fill(page)

    answer = page.evaluate("clover.createToken()")

    assert answer == {"errors": {"CARD_POSTAL_CODE": "Card postal code is required."}}


def test_a_multipay_token_is_made_one_at_the_source(page, host):
    page.evaluate(MAKE, SEPARATE)
    fill(page)
    settle(page)

    token = page.evaluate("clover.createToken(true)")["token"]

    assert host.multipay == [{"token": token, "type": "MULTIPAY"}]


def test_a_field_that_is_not_mounted_is_required_all_the_same(page):
    page.evaluate(MAKE, SEPARATE[:3])
    for field in SEPARATE[:3]:
        page.frame_locator(f"#{field} iframe").locator("input").fill(VALUES[field])
    settle(page)

    answer = page.evaluate("clover.createToken()")

    assert answer == {"errors": {"CARD_POSTAL_CODE": "Card postal code is required."}}


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        (
            {"CARD_NUMBER": "4242424242424241"},
            {"CARD_NUMBER": "Card number is invalid."},
        ),
        ({"CARD_DATE": "13/99"}, {"CARD_DATE": "Card expiry is invalid."}),
        ({"CARD_DATE": "01/20"}, {"CARD_DATE": "Card expiry is invalid."}),
        ({"CARD_CVV": "12"}, {"CARD_CVV": "Card CVV is invalid."}),
        ({"CARD_NUMBER": "378282246310005"}, {"CARD_CVV": "Card CVV is invalid."}),
        (
            {"CARD_POSTAL_CODE": "1"},
            {"CARD_POSTAL_CODE": "Card postal code is invalid."},
        ),
    ],
)
def test_a_wrong_value_is_answered_with_clover_s_text(page, host, changes, errors):
    page.evaluate(MAKE, SEPARATE)
    fill(page, **changes)
    settle(page)

    answer = page.evaluate("clover.createToken()")

    assert answer == {"errors": errors}
    assert host.cards == []


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("4242424242424242", "4242 4242 4242 4242"),
        ("378282246310005", "3782 822463 10005"),
        ("30569309025904", "3056 930902 5904"),
    ],
)
def test_a_number_is_grouped_as_on_the_card(page, typed, shown):
    page.evaluate(MAKE, ["CARD"])
    field = page.frame_locator("#CARD iframe").locator("#CARD_NUMBER")

    field.press_sequentially(typed)

    assert field.input_value() == shown


def test_a_digit_typed_in_the_middle_leaves_the_caret_there(page):
    page.evaluate(MAKE, ["CARD"])
    field = page.frame_locator("#CARD iframe").locator("#CARD_NUMBER")
    field.press_sequentially("424242")
    for _ in range(5):
        field.press("ArrowLeft")

    field.press_sequentially("11")

    assert field.input_value() == "4211 4242"


@pytest.mark.parametrize(
    ("typed", "shown"),
    [("1299", "12/99"), ("599", "05/99"), ("5/99", "05/99"), ("12/2099", "12/2099")],
)
def test_an_expiry_is_written_as_month_and_year(page, typed, shown):
    page.evaluate(MAKE, ["CARD"])
    field = page.frame_locator("#CARD iframe").locator("#CARD_DATE")

    field.press_sequentially(typed)

    assert field.input_value() == shown


def test_styles_reach_the_input(page):
    page.evaluate(MAKE, ["CARD"])

    field = page.frame_locator("#CARD iframe").locator("#CARD_NUMBER")

    assert field.evaluate("(input) => getComputedStyle(input).color") == "rgb(1, 2, 3)"


def test_the_brand_is_named_as_soon_as_it_is_known(page):
    page.evaluate(MAKE, ["CARD"])
    frame = page.frame_locator("#CARD iframe")

    frame.locator("#CARD_NUMBER").press_sequentially("37")

    expect(frame.locator(".brand")).to_have_text("AMEX")


def test_a_frame_breaks_no_rule_of_its_own_policy(page):
    said = []
    page.on("console", lambda message: said.append(message.text))

    page.evaluate(MAKE, SEPARATE)
    fill(page)
    settle(page)
    page.evaluate("clover.createToken()")

    assert said == []


def test_the_footer_stands_once_at_the_end_of_the_page(page):
    page.evaluate("new Clover('key'); new Clover('key');")

    assert page.locator("body > .clover-footer:last-child").count() == 1
    assert page.locator(".clover-footer").count() == 1


def test_a_message_from_elsewhere_opens_no_frame(page):
    page.evaluate(MAKE, SEPARATE)
    fill(page)
    settle(page)

    page.evaluate(
        """() => {
          window.heard = [];
          const hear = ({ data }) => heard.push(JSON.stringify(data));
          window.addEventListener("message", hear);
          for (const frame of document.querySelectorAll("iframe")) {
            for (const type of ["report", "collect", "values", "state"]) {
              frame.contentWindow.postMessage({ type, round: "1" }, "*");
            }
          }
          const { searchParams } = new URL(document.querySelector("iframe").src);
          const group = searchParams.get("group");
          const channel = new BroadcastChannel(`clover-simulator-${group}`);
          channel.onmessage = hear;
          channel.postMessage({ round: "1" });
        }"""
    )
    settle(page)

    assert "4242" not in str(page.evaluate("heard"))


def test_a_refused_request_rejects(page, host):
    host.refusals = 1
    page.evaluate(MAKE, SEPARATE)
    fill(page)
    settle(page)

    message = page.evaluate("clover.createToken().catch((error) => error.message)")

    assert "500 Internal Server Error" in message
