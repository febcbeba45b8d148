"""A form that leads to Clover's own page, under the policy of `csp_directives`."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page

from clover_card import csp_directives
from clover_provider import CloverConfig, CloverProvider
from clover_simulator.testing import Simulator
from payment_hooks import CheckoutRequest, Mode, Money, Redirect, ReturnUrls
from tests.clover_card.chromium import PATIENCE_MS, expect_path
from tests.clover_card.servers import Shop, running

pytestmark = pytest.mark.browser

FORM = """<!doctype html><title>Payment</title>
<form method="post" action="/pay"><button>Pay $25.99</button></form>"""
VIOLATIONS = """window.violations = [];
document.addEventListener("securitypolicyviolation", ({ effectiveDirective }) =>
  window.violations.push(effectiveDirective));"""


@dataclass
class LeadingShop(Shop):
    """Answers its form with a redirect to Clover's page."""

    target: str = ""

    def post(self, path: str, body: bytes, headers: dict[str, str]) -> tuple[int, str]:
        return 303, ""

    def extra_headers(self) -> dict[str, str]:
        return super().extra_headers() | {"location": self.target}


@pytest.fixture
def hosted_page(clover_simulator: Simulator) -> Iterator[Redirect]:
    merchant = clover_simulator.merchant
    config = CloverConfig.from_mapping(
        {
            "ENVIRONMENT": "local",
            "MODE": "hosted",
            "BASE_URL": clover_simulator.url,
            "MERCHANT_ID": merchant.id,
            "HOSTED_PRIVATE_KEY": merchant.hosted_private_key,
            "WEBHOOK_SECRETS": [merchant.webhook_secret],
        }
    )
    provider = CloverProvider(config)
    asked = CheckoutRequest(
        amount=Money(2599, "USD"),
        reference="100123",
        mode=Mode.HOSTED,
        return_urls=ReturnUrls(
            success="http://localhost/paid", failure="http://localhost/not-paid"
        ),
    )
    yield provider.payment_start_checkout(asked)
    provider.close()


@pytest.fixture
def shop(hosted_page: Redirect) -> Iterator[LeadingShop]:
    with running(LeadingShop("localhost", page=FORM, target=hosted_page.url)) as shop:
        yield shop


@pytest.fixture
def page(browser) -> Iterator[Page]:
    page = browser.new_page()
    page.set_default_timeout(PATIENCE_MS)
    page.add_init_script(VIOLATIONS)
    yield page
    page.close()


def policy_of(directives):
    sources = {"default-src": ("'none'",)} | directives
    return "; ".join(f"{name} {' '.join(values)}" for name, values in sources.items())


def test_the_policy_lets_a_form_lead_to_clovers_page(page, shop, clover_simulator):
    shop.policy = policy_of(csp_directives(f"{clover_simulator.url}/sdk.js"))
    page.goto(shop.url)

    page.get_by_role("button", name="Pay").click()

    expect_path(page, "/pay-checkout/")


def test_a_policy_of_self_alone_stops_it(page, shop, clover_simulator):
    """What the directive is for; were this to pass, it would not be needed."""
    directives = csp_directives(f"{clover_simulator.url}/sdk.js")
    shop.policy = policy_of(directives | {"form-action": ("'self'",)})
    page.goto(shop.url)

    page.get_by_role("button", name="Pay").click()
    page.wait_for_function("window.violations.length > 0")

    assert page.evaluate("window.violations") == ["form-action"]
    assert page.url.startswith(shop.url)
