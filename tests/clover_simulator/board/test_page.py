"""The simulator's own page: what it shows, what its forms do, who may send them."""

import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urlencode

import pytest

from clover_simulator.board import page
from clover_simulator.traffic.client import fetch
from tests.clover_simulator.conftest import MUG, open_checkout
from tests.clover_simulator.shop import running_shop

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
SCRIPT = "<script>alert('x')</script>"
ESCAPED = "&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt;"
NUMBER = "4000056655665556"
NOTHING_ARMED = "Nothing is armed"


def look(simulator, **headers):
    return fetch("GET", f"{simulator.url}/", "", {"accept": BROWSER, **headers})


def press(simulator, action, headers=None, **fields):
    """Send one of the page's forms, as the browser does."""
    own = {
        "origin": simulator.url,
        "accept": BROWSER,
        "content-type": "application/x-www-form-urlencoded",
    }
    sent = {k: v for k, v in (own | (headers or {})).items() if v is not None}
    url = f"{simulator.url}/_simulator/board/{action}"
    return fetch("POST", url, urlencode(fields), sent)


def row(text, name):
    """One row of the page, by its id."""
    return re.search(rf'<tr id="{name}".*?</tr>', text, re.DOTALL)[0]


class Balance(HTMLParser):
    """Fails where an element is closed that is not the last one opened."""

    VOID = frozenset({"meta", "link", "input", "br"})

    def __init__(self):
        super().__init__()
        self.open, self.ids = [], []

    def handle_starttag(self, tag, attributes):
        self.ids += [value for name, value in attributes if name == "id"]
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


@pytest.mark.parametrize("accept", [None, "*/*", "application/json", "text/html;q=0"])
def test_a_program_reads_json(client, accept):
    client.charge()

    answer = fetch(
        "GET", f"{client.simulator.url}/", "", {"accept": accept} if accept else {}
    )

    assert answer.headers["content-type"] == "application/json"
    assert answer.headers["vary"] == "accept"
    assert answer.json()["counts"]["charges"] == 1
    assert answer.json()["control"] == "/_simulator"


def test_a_browser_gets_a_page_that_runs_and_loads_its_own_files_only(client):
    shown = look(client.simulator)

    policy = shown.headers["content-security-policy"]
    assert shown.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert "unsafe" not in policy
    assert not re.search(
        r"<script(?![^>]*\bsrc=)|<style|\bstyle=|\bon[a-z]+=", shown.text
    )
    for name in re.findall(r'(?:src|href)="(/_simulator/board/[^"]+)"', shown.text):
        file = fetch("GET", f"{client.simulator.url}{name}")
        assert (file.status, Path(name).name in page.FILES) == (200, True)


def test_the_page_is_well_formed_and_no_id_is_there_twice(client):
    client.charge(metadata={"order": "1"})
    client.simulator.pay_hosted(open_checkout(client).json()["href"])
    reader = Balance()

    reader.feed(look(client.simulator).text)

    assert reader.open == []
    assert len(reader.ids) == len(set(reader.ids))


def test_nothing_that_came_from_outside_is_html(client):
    simulator = client.simulator
    with running_shop() as shop:
        simulator.send_webhooks_to(shop.url + f"?x={SCRIPT.replace(' ', '')}")
        charge = client.charge(description=SCRIPT, metadata={SCRIPT: SCRIPT}).json()
        client.post("/v1/refunds", {"charge": charge["id"], "reason": SCRIPT})
        email = {"email": f"{SCRIPT}@example.test", "source": simulator.token()}
        client.post("/v1/customers", email)
        href = open_checkout(client, MUG | {"name": SCRIPT}).json()["href"]
        simulator.pay_hosted(href)
        client.call("GET", f"/v1/{SCRIPT}", headers={"user-agent": SCRIPT})
        simulator.wait_until(lambda: simulator.deliveries[0].status)

        shown = look(simulator).text

    assert "<script>alert" not in shown
    assert shown.count(ESCAPED) >= 5
    assert shown.count("<script") == 1


