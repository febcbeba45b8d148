"""The FastAPI shop as its README starts it, bought from with a real browser."""

import json
import re
from base64 import b64encode
from urllib.error import HTTPError
from urllib.request import Request, urlopen

import pytest
import requests

from tests.browser.accessibility import violations
from tests.clover_card.chromium import chromium, expect_path
from tests.clover_django.postgres import postgres  # noqa: F401 - a fixture
from tests.examples.example_shop import (
    APPROVED,
    DECLINED,
    has_no_sideways_scroll,
    pay_at_clover,
    running,
    shopper,
    type_card,
    unlabelled,
)

pytestmark = pytest.mark.browser
COMMAND = ["-m", "fastapi_shop", "--port", "0"]
WANTED = ("Clover in a box", "Shop", "Staff")
PAY, GO = re.compile(r"^Pay \$[\d.]+$"), re.compile("^Pay .* on Clover's page$")
SHOW_LESS = """document.addEventListener("readystatechange", () => {
  document.querySelector("#checkout")?.setAttribute("data-amount", "1.00") })"""
START = """mutation Start($id: ID!, $gateway: PaymentGatewayToInitialize!) {
  transactionInitialize(id: $id, paymentGateway: $gateway) {
    data errors { message } } }"""


@pytest.fixture(scope="module")
def shop(tmp_path_factory):
    with running(COMMAND, tmp_path_factory.mktemp("fastapi"), WANTED) as shop:
        yield shop


@pytest.fixture(scope="module")
def browser():
    with chromium() as browser:
        yield browser


@pytest.fixture(params=[1280, 360])
def page(request, browser):
    with shopper(browser, request.param) as page:
        yield page


@pytest.fixture
def wide(browser):
    with shopper(browser) as page:
        yield page


def buy(page, shop, what="Gooseneck kettle"):
    page.goto(f"{shop.url}/")
    page.get_by_role("button", name=f"Buy {what}").click()
    expect_path(page, "/checkout/")


def pay_here(page, number):
    type_card(page, number)
    page.get_by_role("button", name=PAY).click()


def order_number(page):
    expect_path(page, "/orders/")
    return page.locator("#number").text_content()


def test_a_card_pays_in_the_shops_own_page(page, shop):
    before = shop.charges()
    buy(page, shop)
    is_narrow_enough, silent = has_no_sideways_scroll(page), unlabelled(page)
    page.get_by_role("button", name="Pay $54.00", exact=True).wait_for()
    pay_here(page, APPROVED)

    assert re.fullmatch(r"C-1\d{3}", order_number(page))
    assert shop.charges() == [*before, 5400]
    assert (is_narrow_enough, silent) == (True, [])
    assert page.get_by_text("Visa •••• 4242", exact=True).is_visible()
    page.get_by_role("link", name="Back to the shop").click()
    expect_path(page, "/")


def test_axe_finds_nothing(wide, shop):
    found = {}
    wide.goto(f"{shop.url}/")
    found["products"] = violations(wide)
    buy(wide, shop)
    found["checkout"] = violations(wide)
    pay_here(wide, DECLINED)
    wide.locator("#message").get_by_text("declined").wait_for()
    found["declined"] = violations(wide)
    pay_here(wide, APPROVED)
    order_number(wide)
    found["order"] = violations(wide)

    assert {name: rows for name, rows in found.items() if rows} == {}


def test_a_declined_card_leads_to_another_one(wide, shop):
    before = shop.charges()
    buy(wide, shop)
    pay_here(wide, DECLINED)
    alert = wide.locator("#message[role=alert]", has_text="use another card")
    alert.wait_for()
    has_focus = alert.evaluate("alert => alert === document.activeElement")
    pay_here(wide, APPROVED)

    assert order_number(wide)
    assert has_focus
    assert shop.charges() == [*before, 5400]


def test_another_amount_than_the_page_shows_is_not_taken(wide, shop):
    before = shop.charges()
    wide.add_init_script(SHOW_LESS)
    buy(wide, shop)
    pay_here(wide, APPROVED)
    wide.locator("#message", has_text="54.00").wait_for()

    assert shop.charges() == before


