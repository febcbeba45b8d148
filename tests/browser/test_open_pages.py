"""Whoever does not get to Clover's page, or leaves it, finds basket and payment again."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import APPROVED, make_shopper, serve
from tests.clover_card.chromium import expect_path

pytestmark = pytest.mark.browser

NOTICE = "#clover-notice"


@pytest.fixture(scope="module")
def blocking(tmp_path_factory):
    folder = tmp_path_factory.mktemp("blocking")
    with serve(folder, "tests.browser.blocking_settings") as found:
        yield found


@pytest.fixture(params=[True, False], ids=["script", "no script"])
def blocked(request, browser, blocking):
    """A shopper whose browser follows no form to Clover, with scripts or without."""
    shopper = make_shopper(browser, blocking, 1280, java_script_enabled=request.param)
    yield shopper
    shopper.page.close()


def test_a_blocked_way_to_clover_leaves_no_empty_basket_and_silence(blocked, request):
    shopper, page, before = blocked, blocked.page, len(blocked.servers.charges())
    shopper.reach_payment("hosted")

    shopper.place_order()
    if "no script" not in request.node.name:
        expect_path(page, "/clover/status/")
        expect(page.locator("h1")).to_have_text("You have not paid yet")
    page.goto(f"{shopper.servers.shop}/basket/")
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


def test_two_tabs_both_paid_and_the_second_is_told_the_truth(wide_shopper):
    """The first tab stays on Clover's page, while the second one cancels and pays."""
    first = wide_shopper.page
    wide_shopper.reach_payment("hosted")
    wide_shopper.place_order()
    expect_path(first, "/pay-checkout/")
    second = first.context.new_page()
    wide_shopper.page = second
    second.goto(f"{wide_shopper.servers.shop}/basket/")
    second.locator("#clover-cancel button").click()
    expect_path(second, "/basket/")
    second.goto(f"{wide_shopper.servers.shop}/checkout/preview/?clover_mode=hosted")
    wide_shopper.place_order()
    expect_path(second, "/pay-checkout/")

    wide_shopper.page = first
    wide_shopper.pay_at_clover(APPROVED)
    expect(first.locator("h1")).to_contain_text(re.compile("Order|confirmation"))
    wide_shopper.page = second
    wide_shopper.pay_at_clover(APPROVED)

    expect(second.locator("h1")).to_have_text("You have paid for this twice")
    expect(second.locator("[role=alert]")).to_contain_text("Visa •••• 4242")
    wide_shopper.picture("paid-twice")
