"""The Flask shop as its README starts it, bought from with a real browser."""

import json
import os
import re
import socket
import sqlite3
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import HTTPRedirectHandler, Request, build_opener, urlopen

import pytest

from tests.browser.accessibility import violations
from tests.clover_card.chromium import chromium, expect_path
from tests.examples.example_shop import (
    APPROVED,
    DECLINED,
    EXAMPLES,
    PATHS,
    has_no_sideways_scroll,
    pay_at_clover,
    running,
    shopper,
    unlabelled,
)

pytestmark = pytest.mark.browser
FILE = EXAMPLES / "flask_shop/shop.py"
PAY = re.compile(r"Pay .* with Clover|Continue to Clover's page")
TEA, POT, CUPS = "Sencha, 100 g", "Iron teapot", "Two cups"


class Shop:
    """The shop, and what was added to the records since the test began."""

    def __init__(self, process, url, folder):
        self.process, self.url, self.folder = process, url, folder
        self.known = (0, 0, 0, 0)

    def begin(self):
        self.known = (0, 0, 0, 0)
        every = self.charges(), self.sessions(), self.orders(), self.webhooks()
        self.known = tuple(map(len, every))

    def charges(self):
        return self.process.charges()[self.known[0] :]

    def sessions(self):
        return self.show("ledger")["sessions"][self.known[1] :]

    def orders(self):
        """The shop's own table, read past the shop."""
        [file] = self.folder.glob("*/shop.sqlite3")
        with closing(sqlite3.connect(file)) as database:
            rows = database.execute("SELECT product FROM orders ORDER BY number")
            return [row[0] for row in rows][self.known[2] :]

    def webhooks(self):
        """The webhooks, with what the shop answered."""
        return self.show("deliveries")["deliveries"][self.known[3] :]

    def show(self, what):
        with urlopen(f"{self.process.clover}/_simulator/{what}") as answer:
            return json.load(answer)

    def answer(self, path, **form):
        """Status, address and text that a form gets, without following it."""
        sent = urlencode(form).encode() if form else None
        return answer_of(Request(f"{self.url}{path}", sent))


@pytest.fixture(scope="module")
def flask_shop(tmp_path_factory):
    folder = tmp_path_factory.mktemp("flask")
    port = free_port()
    wanted = ("Clover in a box",)
    with running([FILE], folder, wanted, PORT=port, TMPDIR=str(folder)) as process:
        shop = Shop(process, f"http://127.0.0.1:{port}", folder)
        wait_until(lambda: is_up(shop))
        yield shop


@pytest.fixture
def shop(flask_shop):
    flask_shop.begin()
    yield flask_shop
    flask_shop.process.control("switches", webhook_drop=False, webhook_copies=1)


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


def test_the_whole_shop_has_less_than_150_lines():
    assert len(FILE.read_text().splitlines()) < 150


def test_a_tea_is_paid_on_clovers_page_and_ordered(page, shop):
    shown = []
    choose(page, shop, TEA)
    shown += [has_no_sideways_scroll(page), unlabelled(page)]
    press_pay(page)
    pay_at_clover(page, APPROVED)
    is_thanked(page)
    shown += [has_no_sideways_scroll(page), unlabelled(page)]

    assert (shop.charges(), shop.orders()) == ([850], [TEA])
    assert shown == [True, [], True, []]
    assert page.get_by_role("button").count() == 0
    assert page.get_by_text("Visa •••• 4242").is_visible()
    page.get_by_role("link", name="Back to the shop").click()
    assert page.get_by_role("heading", name="What would you like?").is_visible()


def test_who_goes_back_from_the_open_page_has_not_paid_yet(page, shop):
    choose(page, shop, TEA)
    press_pay(page)
    expect_path(page, "/pay-checkout/")
    clovers = page.url
    page.go_back()
    page.reload()

    page.get_by_role("heading", name="You have not paid yet").wait_for()
    shown = page.get_by_text("Please do not pay again").count()
    fits, silent = has_no_sideways_scroll(page), unlabelled(page)
    page.get_by_role("button", name="Continue to Clover's page").click()
    expect_path(page, "/pay-checkout/")
    again = page.url
    pay_at_clover(page, APPROVED)
    is_thanked(page)

    assert (shown, fits, silent) == (0, True, [])
    assert again == clovers
    assert (shop.charges(), shop.orders()) == ([850], [TEA])


def test_the_button_says_what_is_paid(wide, shop):
    choose(wide, shop, POT)

    assert wide.get_by_role("button", name="Pay 42.00 USD with Clover").is_visible()


def test_axe_finds_nothing(wide, shop):
    found = {}
    wide.goto(f"{shop.url}/")
    found["products"] = violations(wide)
    choose(wide, shop, TEA)
    found["order"] = violations(wide)
    press_pay(wide)
    pay_at_clover(wide, APPROVED)
    is_thanked(wide)
    found["thanks"] = violations(wide)

    assert {name: rows for name, rows in found.items() if rows} == {}