def test_the_hosted_page_pays_and_leads_back(page, shop):
    before = shop.charges()
    buy(page, shop, "Hand grinder")
    page.get_by_label("On Clover's page").check()
    page.get_by_role("button", name=GO).click()
    pay_at_clover(page, APPROVED)

    assert order_number(page)
    assert shop.charges() == [*before, 3250]


def test_who_goes_back_from_the_open_page_has_not_paid_yet(page, shop):
    before = shop.charges()
    buy(page, shop, "Hand grinder")
    checkout = page.url
    page.get_by_label("On Clover's page").check()
    page.get_by_role("button", name=GO).click()
    expect_path(page, "/pay-checkout/")
    clovers = page.url
    page.goto(checkout)

    page.get_by_role("heading", name="You have not paid yet").wait_for()
    fits, silent = has_no_sideways_scroll(page), unlabelled(page)
    page.get_by_role("link", name="Continue to Clover's page").click()
    expect_path(page, "/pay-checkout/")
    again = page.url
    pay_at_clover(page, APPROVED)

    assert order_number(page)
    assert (fits, silent, again) == (True, [], clovers)
    assert shop.charges() == [*before, 3250]


def test_who_paid_elsewhere_is_led_on_from_the_waiting_page(wide, shop):
    buy(wide, shop, "Hand grinder")
    checkout = wide.url
    wide.get_by_label("On Clover's page").check()
    wide.get_by_role("button", name=GO).click()
    expect_path(wide, "/pay-checkout/")
    elsewhere = wide.context.new_page()
    elsewhere.goto(wide.url)
    wide.goto(checkout)
    wide.get_by_role("heading", name="You have not paid yet").wait_for()

    pay_at_clover(elsewhere, APPROVED)

    assert order_number(wide)


def press(page, name, in_cart):
    """In the cart's pages, and wait until it holds that many things."""
    page.get_by_role("button", name=name).click()
    page.get_by_role("link", name=f"Cart ({in_cart})").wait_for()


def check_out(page, shop):
    page.goto(f"{shop.url}/cart")
    page.get_by_role("button", name="Check out").click()
    expect_path(page, "/checkout/")
    return page.url


def test_a_cart_is_one_checkout_until_it_is_paid(page, shop):
    before = shop.charges()
    page.goto(f"{shop.url}/")
    press(page, "Add Hand grinder to cart", 1)
    press(page, "One Hand grinder more", 2)
    press(page, "One Hand grinder more", 3)
    press(page, "One Hand grinder less", 2)
    page.goto(f"{shop.url}/")
    press(page, "Add Morning beans, 250 g to cart", 3)
    first, again = check_out(page, shop), check_out(page, shop)
    pay_here(page, APPROVED)
    order_number(page)
    page.goto(f"{shop.url}/cart")

    assert page.get_by_text("Nothing in it yet.").is_visible()
    assert first == again
    assert shop.charges() == [*before, 2 * 3250 + 1399]


def test_a_full_cart_fits_a_narrow_page_and_names_its_buttons(page, shop):
    page.goto(f"{shop.url}/")
    press(page, "Add Gooseneck kettle to cart", 1)
    page.goto(f"{shop.url}/cart")

    assert has_no_sideways_scroll(page)
    assert unlabelled(page) == []


def test_a_double_click_is_one_charge(wide, shop):
    before = shop.charges()
    buy(wide, shop)
    type_card(wide, APPROVED)
    wide.get_by_role("button", name=PAY).dblclick()
    number = order_number(wide)
    wide.reload()

    assert wide.locator("#number").text_content() == number
    assert shop.charges() == [*before, 5400]


def test_a_lost_answer_is_waited_for_and_is_one_charge(wide, shop):
    before = shop.charges()
    shop.control("faults", method="POST", path="/v1/charges", action="reset_after")
    buy(wide, shop)
    pay_here(wide, APPROVED)
    progress = wide.get_by_role("status").locator(".turning")
    progress.wait_for()
    turns = progress.evaluate("one => getComputedStyle(one).animationName")

    assert order_number(wide)
    assert turns == "turn"
    assert shop.charges() == [*before, 5400]


