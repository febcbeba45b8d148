"""The hosted checkout page in a browser: paying, cancelling, states and narrow screens."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from string import Template

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.clover_card.chromium import PATIENCE_MS, chromium
from tests.clover_card.servers import PAGES, Shop, read_file, running

pytestmark = pytest.mark.browser

SCREENSHOTS = Path(__file__).parents[2] / "browser" / "screenshots"
CONTENT = {
    "merchant_name": "Moss &amp; Mug Co.",
    "total": "$27.65",
    "currency": "USD",
    "lines_html": "<li><span>Mug</span><span>$23.90</span></li>"
    "<li><span>Shipping</span><span>$2.00</span></li>",
    "tax_html": "<li><span>State tax</span><span>$1.75</span></li>",
    "message_html": "",
    "cards_html": '<li data-card="4242424242424242"><span>Visa, approved</span></li>'
    '<li data-card="378282246310005"><span>Amex, approved</span></li>',
    "minutes": "15",
    "pay_action": "/pay",
    "cancel_action": "/cancel",
    "session_state": "open",
}


@dataclass
class HostedCheckout(Shop):
    """Serves the filled template, and keeps what is posted to it."""

    def get(self, path: str) -> tuple[int, str, bytes]:
        if path in {"/checkout.css", "/checkout.js"}:
            return read_file(PAGES / path.lstrip("/"))
        return super().get(path)

    def show(self, **changes: str) -> None:
        template = Template((PAGES / "checkout.html").read_text(encoding="utf-8"))
        self.page = template.substitute(CONTENT | changes)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def hosted() -> Iterator[HostedCheckout]:
    with running(HostedCheckout("127.0.0.1")) as hosted:
        hosted.show()
        yield hosted


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.set_default_timeout(PATIENCE_MS)
    yield page
    page.close()


def photograph(page: Page, name: str) -> None:
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)


def test_a_shopper_types_a_card_and_pays(page, hosted):
    page.goto(hosted.url)

    page.get_by_label("Card number").press_sequentially("4242424242424242")
    page.get_by_label("Expiry date").press_sequentially("1299")
    page.get_by_label("Security code").fill("123")
    page.get_by_label("ZIP").fill("12207")
    page.get_by_role("button", name="Pay $27.65").click()
    expect(page).to_have_title("Thank you")

    assert "POST /pay" in hosted.requests
    assert hosted.forms == [
        {
            "number": ["4242 4242 4242 4242"],
            "exp": ["12/99"],
            "cvv": ["123"],
            "zip": ["12207"],
        }
    ]


def test_the_page_works_without_scripts(browser, hosted):
    page = browser.new_page(java_script_enabled=False)
    page.goto(hosted.url)

    page.get_by_label("Card number").fill("4242424242424242")
    page.get_by_label("Expiry date").fill("12/99")
    page.get_by_label("Security code").fill("123")
    page.get_by_label("ZIP").fill("12207")
    page.get_by_role("button", name="Pay $27.65").click()
    expect(page).to_have_title("Thank you")
    page.close()

    assert hosted.forms[0]["number"] == ["4242424242424242"]


def test_a_test_card_fills_the_form(page, hosted):
    page.goto(hosted.url)

    page.get_by_role("button", name="Amex, approved").click()
    page.keyboard.press("Enter")
    expect(page).to_have_title("Thank you")

    assert hosted.forms[0]["number"] == ["3782 822463 10005"]
    assert hosted.forms[0]["cvv"] == ["1234"]


def test_cancel_needs_no_card(page, hosted):
    page.goto(hosted.url)

    page.get_by_role("button", name="Cancel").click()
    expect(page).to_have_title("Thank you")

    assert "POST /cancel" in hosted.requests


def test_two_clicks_pay_once(page, hosted):
    page.goto(hosted.url)
    page.get_by_role("button", name="Visa, approved").click()

    page.get_by_role("button", name="Pay $27.65").dblclick()
    expect(page).to_have_title("Thank you")

    assert len(hosted.forms) == 1


@pytest.mark.parametrize(
    ("state", "heading"),
    [("expired", "This session has expired"), ("paid", "Thank you")],
)
def test_a_closed_session_offers_no_card_form(page, hosted, state, heading):
    hosted.show(session_state=state)

    page.goto(hosted.url)
    photograph(page, f"hosted-{state}-1280")

    expect(page.get_by_role("heading", name=heading)).to_be_visible()
    expect(page.get_by_label("Card number")).to_be_hidden()


@pytest.mark.parametrize("width", [1280, 360])
def test_no_width_needs_sideways_scrolling(page, hosted, width):
    hosted.show(
        merchant_name="A merchant with a very long name indeed",
        message_html='<p class="message" role="alert">The card was declined.</p>',
    )
    page.set_viewport_size({"width": width, "height": 800})

    page.goto(hosted.url)
    photograph(page, f"hosted-open-{width}")

    assert page.evaluate("document.documentElement.scrollWidth") == width
