"""The pages as the simulator itself serves them: the card ends as a token in its ledger."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from clover_simulator.testing import Simulator
from tests.clover_card.chromium import PATIENCE_MS, chromium
from tests.clover_card.servers import Shop, running
from tests.clover_simulator.conftest import Client, open_checkout

pytestmark = pytest.mark.browser

CARD = {
    "CARD_NUMBER": "4242424242424242",
    "CARD_DATE": "12/99",
    "CARD_CVV": "123",
    "CARD_POSTAL_CODE": "12207",
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator() as simulator:
        yield simulator


@pytest.fixture
def payment_page(browser: Browser, simulator: Simulator) -> Iterator[Page]:
    with running(Shop("localhost")) as shop:
        shop.page = f"""<!doctype html>
            <script defer src="/static/clover_card/clover-card.js"></script>
            <form method="post"><clover-card script-url="{simulator.url}/sdk.js"
              public-key="{simulator.merchant.public_key}"
              merchant-id="{simulator.merchant.id}"></clover-card></form>"""
        page = browser.new_page()
        page.set_default_timeout(PATIENCE_MS)
        page.goto(shop.url)
        yield page
        page.close()


def type_card(page: Page, **changes: str) -> None:
    for field, value in (CARD | changes).items():
        frame = page.frame_locator(f"[data-field={field}] iframe")
        frame.locator("input").fill(value)


def test_the_element_s_token_is_in_the_records(payment_page, simulator):
    type_card(payment_page)

    answer = payment_page.evaluate("document.querySelector('clover-card').tokenize()")

    (token,) = simulator.ledger.tokens
    assert (answer["token"], answer["brand"], answer["last4"]) == (
        token.id,
        "VISA",
        "4242",
    )


def test_a_number_that_is_no_test_card_is_refused_beside_its_field(payment_page):
    type_card(payment_page, CARD_NUMBER="4111111111111111")

    payment_page.evaluate(
        "document.querySelector('clover-card').tokenize().catch(() => {})"
    )

    error = payment_page.locator("[data-field=CARD_NUMBER] .clover-card-error")
    expect(error).to_contain_text("never type a real card")


def test_a_click_on_a_test_card_fills_the_hosted_page(browser, simulator):
    client = Client(simulator, simulator.merchant)
    page = browser.new_page(viewport={"width": 360, "height": 800})
    page.set_default_timeout(PATIENCE_MS)
    page.goto(open_checkout(client, redirectUrls={}).json()["href"])

    page.get_by_role("button", name="Visa, declined").click()
    page.get_by_role("button", name="Pay").click()
    expect(page.get_by_role("alert")).to_contain_text("declined")
    page.get_by_role("button", name="Amex, approved").click()
    page.get_by_role("button", name="Pay").click()

    expect(page.get_by_role("heading", name="Thank you")).to_be_visible()
    page.get_by_role("link", name="Look inside").click()
    expect(page.locator("#charges-rows")).to_contain_text("Amex •••• 0005")
    page.close()
