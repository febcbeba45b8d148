"""Coming back from Clover's site to a shop whose session cookie is strict.

The shop is at `localhost` and Clover at `127.0.0.1`: to a browser these are two sites.
"""

import time
from functools import partial

import pytest

from tests.browser.conftest import APPROVED, Servers, make_shopper, serve
from tests.clover_card.chromium import PATIENCE_MS, expect_path

pytestmark = [pytest.mark.browser, pytest.mark.slow]


@pytest.fixture(scope="module")
def two_sites(tmp_path_factory):
    folder = tmp_path_factory.mktemp("strict")
    with serve(folder, "tests.browser.strict_settings") as found:
        shop = found.shop.replace("127.0.0.1", "localhost")
        yield Servers(shop=shop, clover=found.clover)


@pytest.fixture
def shopper(browser, two_sites):
    shopper = make_shopper(browser, two_sites, 1280)
    yield shopper
    shopper.page.close()
    assert shopper.problems == []


def go_to_clover(shopper):
    shopper.reach_payment("hosted")
    cookies = {row["name"]: row for row in shopper.page.context.cookies()}
    assert cookies["sessionid"]["sameSite"] == "Strict"
    shopper.place_order()
    expect_path(shopper.page, "/pay-checkout/")
    return cookies["sessionid"]["value"]


def hold_back(shopper, said, route):
    """Send the browser back once the shop has taken in one more message."""
    answer = route.fetch(max_redirects=0)
    last = time.monotonic() + PATIENCE_MS / 1000
    while shopper.servers.messages_taken_in() <= said and time.monotonic() < last:
        time.sleep(0.05)
    route.fulfill(response=answer)


def session_of(shopper):
    found = shopper.page.context.cookies()
    return next(row["value"] for row in found if row["name"] == "sessionid")


def test_who_paid_at_clover_is_thanked(shopper):
    """Clover's message was quicker, so that the order is there already."""
    before = go_to_clover(shopper)
    said = shopper.servers.messages_taken_in()
    shopper.page.route("**/pay-checkout/*/pay", partial(hold_back, shopper, said))

    shopper.pay_at_clover(APPROVED)

    assert shopper.is_thanked()
    assert session_of(shopper) == before


def test_who_cancels_at_clover_keeps_the_basket(shopper):
    before = go_to_clover(shopper)

    shopper.page.locator("text=Cancel").click()
    expect_path(shopper.page, "/clover/cancel/")
    shopper.page.locator("#clover-cancel button").click()
    expect_path(shopper.page, "/basket/")

    assert shopper.page.locator(".basket-items").count()
    assert session_of(shopper) == before
