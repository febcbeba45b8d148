from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FrameLocator, Locator, Page

from tests.clover_card.chromium import PATIENCE_MS, chromium
from tests.clover_card.servers import CheckoutHost, Shop, running

SCREENSHOTS = Path(__file__).parents[1] / "browser" / "screenshots"
CARD = {
    "CARD_NUMBER": "4242424242424242",
    "CARD_DATE": "12/99",
    "CARD_CVV": "123",
    "CARD_POSTAL_CODE": "12207",
}
HTML = """<!doctype html>
<html lang="{lang}">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>Payment</title>
  <link rel="stylesheet" href="/static/clover_card/clover-card.css">
  <link rel="stylesheet" href="/static/shop.css">
  <script defer src="/static/clover_card/clover-card.js"></script>
</head>
<body>
  <main>
    <h1>Pay for your mugs</h1>
    <form method="post" action="/pay">{form}</form>
  </main>
</body>
</html>
"""


@dataclass
class PaymentPage:
    """The shop's payment page in a browser, in the words of its shopper."""

    page: Page
    shop: Shop
    host: CheckoutHost

    def open(
        self, *, form: str | None = None, lang: str = "en", **attributes: str
    ) -> None:
        self.shop.page = HTML.format(lang=lang, form=form or self.card(**attributes))
        self.page.goto(self.shop.url)

    def card(self, **attributes: str) -> str:
        """The element, with `label_number="…"` for the attribute `label-number`."""
        known = {
            "script-url": f"{self.host.url}/sdk.js",
            "public-key": "0f1e2d3c4b5a69788796a5b4c3d2e1f0",
            "merchant-id": "TESTMERCH0001",
            "submit-label": "Pay $25.99",
        }
        given = {name.replace("_", "-"): value for name, value in attributes.items()}
        markup = " ".join(
            f'{name}="{value}"' for name, value in (known | given).items()
        )
        return f"<clover-card {markup}></clover-card>"

    def frame(self, field: str) -> FrameLocator:
        selector = f'[data-field="{field}"] iframe, [data-field="CARD"] iframe'
        return self.page.frame_locator(selector)

    def input(self, field: str) -> Locator:
        return self.frame(field).locator(f"#{field}")

    def error(self, field: str) -> Locator:
        return self.page.locator(f'[data-field="{field}"] .clover-card-error')

    def type_card(self, **changes: str) -> None:
        for field, value in (CARD | changes).items():
            self.input(field).fill(value)

    @property
    def pay_button(self) -> Locator:
        return self.page.get_by_role("button", name="Pay")

    def pay(self) -> None:
        self.pay_button.click()

    def expect_thanks(self) -> None:
        self.page.wait_for_selector("h1:text('Thank you')", timeout=PATIENCE_MS)

    def keep_events(self) -> None:
        """From the next load on, the page keeps the element's events."""
        self.page.add_init_script(
            """window.events = [];
            for (const name of ["ready", "change", "busy", "token", "error"]) {
              document.addEventListener(`clover-card:${name}`,
                ({ detail }) => window.events.push([name, structuredClone(detail)]));
            }"""
        )

    def events(self, name: str) -> list[dict[str, object]]:
        kept = self.page.evaluate("window.events")
        return [detail for kind, detail in kept if kind == name]

    def photograph(self, name: str) -> None:
        SCREENSHOTS.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=SCREENSHOTS / f"{name}.png", full_page=True)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def host() -> Iterator[CheckoutHost]:
    with running(CheckoutHost("127.0.0.1")) as host:
        yield host


@pytest.fixture
def shop() -> Iterator[Shop]:
    # Another name than the checkout host's: to the browser two sites, not only two origins.
    with running(Shop("localhost")) as shop:
        yield shop


@pytest.fixture
def checkout(browser: Browser, shop: Shop, host: CheckoutHost) -> Iterator[PaymentPage]:
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    page.set_default_timeout(PATIENCE_MS)
    yield PaymentPage(page, shop, host)
    page.close()
