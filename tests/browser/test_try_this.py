"""The demo shop's panel "Try this": where it leads, and that what it promises is so."""

import re
from urllib.request import Request, urlopen

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import APPROVED, Shopper, make_shopper
from tests.clover_card.chromium import PATIENCE_MS

pytestmark = pytest.mark.browser

TITLES = {
    "en-US": ["Decline", "Cancel", "Lost answer", "Refund", "Two tabs", "3-D Secure"],
    "fr-CA": [
        "Refus",
        "Annulation",
        "Réponse perdue",
        "Remboursement",
        "Deux onglets",
        "3-D Secure",
    ],
    "es-MX": [
        "Rechazo",
        "Cancelación",
        "Respuesta perdida",
        "Reembolso",
        "Dos pestañas",
        "3-D Secure",
    ],
}


@pytest.mark.parametrize("language", TITLES)
def test_the_panel_opens_on_a_narrow_screen_in_the_shopper_s_language(
    browser, servers, language
):
    shopper = make_shopper(browser, servers, 360, locale=language)
    page = shopper.page
    page.goto(f"{servers.shop}/catalogue/")
    panel = page.locator(".demo-try")
    assert not panel.locator("ol").is_visible()

    panel.locator("summary").click()

    assert panel.locator("strong").all_inner_texts() == TITLES[language]
    assert panel.locator("ol").is_visible()
    assert shopper.has_no_sideways_scroll()
    page.close()


def test_the_panel_leads_to_the_dashboard_and_to_the_simulator(wide_shopper):
    page, servers = wide_shopper.page, wide_shopper.servers
    page.goto(f"{servers.shop}/catalogue/")
    panel = page.locator(".demo-try")
    panel.locator("summary").click()
    email, password = panel.locator("p code").all_inner_texts()

    panel.get_by_role("link", name="Dashboard", exact=True).click()
    page.fill("[name=username]", email)
    page.fill("[name=password]", password)
    page.get_by_role("button", name="Login").click()
    expect(page.get_by_role("heading", name="Dashboard").first).to_be_visible()
    page.goto(f"{servers.shop}/catalogue/")
    panel.locator("summary").click()
    panel.get_by_role("link", name="Simulator", exact=True).click()

    expect(page.get_by_role("heading", name="Clover simulator")).to_be_visible()
    assert page.url == f"{servers.clover}/"


def test_a_lost_answer_is_one_order_and_one_charge(browser, wide_shopper):
    page, servers = wide_shopper.page, wide_shopper.servers
    before = len(servers.charges())
    wide_shopper.reach_payment("iframe")
    board = browser.new_page()
    page.locator(".demo-try summary").click()
    board.goto(
        page.get_by_role("link", name=re.compile("Lost answer")).get_attribute("href")
    )
    board.get_by_role("button", name="Lost answer").click()
    expect(board.locator("#faults-armed")).to_contain_text("1 to come")

    wide_shopper.enter_card("iframe", APPROVED)
    wide_shopper.go_on()
    wide_shopper.place_order()

    assert wide_shopper.is_thanked()
    expect(board.locator("#faults-armed")).to_contain_text("spent")
    board.get_by_role("button", name="Clear all faults").click()
    expect(board.locator("#faults-armed")).to_contain_text("Nothing is armed")
    assert len(servers.charges()) == before + 1
    board.close()


@pytest.fixture
def tabs(browser, servers):
    """One guest with two tabs."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(PATIENCE_MS)
    yield [
        Shopper(page=context.new_page(), servers=servers, problems=[]) for _ in range(2)
    ]
    context.close()


def test_paying_in_two_tabs_is_one_charge(tabs, servers):
    before = len(servers.charges())
    first, second = tabs
    first.reach_payment("api")
    second.page.goto(first.page.url)
    for tab in tabs:
        tab.enter_card("api", APPROVED)
        tab.go_on()

    first.place_order()
    assert first.is_thanked()
    with second.page.expect_navigation():
        second.place_order()

    assert len(servers.charges()) == before + 1
    expect(second.page.locator("#place-order")).to_have_count(0)


def test_the_address_that_the_demo_prints_is_the_simulator_s_page(servers):
    request = Request(servers.clover, headers={"Accept": "text/html"})

    with urlopen(request) as answer:
        shown = answer.read().decode()

    assert "<h1>Clover simulator</h1>" in shown
    assert "Morning &amp; Mug" in shown