def test_who_turns_back_is_not_charged_and_pays_later_on_the_same_page(wide, shop):
    choose(wide, shop, POT)
    press_pay(wide)
    expect_path(wide, "/pay-checkout/")
    wide.get_by_role("button", name="Cancel").click()
    alert = wide.get_by_role("alert")
    alert.get_by_text("Your card has not been charged").wait_for()
    has_focus = alert.evaluate("alert => alert === document.activeElement")
    before = shop.charges(), shop.orders()

    press_pay(wide)
    pay_at_clover(wide, APPROVED)
    is_thanked(wide)

    assert has_focus
    assert before == ([], [])
    assert (shop.charges(), shop.orders()) == ([4200], [POT])
    assert len(shop.sessions()) == 1


def test_a_declined_card_leaves_clovers_page_open_for_another(wide, shop):
    choose(wide, shop, TEA)
    press_pay(wide)
    pay_at_clover(wide, DECLINED)
    wide.get_by_text("The card was declined").wait_for()
    pay_at_clover(wide, APPROVED)
    is_thanked(wide)

    assert (shop.charges(), shop.orders()) == ([850], [TEA])


def test_who_paid_and_never_came_back_has_an_order(wide, shop):
    choose(wide, shop, CUPS)
    wide.route("**/orders/*", lambda route: route.abort())
    press_pay(wide)
    pay_at_clover(wide, APPROVED)

    wait_until(lambda: [row["status"] for row in shop.webhooks()] == [200])

    assert (shop.charges(), shop.orders()) == ([1749], [CUPS])


def test_a_lost_webhook_is_found_while_the_shopper_waits(wide, shop):
    shop.process.control("switches", webhook_drop=True)
    choose(wide, shop, TEA)
    press_pay(wide)
    pay_at_clover(wide, APPROVED)
    wide.get_by_text("this page looks again by itself").wait_for()
    said = wide.get_by_text("Please do not pay again").count()
    turns = wide.locator(".turning").evaluate(
        "one => getComputedStyle(one).animationName"
    )

    is_thanked(wide)

    assert (said, turns) == (1, "turn")
    assert (shop.charges(), shop.orders()) == ([850], [TEA])


def test_a_webhook_that_comes_three_times_is_one_order(wide, shop):
    shop.process.control("switches", webhook_copies=3)
    choose(wide, shop, TEA)
    press_pay(wide)
    pay_at_clover(wide, APPROVED)
    is_thanked(wide)
    wait_until(lambda: [row["status"] for row in shop.webhooks()] == [200, 200, 200])

    assert (shop.charges(), shop.orders()) == ([850], [TEA])


def test_two_clicks_and_a_second_tab_are_one_page_and_one_charge(wide, shop):
    choose(wide, shop, TEA, dblclick=True)
    tab = wide.context.new_page()
    tab.goto(wide.url)
    wide.get_by_role("button", name=PAY).dblclick()
    expect_path(wide, "/pay-checkout/")
    press_pay(tab)
    expect_path(tab, "/pay-checkout/")

    pay_at_clover(wide, APPROVED)
    is_thanked(wide)

    assert len(shop.sessions()) == 1
    assert (shop.charges(), shop.orders()) == ([850], [TEA])


def test_eight_forms_at_once_lead_to_one_page(shop):
    form = {"product": TEA, "form": "x" * 22}
    with ThreadPoolExecutor(8) as pool:
        orders = set(pool.map(lambda _: shop.answer("/orders", **form), range(8)))
        [(_, where, _)] = orders
        pay = f"{where}/pay"
        pages = {row[1] for row in pool.map(lambda _: post(shop, pay), range(8))}

    assert len(pages) == 1
    assert len(shop.sessions()) == 1


def test_clover_that_is_away_costs_nothing_and_is_tried_again(wide, shop):
    choose(wide, shop, TEA)
    shop.process.control(
        "faults",
        method="POST",
        path="/invoicingcheckoutservice/v1/checkouts",
        action="reset_before",
    )
    press_pay(wide)
    wide.get_by_text("Clover does not answer").wait_for()
    answer_of(Request(f"{shop.process.clover}/_simulator/faults", method="DELETE"))

    press_pay(wide)
    pay_at_clover(wide, APPROVED)
    is_thanked(wide)

    assert (shop.charges(), shop.orders()) == ([850], [TEA])


def test_a_forged_webhook_is_refused_and_changes_nothing(shop):
    _, where, _ = shop.answer("/orders", product=TEA, form="f" * 22)
    session = post(shop, f"{where}/pay")[1].rpartition("/")[2]
    message = {"status": "APPROVED", "type": "PAYMENT", "data": session, "id": "X" * 13}
    forged = Request(
        f"{shop.url}/webhook",
        json.dumps(message).encode(),
        {"Clover-Signature": f"t={int(time.time())},v1={'0' * 64}"},
    )

    status, _, text = answer_of(forged)

    assert (status, session in text) == (400, False)
    assert (shop.charges(), shop.orders()) == ([], [])
    assert "with Clover" in shop.answer(f"{where}?canceled=1")[2]