def test_no_card_number_and_no_code_is_shown(client):
    simulator, cvv = client.simulator, "9073"
    token = simulator.token(NUMBER, cvv="907")
    metadata = {"note": f"card {NUMBER}", NUMBER: "a name", "CVV": cvv}
    client.charge(source=token, description=NUMBER, metadata=metadata)
    client.call("GET", f"/v1/charges/{NUMBER}", headers={"user-agent": NUMBER})
    href = open_checkout(client, MUG | {"name": NUMBER}).json()["href"]
    simulator.pay_hosted(href, NUMBER, cvv=cvv)
    client.control("POST", "/merchants", {"merchant": "TESTMERCH0001"})

    shown = look(simulator).text.split('id="cards"')[0]

    assert NUMBER not in shown.replace(" ", "")
    assert cvv not in shown
    assert token not in shown
    assert "Visa •••• 5556" in shown


def test_a_charge_is_shown_with_what_the_shop_said_of_it(client):
    charge = client.charge(
        123_450, tip_amount=500, metadata={"order": "1001"}, description="Two mugs"
    ).json()["id"]

    shown = row(look(client.simulator).text, f"charge-{charge}")

    for text in ("1,234.50 USD", "tip 5.00", "captured", "1001", "Two mugs"):
        assert text in shown


def test_refunds_sessions_and_customers_are_shown(client):
    charge = client.charge(1000).json()["id"]
    refund = client.post("/v1/refunds", {"charge": charge, "amount": 400}).json()["id"]
    session = open_checkout(client).json()["checkoutSessionId"]
    source = {"email": "ada@example.test", "source": client.simulator.token()}
    customer = client.post("/v1/customers", source).json()["id"]

    shown = look(client.simulator).text

    assert "partly refunded" in row(shown, f"charge-{charge}")
    assert "4.00 USD" in row(shown, f"refund-{refund}")
    assert f"#charge-{charge}" in row(shown, f"refund-{refund}")
    assert f'href="/pay-checkout/{session}"' in row(shown, f"session-{session}")
    assert "Visa •••• 4242" in row(shown, f"customer-{customer}")
    assert "ada@example.test" in row(shown, f"customer-{customer}")


def test_requests_are_shown_newest_first_and_the_page_itself_is_none(client):
    client.charge()
    client.get("/v1/charges/NOSUCHCHARGE1")
    look(client.simulator)

    shown = look(client.simulator).text
    numbers = re.findall(r'<tr id="request-(\d+)"', shown)

    assert numbers == ["3", "2", "1"]
    assert "404" in row(shown, "request-3")
    assert "[hidden]" in row(shown, "request-2")
    assert " ms" in row(shown, "request-2")


def test_old_requests_leave_the_page_and_are_still_counted(client):
    for _ in range(35):
        client.get("/v1/charges")

    shown = look(client.simulator).text

    assert len(re.findall(r'<tr id="request-\d+"', shown)) == 30
    assert "The newest 30 of 35 are shown." in shown


def test_a_lost_answer_is_marked(client):
    client.simulator.fail("GET", "/v1/charges", "reset_after")
    with pytest.raises(ConnectionError):
        client.get("/v1/charges")

    client.simulator.wait_until(
        lambda: client.simulator.requests[-1].milliseconds is not None
    )
    shown = row(look(client.simulator).text, "request-1")
    assert "no answer" in shown
    assert "reset_after" in shown


def test_a_request_without_the_shopper_s_address_is_marked_on_the_api_only(client):
    client.charge(source="x")
    client.call("POST", "/v1/charges", {}, headers={"x-forwarded-for": None})
    client.simulator.pay_hosted(open_checkout(client).json()["href"])

    warned = [bool(seen.warnings) for seen in client.simulator.requests]
    assert warned == [False, True, False, False]


