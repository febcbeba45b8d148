"""The simulator's own page in a browser: it refreshes, and disturbs no reader."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from clover_simulator.testing import Simulator
from tests.clover_card.chromium import PATIENCE_MS, chromium
from tests.clover_simulator.conftest import open_checkout
from tests.clover_simulator.shop import running_shop

pytestmark = pytest.mark.browser

SCRIPT = "<script>document.title = 'run'</script><img src=x onerror=alert(1)>"


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as browser:
        yield browser


@pytest.fixture
def board(browser: Browser, clover_simulator: Simulator) -> Iterator[Page]:
    """The page, which fails the test with what its console says."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.set_default_timeout(PATIENCE_MS)
    page.goto(clover_simulator.url)
    yield page
    context.close()
    assert [text for text in complaints if "status of 400" not in text] == []


def next_refresh(page: Page) -> None:
    """Wait until the page has asked twice, so that the first answer is shown."""
    for _ in range(2):
        with page.expect_response(lambda r: r.url.endswith("/") and r.ok):
            pass


def test_new_charges_and_requests_appear_by_themselves(board, client):
    first = client.charge(1000).json()["id"]
    expect(board.locator(f"#charge-{first}")).to_contain_text("10.00 USD")
    second = client.charge(2000).json()["id"]
    expect(board.locator(f"#charge-{second}")).to_contain_text("20.00 USD")

    shown = board.locator("#charges-rows tr").evaluate_all(
        "rows => rows.map(row => row.id)"
    )
    assert shown == [f"charge-{second}", f"charge-{first}"]
    expect(board.locator("#charges-count")).to_have_text("2")


def test_what_is_open_selected_or_typed_stays_as_it_is(board, client):
    client.charge(1000)
    sent = board.locator("#request-2 details")
    sent.locator("summary").click()
    address = board.locator("#url-TESTMERCH0001")
    address.fill("http://127.0.0.1:1/typed")
    board.evaluate(
        "getSelection().selectAllChildren(document.querySelector('#request-1 b'))"
    )

    added = client.charge(2000).json()["id"]
    expect(board.locator(f"#charge-{added}")).to_be_visible()
    next_refresh(board)

    expect(sent.locator("pre")).to_be_visible()
    expect(address).to_have_value("http://127.0.0.1:1/typed")
    assert board.evaluate("getSelection().toString()") == "POST"


def test_what_changes_while_it_is_open_is_renewed_and_stays_open(board, client):
    with running_shop() as shop:
        client.simulator.send_webhooks_to(shop.url)
        client.simulator.switch(webhook_delay_seconds=3.0)
        client.simulator.pay_hosted(open_checkout(client).json()["href"])
        sent = board.locator("#webhook-1 details")
        sent.locator("summary").click()
        board.locator("h1").click()
        board.evaluate("document.activeElement.blur()")

        expect(board.locator("#webhook-1")).to_contain_text("200")

        expect(sent.locator("pre")).to_be_visible()


def test_a_pause_holds_the_page_still(board, client):
    board.get_by_label("Refreshes by itself").uncheck()
    client.charge(1000)
    board.wait_for_timeout(3000)
    expect(board.locator("#charges-rows")).to_contain_text("No charge yet")

    board.get_by_label("Refreshes by itself").check()

    expect(board.locator("#charges-rows")).to_contain_text("10.00 USD")


def test_a_fault_is_armed_and_cleared_without_leaving_the_page(board, client):
    board.evaluate("window.stayed = true")
    board.get_by_label("The next", exact=True).select_option("Refund")

    board.get_by_role("button", name="Lost answer").click()
    expect(board.locator("#faults-armed")).to_contain_text(
        "POST /v1/refunds: 1 to come"
    )
    expect(board.get_by_role("status").filter(has_text="Done")).to_be_visible()
    board.get_by_role("button", name="Clear all faults").click()

    expect(board.locator("#faults-armed")).to_contain_text("Nothing is armed")
    assert board.evaluate("window.stayed") is True
    assert client.simulator._state.faults.rules == []


def test_a_webhook_is_redelivered_and_the_button_keeps_the_focus(board, client):
    with running_shop() as shop:
        client.simulator.send_webhooks_to(shop.url)
        client.simulator.pay_hosted(open_checkout(client).json()["href"])
        again = board.locator("#redeliver-1")
        again.click()

        expect(board.locator("#webhook-2")).to_contain_text("200")

    assert len(shop.received) == 2
    expect(again).to_be_focused()


def test_a_mistake_is_said_and_not_wiped_away_by_the_refresh(board):
    board.locator("#url-TESTMERCH0001").fill("https://")
    board.locator("#merchant-TESTMERCH0001 form").evaluate(
        "form => form.noValidate = true"
    )
    board.locator("#url-TESTMERCH0001").evaluate("field => field.type = 'text'")
    board.locator("#url-TESTMERCH0001").fill("shop.example")

    board.get_by_role("button", name="Save for Simulated Shop").click()
    alert = board.get_by_role("alert")
    expect(alert).to_contain_text("begins with http")
    next_refresh(board)

    expect(alert).to_be_visible()


def test_a_click_copies_a_key_and_the_settings(board, client):
    board.get_by_role("button", name="Copy test-private-key-usd").click()
    key = board.evaluate("navigator.clipboard.readText()")
    fold = board.locator("#paste-django-TESTMERCH0001")
    fold.locator("summary").click()
    fold.get_by_role("button", name="Copy").click()

    assert key == "test-private-key-usd"
    expect(fold.get_by_role("button")).to_have_text("Copied")
    assert board.evaluate("navigator.clipboard.readText()").startswith("CLOVER = {\n")


def test_nothing_planted_runs_before_or_after_a_refresh(board, client):
    def plant():
        return client.charge(description=SCRIPT, metadata={"note": SCRIPT}).json()["id"]

    first = plant()
    expect(board.locator(f"#charge-{first}")).to_contain_text(SCRIPT)
    board.reload()
    second = plant()
    expect(board.locator(f"#charge-{second}")).to_contain_text(SCRIPT)

    assert board.title() == "Clover simulator"
    assert board.locator("main img, main script").count() == 0


def test_it_says_when_the_simulator_has_gone(browser):
    with Simulator() as simulator:
        page = browser.new_page()
        page.goto(simulator.url)
    gone = page.get_by_text("The simulator does not answer")

    expect(gone).to_be_visible()
    page.close()


def test_without_a_script_the_page_and_its_forms_work(browser, client):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(client.simulator.url)

    page.get_by_role("button", name="Decline").click()

    expect(page.locator("#faults-armed")).to_contain_text("for the next card")
    assert page.url == f"{client.simulator.url}/#faults"
    assert client.charge().status == 402
    page.get_by_role("link", name="Refresh").click()
    expect(page.locator("#charges-rows")).to_contain_text("declined")
    context.close()


@pytest.mark.parametrize("width", [360, 1280])
def test_nothing_is_wider_than_the_screen(board, client, width):
    client.charge(description="x" * 120, metadata={"order": "y" * 200})
    client.simulator.pay_hosted(open_checkout(client).json()["href"])
    board.set_viewport_size({"width": width, "height": 800})
    board.reload()
    board.evaluate("document.querySelectorAll('details').forEach(d => d.open = true)")

    assert board.evaluate("document.documentElement.scrollWidth") == width