@pytest.mark.parametrize(
    ("path", "form", "expected"),
    [
        ("/orders/0123456789abcdef0123456789abcdef", {}, 404),
        ("/orders", {"product": "A yacht", "form": "y" * 22}, 303),
        ("/orders", {"product": TEA, "form": ""}, 303),
        ("/webhook", {"long": "x" * 70_000}, 413),
    ],
)
def test_what_makes_no_sense_is_refused(shop, path, form, expected):
    status, where, _ = shop.answer(path, **form)

    assert status == expected
    assert where in ("", "/")
    assert shop.sessions() == []


@pytest.fixture
def account(clover_simulator):
    """What is in the environment of a shop that has an account."""
    merchant = clover_simulator.merchant
    return {
        "CLOVER_ENVIRONMENT": "local",
        "CLOVER_BASE_URL": clover_simulator.url,
        "CLOVER_MODE": "hosted",
        "CLOVER_MERCHANT_ID": merchant.id,
        "CLOVER_HOSTED_PRIVATE_KEY": merchant.hosted_private_key,
        "CLOVER_PLATFORM_TOKEN": merchant.platform_token,
        "CLOVER_WEBHOOK_SECRETS": merchant.webhook_secret,
    }


def test_what_is_paid_while_the_shop_lies_killed_is_ordered_when_it_is_back(
    clover_simulator, account, tmp_path
):
    port = free_port()
    shop = Shop(None, f"http://127.0.0.1:{port}", tmp_path)
    clover_simulator.send_webhooks_to(f"{shop.url}/webhook")
    with running([FILE], tmp_path, (), PORT=port, **account) as killed:
        wait_until(lambda: is_up(shop))
        _, where, _ = shop.answer("/orders", product=TEA, form="k" * 22)
        page = post(shop, f"{where}/pay")[1]
        killed.process.kill()
        killed.process.wait()

    clover_simulator.pay_hosted(page)
    with running([FILE], tmp_path, (), PORT=port, **account):
        wait_until(lambda: is_up(shop))
        wait_until(lambda: "Your order number is" in shop.answer(where)[2])

    assert [charge.amount for charge in clover_simulator.ledger.charges] == [850]


def test_workers_of_gunicorn_share_one_page_and_recovery_finds_the_shop(
    clover_simulator, account, tmp_path
):
    port = free_port()
    shop = Shop(None, f"http://127.0.0.1:{port}", tmp_path)
    gunicorn = ["-m", "gunicorn", "--workers", "3", "--bind", f"127.0.0.1:{port}"]
    account = {
        **os.environ,
        **account,
        "PYTHONPATH": os.pathsep.join(map(str, [FILE.parent, *PATHS])),
    }
    command = [sys.executable, *gunicorn, "shop:app"]
    with subprocess.Popen(command, cwd=tmp_path, env=account) as server:
        wait_until(lambda: is_up(shop))
        _, where, _ = shop.answer("/orders", product=TEA, form="g" * 22)
        with ThreadPoolExecutor(8) as pool:
            pages = {
                row[1]
                for row in pool.map(lambda _: post(shop, f"{where}/pay"), range(8))
            }
        server.terminate()
    clover_simulator.pay_hosted(pages.pop())
    for words in (["recover"], ["reconcile", "--since", "1h", "--repair"]):
        main = "from clover_provider.cli import main; main()"
        command = [sys.executable, "-c", main, *words, "--payments", "shop:payments"]
        subprocess.run(command, cwd=tmp_path, env=account, check=True)

    assert pages == set()
    assert len(clover_simulator.ledger.sessions) == 1
    with closing(sqlite3.connect(tmp_path / "shop.sqlite3")) as database:
        assert database.execute("SELECT product FROM orders").fetchall() == [(TEA,)]


def free_port():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return str(free.getsockname()[1])


def choose(page, shop, product, *, dblclick=False):
    page.goto(f"{shop.url}/")
    button = page.get_by_role("button", name=f"Buy {product}")
    (button.dblclick if dblclick else button.click)()
    expect_path(page, "/orders/")


def press_pay(page):
    page.get_by_role("button", name=PAY).click()


def is_thanked(page):
    page.get_by_text("Your order number is").wait_for(timeout=120_000)


def post(shop, path):
    return answer_of(Request(f"{shop.url}{path}", b""))


class StayHere(HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


def answer_of(request):
    """Status, where it leads, and the text."""
    try:
        with build_opener(StayHere).open(request, timeout=120) as answer:
            return answer.status, "", answer.read().decode()
    except HTTPError as error:
        with error:
            where = error.headers.get("Location", "")
            return error.code, where, error.read().decode()


def is_up(shop):
    try:
        return shop.answer("/orders/nobodys")[0] == 404  # its tables are there
    except URLError:
        return False


def wait_until(condition, seconds=120):
    deadline = time.monotonic() + seconds
    while not (found := condition()):
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)
    return found
