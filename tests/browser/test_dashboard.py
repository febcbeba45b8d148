"""The dashboard on a narrow screen: staff refund from a telephone, too."""

import re

import pytest

from clover_demo.goods.catalogue import STAFF_EMAIL, STAFF_PASSWORD
from tests.browser.conftest import APPROVED, make_shopper
from tests.clover_card.chromium import expect_path

pytestmark = [pytest.mark.browser, pytest.mark.slow]

OSCARS_OWN = "oscar.dashboard.orders.initTable is not a function"
"""Oscar 4.2's order page calls what its script has no more."""


@pytest.fixture
def staff(browser, servers):
    """Staff who look at the order that a shopper has just paid."""
    shopper = make_shopper(browser, servers, 360)
    shopper.reach_payment("iframe")
    shopper.enter_card("iframe", APPROVED)
    shopper.go_on()
    shopper.place_order()
    assert shopper.is_thanked()
    page, shop = shopper.page, servers.shop
    page.goto(f"{shop}/dashboard/login/?next=/dashboard/orders/")
    page.fill("[name=username]", STAFF_EMAIL)
    page.fill("[name=password]", STAFF_PASSWORD)
    page.press("[name=password]", "Enter")
    expect_path(page, "/dashboard/orders/")
    yield shopper
    page.close()
    assert set(shopper.problems) <= {OSCARS_OWN}


def test_an_orders_payment_fits_a_narrow_screen(staff):
    page = staff.page
    order = page.locator("table a[href^='/dashboard/orders/1']").first
    page.goto(f"{staff.servers.shop}{order.get_attribute('href')}")
    page.click("a[href='#payment']")
    page.wait_for_selector("#clover_refund_form")

    staff.picture("dashboard-payment")

    assert widest_of(page, "#payment") <= 360
    buttons = page.locator("#clover_refund_form button")
    assert [button.is_visible() for button in buttons.all()] == [True, True]


def test_a_part_and_then_all_is_refunded_from_a_telephone(staff):
    page = staff.page
    page.goto(f"{staff.servers.shop}/dashboard/orders/clover-payments/?view=all")
    page.locator(".clover-rows a[href*='tab=payment']").first.click()
    form = page.locator("#clover_refund_form")
    form.get_by_role("button", name="Refund this amount").click()
    amount = form.get_by_label("Amount to refund")
    assert not amount.evaluate("input => input.validity.valid")

    amount.fill("1.00")
    form.get_by_role("button", name="Refund this amount").click()
    page.get_by_role("button", name="Refund $1.00").click()
    part = page.locator(".alert-success").inner_text()
    form.get_by_role("button", name="Refund all").click()
    page.get_by_role("button", name="Refund $").click()
    rest = page.locator(".alert-success").inner_text()

    assert re.search(r"\$1.00 refunded to Visa .* of this payment are left", part)
    assert "nothing of this payment is left" in rest
    assert page.locator(".clover-payment .clover-badge").inner_text() == "Refunded"
    assert page.locator(".clover-timeline li").count() == 3
    assert staff.has_no_sideways_scroll()


def test_the_page_of_payments_fits_a_narrow_screen(staff):
    page = staff.page
    page.goto(f"{staff.servers.shop}/dashboard/orders/clover-payments/?view=all")

    staff.picture("dashboard-payments")

    assert re.search("Paid", page.inner_text("table"))
    assert page.locator(".clover-rows tbody tr").first.bounding_box()["width"] <= 360
    assert staff.has_no_sideways_scroll()


def widest_of(page, selector):
    """The right edge of what reaches farthest to the right and is not scrolled inside."""
    return page.evaluate(
        """selector => Math.max(...[...document.querySelectorAll(selector + " *")]
            .filter(e => !e.closest(".table-responsive"))
            .map(e => e.getBoundingClientRect().right))""",
        selector,
    )
