"""A shopper and a member of staff in Quebec, on the demo shop with a real browser."""

import re

import pytest
from playwright.sync_api import expect

from clover_demo.goods.catalogue import STAFF_EMAIL, STAFF_PASSWORD
from payment_hooks.model.messages import TEXTS
from tests.browser.conftest import APPROVED, DECLINED, make_shopper
from tests.browser.test_dashboard import OSCARS_OWN
from tests.clover_card.chromium import expect_path

pytestmark = [pytest.mark.browser, pytest.mark.slow]

SPACES = re.compile(r"\s+")


@pytest.fixture
def acheteur(browser, servers):
    shopper = make_shopper(browser, servers, 1280, locale="fr-CA")
    shopper.page.emulate_media(reduced_motion="reduce")  # for the pictures
    yield shopper
    shopper.page.close()
    assert set(shopper.problems) <= {OSCARS_OWN}


def read(page, selector="body"):
    return SPACES.sub(" ", page.inner_text(selector))


@pytest.mark.parametrize("mode", ["iframe", "api"])
def test_a_decline_and_an_order_on_the_shops_page(acheteur, mode):
    acheteur.reach_payment(mode)
    page = acheteur.page
    if mode == "iframe":
        acheteur.card_input("CARD_NUMBER").wait_for()
    acheteur.picture(f"fr-{mode}-payment")
    first = read(page)

    acheteur.enter_card(mode, DECLINED)
    acheteur.go_on()
    acheteur.picture(f"fr-{mode}-preview")
    preview = read(page)
    acheteur.place_order()
    page.wait_for_selector("text=a refusé le paiement")
    if mode == "iframe":
        acheteur.card_input("CARD_NUMBER").wait_for()
    acheteur.picture(f"fr-{mode}-declined")
    declined = read(page)
    acheteur.enter_card(mode, APPROVED)
    acheteur.go_on()
    acheteur.place_order()
    expect_path(page, "/thank-you/")
    acheteur.picture(f"fr-{mode}-thank-you")

    assert page.locator("html").get_attribute("lang") == "fr-ca"
    assert "À payer" in first
    assert "Code de sécurité" in first
    assert "Payment" not in preview
    assert TEXTS["fr"]["card_declined"] in declined


def test_a_decline_and_an_order_on_clovers_page(acheteur):
    acheteur.reach_payment("hosted")
    acheteur.picture("fr-hosted-preview")
    shown = read(acheteur.page)

    acheteur.place_order()
    expect_path(acheteur.page, "/pay-checkout/")
    acheteur.page.locator("text=Cancel").click()
    expect_path(acheteur.page, "/clover/cancel/")
    acheteur.picture("fr-hosted-left")
    left = read(acheteur.page)
    acheteur.page.locator("#clover-cancel button").click()
    expect_path(acheteur.page, "/basket/")
    acheteur.picture("fr-hosted-cancelled")
    cancelled = read(acheteur.page)
    acheteur.page.goto(f"{acheteur.servers.shop}/checkout/preview/")
    acheteur.place_order()
    acheteur.pay_at_clover(APPROVED)
    expect_path(acheteur.page, "/thank-you/")

    assert "page sécurisée de Clover" in shown
    assert "Vous avez quitté la page de paiement" in left
    assert "Votre carte n\N{RIGHT SINGLE QUOTATION MARK}a pas été débitée" in cancelled


@pytest.fixture
def order(acheteur):
    """The page of an order that was just paid, as staff see it."""
    acheteur.reach_payment("iframe")
    acheteur.enter_card("iframe", APPROVED)
    acheteur.go_on()
    acheteur.place_order()
    expect_path(acheteur.page, "/thank-you/")
    page, shop = acheteur.page, acheteur.servers.shop
    page.goto(f"{shop}/dashboard/login/?next=/dashboard/orders/")
    page.fill("[name=username]", STAFF_EMAIL)
    page.fill("[name=password]", STAFF_PASSWORD)
    page.press("[name=password]", "Enter")
    expect_path(page, "/dashboard/orders/")
    link = page.locator("table a[href^='/dashboard/orders/1']").first
    page.goto(f"{shop}{link.get_attribute('href')}")
    page.click("a[href='#payment']")
    page.wait_for_selector("#clover_refund_form")
    return page


def test_a_part_is_refunded_with_a_comma(acheteur, order):
    left = read(order, "#clover_refund_form [id$='-of']")
    order.fill("#clover_refund_form [name=amount]", "10,00")
    acheteur.picture("fr-dashboard-payment")

    order.click("#clover_refund_form button")
    order.wait_for_selector("[name=confirmed]", state="attached")
    acheteur.picture("fr-dashboard-confirm")
    asked = read(order)
    order.click("form button.btn-danger")
    order.wait_for_selector("#clover_refund_form", state="attached")
    order.click("a[href='#payment']")
    acheteur.picture("fr-dashboard-refunded")

    assert re.fullmatch(r"sur [0-9]+,[0-9]{2} USD", left)
    assert "Remboursement : 10,00 $" in asked
    expect(order.locator("#payment")).to_contain_text("Remboursé en partie")
    order.goto(f"{acheteur.servers.shop}/dashboard/orders/clover-payments/?view=all")
    acheteur.picture("fr-dashboard-payments")
    assert "Remboursé en partie" in read(order, "table")


def test_an_amount_that_could_be_another_one_is_refused(acheteur, order):
    order.fill("#clover_refund_form [name=amount]", "1,000.00")
    order.click("#clover_refund_form button")
    order.wait_for_selector(".alert-danger")
    acheteur.picture("fr-dashboard-refused")

    assert "n\N{RIGHT SINGLE QUOTATION MARK}est pas un montant valide" in read(order)