def test_a_shopper_who_never_comes_back_has_an_order(wide, shop):
    buy(wide, shop, "Hand grinder")
    address = wide.url
    wide.get_by_label("On Clover's page").check()
    wide.get_by_role("button", name=GO).click()
    expect_path(wide, "/pay-checkout/")
    wide.route(f"{shop.url}/**", lambda route: route.abort())
    pay_at_clover(wide, APPROVED)
    wide.wait_for_timeout(500)
    wide.unroute(f"{shop.url}/**")
    wide.goto(address)

    assert order_number(wide)


def test_another_customers_checkout_and_order_are_not_there(browser, wide, shop):
    buy(wide, shop)
    checkout = wide.url
    pay_here(wide, APPROVED)
    order_number(wide)

    with shopper(browser) as other:
        found = [other.goto(address).status for address in (checkout, wide.url)]
    assert found == [404, 404]


def test_staff_refunds(wide, shop):
    buy(wide, shop, "Morning beans, 250 g")
    pay_here(wide, APPROVED)
    number = order_number(wide)
    wide.goto(f"{shop.url}/staff")
    wide.get_by_label("Password").fill(shop.lines["Staff"].split()[-1])
    wide.get_by_role("button", name="Log in").click()
    wide.get_by_role("button", name=f"Refund {number}").click()
    row = wide.locator("tr", has_text=number)
    row.get_by_text("refunded").wait_for()

    assert shop.refunds() == [1399]


def test_a_stranger_may_not_refund(shop):
    query = (
        'mutation { transactionRequestAction(id: "VHJhbnNhY3Rpb25JdGVtOng=", '
        "actionType: REFUND) { errors { code } } }"
    )
    body = json.dumps({"query": query}).encode()
    headers = {"Content-Type": "application/json"}
    with urlopen(Request(f"{shop.url}/graphql/", body, headers)) as answer:
        found = json.load(answer)["data"]["transactionRequestAction"]
    with pytest.raises(HTTPError, match="403"):
        urlopen(Request(f"{shop.url}/staff", b'{"password": "x"}', headers))

    assert found["errors"] == [{"code": "GRAPHQL_ERROR"}]


def test_a_forged_message_is_refused(shop):
    request = Request(f"{shop.url}/webhook", b"{}", {"Clover-Signature": "t=1,v1=00"})
    with pytest.raises(HTTPError, match="400"):
        urlopen(request)


def test_behind_https_its_cookies_are_secure_and_its_own_host_is_known(tmp_path):
    environ = {"SHOP_HTTPS": "1", "SHOP_HOSTS": "shop.example"}
    with running(COMMAND, tmp_path, WANTED, **environ) as shop:
        bought = requests.post(f"{shop.url}/buy/kettle", allow_redirects=False)
        cookie = bought.headers["Set-Cookie"]
        checkout = bought.headers["Location"].rsplit("/", 1)[-1]
        variables = {
            "id": b64encode(f"Checkout:{checkout}".encode()).decode(),
            "gateway": {
                "id": "clover.payments",
                "data": {"mode": "hosted", "returnUrl": "https://shop.example/back"},
            },
        }
        answer = requests.post(
            f"{shop.url}/graphql/",
            json={"query": START, "variables": variables},
            headers={"Cookie": cookie.split(";")[0]},
        )

    assert "; secure" in cookie.lower()
    assert answer.json()["data"]["transactionInitialize"]["errors"] == []


def test_it_runs_on_postgresql_as_well(browser, tmp_path, postgres):  # noqa: F811
    url = f"postgresql+psycopg://postgres@/postgres?host={postgres.folder}"
    with running(COMMAND, tmp_path, WANTED, DATABASE_URL=url) as shop:
        with shopper(browser) as page:
            buy(page, shop)
            pay_here(page, APPROVED)
            number = order_number(page)
        assert shop.charges() == [5400]
    assert number == "C-1001"
    assert list(tmp_path.iterdir()) == []
