"""Ways to the pages that a shopper and staff see, for pictures and accessibility.

They go by addresses, roles and names of form fields; what a page says may change.
"""

import re
from urllib.parse import urlsplit

from clover_demo.names import STAFF_EMAIL, STAFF_PASSWORD
from tests.browser.conftest import APPROVED
from tests.clover_card.chromium import expect_path

PAYMENTS = "/dashboard/orders/clover-payments/?view=all"
LEDGER = "/admin/clover_django/payment/"


def show_payment_page(shopper, mode):
    """The payment page, with its card fields where the mode has any."""
    shopper.reach_payment(mode)
    if mode == "iframe":
        for field in ("CARD_NUMBER", "CARD_DATE", "CARD_CVV", "CARD_POSTAL_CODE"):
            shopper.card_input(field).wait_for()


def buy(shopper, mode="iframe"):
    """Pay for an order on the shop's own page, and stop at its thanks."""
    shopper.reach_payment(mode)
    shopper.enter_card(mode, APPROVED)
    shopper.go_on()
    shopper.place_order()
    assert shopper.is_thanked()


def show_unknown_outcome(shopper):
    """The page of a payment of which no answer came."""
    shopper.reach_payment("iframe")
    shopper.enter_card("iframe", APPROVED)
    shopper.go_on()
    shopper.servers.lose_answers()
    shopper.place_order()
    expect_path(shopper.page, "/clover/status/")


def cancel_at_clover(shopper):
    """From Clover's page to the shop's page that asks whether to cancel."""
    expect_path(shopper.page, "/pay-checkout/")
    shopper.page.get_by_role("button", name="Cancel").or_(
        shopper.page.get_by_role("link", name="Cancel")
    ).first.click()
    expect_path(shopper.page, "/clover/cancel/")


def wait_for_decline(shopper):
    """The payment page again, with what the bank said."""
    alert = shopper.page.get_by_role("alert").or_(shopper.page.locator(".alert"))
    alert.first.wait_for()


def status_path(page):
    """The status page of the payment that this return page is for."""
    [payment_id] = re.findall(r"/clover/\w+/([\w-]+)/", urlsplit(page.url).path)
    return f"/clover/status/{payment_id}/"


def sign_in(shopper):
    """As staff, to the dashboard; `view=all` lists every payment."""
    page = shopper.page
    page.goto(f"{shopper.servers.shop}/dashboard/login/?next={PAYMENTS}")
    page.fill("[name=username]", STAFF_EMAIL)
    page.fill("[name=password]", STAFF_PASSWORD)
    page.press("[name=password]", "Enter")
    expect_path(page, "/clover-payments/")


def show_order(shopper):
    """The dashboard's page of the newest order, at its payment."""
    page, shop = shopper.page, shopper.servers.shop
    page.goto(f"{shop}/dashboard/orders/")
    order = page.locator("table a[href^='/dashboard/orders/1']").first
    page.goto(f"{shop}{order.get_attribute('href')}")
    page.click("a[href='#payment']")
    refund_form(page).wait_for()


def refund_form(page):
    amount = page.locator("[name=amount]")
    return page.locator("#payment form").filter(has=amount).first


def ask_for_refund(shopper):
    """To the page that asks whether to refund a part."""
    form = refund_form(shopper.page)
    form.locator("[name=amount]").fill("1.00")
    form.get_by_role("button").first.click()
    shopper.page.locator("[name=confirmed]").first.wait_for(state="attached")
