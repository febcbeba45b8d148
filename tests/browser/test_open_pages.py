"""Whoever does not get to Clover's page, or leaves it, finds basket and payment again."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import APPROVED, Shopper, make_shopper, serve
from tests.clover_card.chromium import PATIENCE_MS, expect_path

pytestmark = pytest.mark.browser

NOTICE = "#clover-notice"


@pytest.fixture(scope="module")
def blocking(tmp_path_factory):
    folder = tmp_path_factory.mktemp("blocking")
    with serve(folder, "tests.browser.blocking_settings") as found:
        yield found


@pytest.fixture
def blocked(browser, blocking):
    """A shopper whose browser follows no form to Clover."""
    shopper = make_shopper(browser, blocking, 1280)
    yield shopper
    shopper.page.close()


def test_a_blocked_way_to_clover_leads_to_the_payments_own_page(blocked):
    page = blocked.page
    blocked.reach_payment("hosted")

    blocked.place_order()

    expect_path(page, "/clover/status/")
    expect(page.get_by_role("heading", level=1)).to_have_text("You have not paid yet")


def look_at_the_basket(shopper):
    """Until the order is with the shop; the browser hides the answer to it."""
    for _ in range(60):
        shopper.page.goto(f"{shopper.servers.shop}/basket/")
        if shopper.page.locator(NOTICE).count():
            return
        shopper.page.wait_for_timeout(500)


def test_a_blocked_way_leaves_no_empty_basket_and_silence(blocked):
    """Also where our script is blocked as well: the button then does nothing."""
    shopper, page, before = blocked, blocked.page, len(blocked.servers.charges())
    page.route("**/clover_oscar/checkout.js", lambda route: route.abort())
    shopper.reach_payment("hosted")

    with page.expect_request(lambda row: row.method == "POST"):
        shopper.place_order()
    look_at_the_basket(shopper)
    expect(page.locator(NOTICE)).to_contain_text("You have not paid yet")
    expect(page.locator(f"{NOTICE} li")).to_have_text(re.compile("^1 . Sunrise Blend"))
    page.locator(f"{NOTICE} a.btn-primary").click()
    shopper.pay_at_clover(APPROVED)

    assert shopper.is_thanked()
    assert len(shopper.servers.charges()) == before + 1


def test_the_browsers_back_button_leads_to_both_ways_on(shopper):
    page = shopper.page
    shopper.reach_payment("hosted")
    shopper.place_order()
    expect_path(page, "/pay-checkout/")

    page.go_back()
    page.goto(f"{shopper.servers.shop}/basket/")
    expect(page.locator(NOTICE)).to_contain_text("You have not paid yet")
    shopper.picture("basket-unpaid")
    assert shopper.has_no_sideways_scroll()
    page.locator("#clover-cancel button").click()

    expect_path(page, "/basket/")
    expect(page.locator(".basket-items")).to_have_count(1)
    expect(page.locator(NOTICE)).to_have_count(0)


@pytest.fixture
def tabs(browser, servers):
    """A shopper, and the function that opens another tab of the same browser."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(PATIENCE_MS)
    yield Shopper(context.new_page(), servers, []), context.new_page
    context.close()


def test_two_tabs_both_paid_and_the_second_is_told_the_truth(tabs):
    """The first tab stays on Clover's page, while the second one cancels and pays."""
    shopper, open_tab = tabs
    shopper.reach_payment("hosted")
    shopper.place_order()
    first, second = shopper.page, open_tab()
    expect_path(first, "/pay-checkout/")
    shopper.page = second
    second.goto(f"{shopper.servers.shop}/basket/")
    second.locator("#clover-cancel button").click()
    expect(second.locator(".basket-items")).to_have_count(1)
    second.goto(f"{shopper.servers.shop}/checkout/preview/?clover_mode=hosted")
    shopper.place_order()
    expect_path(second, "/pay-checkout/")

    shopper.page = first
    shopper.pay_at_clover(APPROVED)
    expect_path(first, "/order-status-form/")
    shopper.page = second
    shopper.pay_at_clover(APPROVED)

    heading = second.get_by_role("heading", level=1)
    expect(heading).to_have_text("You have paid for this twice")
    expect(second.locator("[role=alert]")).to_contain_text("Visa •••• 4242")
    shopper.picture("paid-twice")