@pytest.mark.parametrize(
    ("fault", "status"),
    [("rate_limit", 429), ("error", 500), ("error_after", 500), ("decline", 402)],
)
def test_a_fault_by_click_hits_the_next_charge_only(client, fault, status):
    sent = press(client.simulator, "faults", fault=fault, on="charge", times="1")
    armed = look(client.simulator).text

    hit, after = client.charge().status, client.charge().status

    assert (sent.status, sent.location) == (303, "/#faults")
    assert NOTHING_ARMED not in armed
    assert (hit, after) == (status, 200)


@pytest.mark.parametrize(("fault", "taken"), [("lost_answer", 1), ("not_reached", 0)])
def test_a_broken_connection_by_click(client, fault, taken):
    press(client.simulator, "faults", fault=fault, on="charge", times="1")

    with pytest.raises(ConnectionError):
        client.charge()

    assert len(client.simulator.ledger.charges) == taken
    assert "spent" in look(client.simulator).text


def test_a_time_out_by_click_answers_after_a_minute(client):
    press(client.simulator, "faults", fault="timeout", on="refund", times="")

    (rule,) = client.control("GET", "/faults").json()["faults"]
    assert (rule["action"], rule["seconds"], rule["times"], rule["path"]) == (
        "delay_after",
        60.0,
        None,
        "/v1/refunds",
    )


@pytest.mark.parametrize(
    ("fault", "states"),
    [("webhook_drop", ["dropped"]), ("webhook_copies", ["answered", "answered"])],
)
def test_a_webhook_is_dropped_or_doubled_by_click(client, fault, states):
    simulator = client.simulator
    with running_shop() as shop:
        simulator.send_webhooks_to(shop.url)
        press(simulator, "faults", fault=fault, times="1")
        armed = look(simulator).text

        simulator.pay_hosted(open_checkout(client).json()["href"])
        simulator.wait_until(
            lambda: [row.state for row in simulator.deliveries] == states
        )

    assert "for the next hosted payment" in armed
    assert NOTHING_ARMED in look(simulator).text


def test_all_faults_are_cleared_by_a_click(client):
    for fault in ("error", "decline", "webhook_drop"):
        press(client.simulator, "faults", fault=fault, on="any", times="3")

    press(client.simulator, "faults/clear")

    assert NOTHING_ARMED in look(client.simulator).text
    assert client.charge().status == 200


def test_a_webhook_is_redelivered_by_a_click(client):
    simulator = client.simulator
    with running_shop() as shop:
        shop.statuses = [500]
        simulator.send_webhooks_to(shop.url)
        simulator.pay_hosted(open_checkout(client).json()["href"])
        simulator.wait_until(lambda: simulator.deliveries[0].status)
        failed = row(look(simulator).text, "webhook-1")

        press(simulator, "redeliver", number="1")
        simulator.wait_until(
            lambda: len(simulator.deliveries) == 2 and simulator.deliveries[1].status
        )
        shown = row(look(simulator).text, "webhook-2")

    assert len(shop.received) == 2
    assert ">500<" in failed
    assert ">200<" in shown
    assert "thanks" in shown


def test_the_clock_is_moved_by_a_click_and_comes_back(client):
    href = open_checkout(client).json()["href"]

    press(client.simulator, "clock", minutes="15")
    later = look(client.simulator).text
    press(client.simulator, "clock", minutes="0")

    assert "0 days, 0 h 15 min ahead of the real time" in later
    assert "expired" in later
    assert "ahead of" not in look(client.simulator).text
    assert client.simulator.pay_hosted(href).status == 303


def test_a_merchant_refunds_and_voids_past_the_shop_by_a_click(client):
    first, second = client.charge(1000).json()["id"], client.charge(500).json()["id"]

    press(client.simulator, "charges", id=first, do="refund")
    press(client.simulator, "charges", id=second, do="void")

    shown = look(client.simulator).text
    assert "refunded 10.00" in row(shown, f"charge-{first}")
    assert "voided" in row(shown, f"charge-{second}")
    assert "<button" not in row(shown, f"charge-{second}")


