"""The demo shop in a process of its own, and a shopper with a real browser."""

import json
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.request import Request, urlopen

import pytest

from tests.clover_card.chromium import PATIENCE_MS, chromium, expect_path

HERE = Path(__file__).parent
SCREENSHOTS = HERE / "screenshots"
ADDRESS = {
    "first_name": "Ada",
    "last_name": "Lovelace",
    "line1": "1 Main Street",
    "line4": "Springfield",
    "state": "IL",
    "postcode": "62701",
}
APPROVED, DECLINED = "4242424242424242", "4005571702222222"


@dataclass
class Servers:
    shop: str
    clover: str

    def charges(self):
        """Clover's own records: the charges that took money."""
        with urlopen(f"{self.clover}/_simulator/ledger") as answer:
            rows = json.load(answer)["charges"]
        return [row for row in rows if row["status"] == "succeeded"]

    def messages_taken_in(self):
        """How many of Clover's messages the shop has answered with 200."""
        with urlopen(f"{self.clover}/_simulator/deliveries") as answer:
            rows = json.load(answer)["deliveries"]
        return sum(row["status"] == 200 for row in rows)

    def control(self, path, **body):
        request = Request(
            f"{self.clover}/_simulator/{path}",
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urlopen(request) as answer:
            return json.load(answer)


@contextmanager
def serve(folder, *settings):
    """The demo shop, with its own settings or those of the module that is named."""
    program = HERE / "serve_shop.py"
    command = [sys.executable, "-W", "ignore", program, folder, *settings]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        found = next((line for line in process.stdout if line[0] == "{"), "{}")
        addresses = json.loads(found)
        assert addresses, "the demo shop did not start"
        yield Servers(
            shop=addresses["Shop"],
            clover=addresses["Clover"].removesuffix("/_simulator"),
        )
        process.stdin.close()


@pytest.fixture(scope="session")
def servers(tmp_path_factory):
    with serve(tmp_path_factory.mktemp("demo")) as servers:
        yield servers


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@dataclass
class Shopper:
    """One guest in one browser window."""

    page: object
    servers: Servers
    problems: list

    def picture(self, name):
        SCREENSHOTS.mkdir(exist_ok=True)
        width = self.page.viewport_size["width"]
        self.page.screenshot(path=SCREENSHOTS / f"{name}-{width}.png", full_page=True)

    def reach_payment(self, mode):
        """From a product to the payment step, in the chosen mode."""
        page = self.page
        page.goto(f"{self.servers.shop}/catalogue/")
        page.locator("article.product_pod h3 a").first.click()
        page.locator("form#add_to_basket_form button[type=submit]").click()
        page.goto(f"{self.servers.shop}/checkout/")
        page.fill("input[name=username]", "ada@example.com")
        page.check("input[name=options][value=anonymous]")
        page.locator("form#login_form button, form button[type=submit]").last.click()
        for name, value in ADDRESS.items():
            page.fill(f"[name={name}]", value)
        page.select_option("[name=country]", "US")
        page.locator("form#new_shipping_address button[type=submit]").click()
        if "shipping-method" in page.url:
            page.locator("form button[type=submit]").first.click()
        page.goto(f"{self.servers.shop}/checkout/payment-details/?clover_mode={mode}")

    def enter_card(self, mode, number):
        if mode == "iframe":
            self._type_into_frame(number)
        elif mode == "api":
            self.page.fill("[name=card_number]", number)
            self.page.fill("[name=card_expiry]", "12/99")
            self.page.fill("[name=card_cvc]", "123")

    def go_on(self):
        # After a decline the address is the preview's already; its button is not.
        self.page.locator("#clover-pay").click()
        self.page.locator("#place-order").wait_for()

    def place_order(self):
        self.page.locator("#place-order").click()

    def pay_at_clover(self, number):
        """On the hosted page: fill the form and press Pay."""
        page = self.page
        expect_path(page, "/pay-checkout/")
        for name, value in {
            "number": number,
            "exp": "12/99",
            "cvv": "123",
            "zip": "62701",
        }.items():
            page.fill(f"[name={name}]", value)
        page.get_by_role("button", name="Pay").click()

    def is_thanked(self):
        expect_path(self.page, "/thank-you/")
        return self.page.locator("text=confirmation").count() > 0

    def has_no_sideways_scroll(self):
        wide = "document.documentElement.scrollWidth - window.innerWidth"
        return self.page.evaluate(wide) <= 0

    def _type_into_frame(self, number):
        values = {
            "CARD_NUMBER": number,
            "CARD_DATE": "12/99",
            "CARD_CVV": "123",
            "CARD_POSTAL_CODE": "62701",
        }
        for field, value in values.items():
            self.card_input(field).fill(value)

    def card_input(self, field):
        """An input inside a frame of Clover's origin."""
        frame = self.page.frame_locator(f"[data-field={field}] iframe")
        return frame.locator("input")


def make_shopper(browser, servers, width, locale="en-US", **options):
    size = {"width": width, "height": 900}
    page = browser.new_page(viewport=size, locale=locale, **options)
    page.set_default_timeout(PATIENCE_MS)
    problems = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    return Shopper(page=page, servers=servers, problems=problems)


@pytest.fixture(params=[1280, 360])
def shopper(request, browser, servers):
    shopper = make_shopper(browser, servers, request.param)
    yield shopper
    shopper.page.close()
    assert shopper.problems == []


@pytest.fixture
def wide_shopper(browser, servers):
    shopper = make_shopper(browser, servers, 1280)
    yield shopper
    shopper.page.close()
    assert shopper.problems == []