def test_what_is_pending_ends_by_a_click(client):
    client.simulator.switch(charge_status="pending", refund_status="pending")
    charge = client.charge(1000).json()["id"]
    press(client.simulator, "charges", id=charge, do="succeeded")
    refund = client.post("/v1/refunds", {"charge": charge}).json()["id"]

    press(client.simulator, "refunds", id=refund, do="failed")

    shown = look(client.simulator).text
    assert "captured" in row(shown, f"charge-{charge}")
    assert "failed" in row(shown, f"refund-{refund}")


def test_switches_are_set_and_the_others_stay(client):
    client.simulator.switch(webhook_copies=2)

    press(client.simulator, "switches", rate_limits="true", list_envelope="data")

    assert client.simulator.switches.rate_limits is True
    assert client.simulator.switches.webhook_copies == 2
    assert "Changed: rate_limits = true, webhook_copies = 2." in (
        look(client.simulator).text
    )


def test_a_webhook_url_is_saved_and_its_settings_become_those_of_mode_hosted(client):
    before = look(client.simulator).text
    url = "http://127.0.0.1:9/clover/webhook/"

    press(client.simulator, "merchants", merchant=client.merchant.id, webhook_url=url)

    after = look(client.simulator).text
    assert client.merchant.webhook_url == url
    assert "export CLOVER_MODE=hosted" not in before
    assert "export CLOVER_MODE=hosted" in after
    assert f"export CLOVER_BASE_URL={client.simulator.url}" in after
    assert client.merchant.hosted_private_key in after


@pytest.mark.parametrize(
    ("action", "fields"),
    [
        ("faults", {"fault": "no_such"}),
        ("faults", {"fault": "error", "on": "no_such"}),
        ("faults", {"fault": "error", "times": "99"}),
        ("clock", {"minutes": "1e9"}),
        ("clock", {}),
        ("charges", {"id": SCRIPT, "do": "refund"}),
        ("refunds", {"id": SCRIPT, "do": "failed"}),
        ("redeliver", {"number": "7"}),
        ("redeliver", {"number": SCRIPT}),
        ("merchants", {"merchant": "x", "webhook_url": ""}),
        ("merchants", {"merchant": "TESTMERCH0001", "webhook_url": "javascript:x"}),
        ("switches", {"no_such": SCRIPT}),
        ("switches", {"webhook_copies": SCRIPT}),
    ],
)
def test_what_cannot_be_done_is_said_on_the_page(client, action, fields):
    answer = press(client.simulator, action, **fields)

    assert answer.status == 400
    assert 'role="alert"' in answer.text
    assert SCRIPT not in answer.text


def test_an_unknown_action_and_a_get_are_refused(client):
    url = f"{client.simulator.url}/_simulator/board/faults"

    assert press(client.simulator, "no/such").status == 404
    assert fetch("GET", url).status in (404, 405)


@pytest.mark.parametrize(
    "headers",
    [
        {"origin": "https://attacker.test"},
        {"origin": "http://localhost:1"},
        {"origin": "null"},
        {"origin": None},
        {"host": "attacker.test", "origin": "http://attacker.test"},
    ],
)
def test_no_other_web_page_can_send_a_form(client, headers):
    answer = press(client.simulator, "faults", headers, fault="error", on="any")

    assert answer.status == 403
    assert client.control("GET", "/faults").json()["faults"] == []


@pytest.mark.parametrize("accept", ["*/*", BROWSER])
def test_no_other_web_page_can_read_it_under_a_name_of_its_own(client, accept):
    answer = look(client.simulator, accept=accept, host="attacker.test")

    assert answer.status == 403
    assert client.merchant.private_key not in answer.text


def test_faults_and_limits_never_hit_the_page(client):
    press(client.simulator, "faults", fault="error", on="any", times="")

    assert look(client.simulator).status == 200
    assert client.get("/v1/charges").status == 500
