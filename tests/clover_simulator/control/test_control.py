"""The control API."""

import json

import pytest

from clover_simulator.traffic.client import fetch
from tests.clover_simulator.api.test_oauth import allow, refresh, trade
from tests.clover_simulator.conftest import open_checkout
from tests.clover_simulator.shop import running_shop


def test_the_index_names_every_endpoint(client):
    endpoints = client.control("GET", "").json()["endpoints"]
    shown = [entry.split()[1] for entry in endpoints if entry.startswith("GET")]

    assert "POST /_simulator/faults" in endpoints
    assert "POST /_simulator/refuse" in endpoints
    assert len(shown) >= 10
    for path in shown:
        assert client.control("GET", path.removeprefix("/_simulator")).status == 200


def test_the_ledger_has_what_a_reconciliation_needs(client):
    metadata = {"order": "1001"}
    client.charge(2599, key="k-1", external_reference_id="REF 1", metadata=metadata)
    session = open_checkout(client).json()
    client.simulator.pay_hosted(session["href"])

    api, hosted = client.control("GET", "/ledger").json()["charges"]

    assert api["amount"] == api["amount_captured"] == 2599
    assert api["amount_refunded"] == 0
    assert api["currency"] == "USD"
    assert api["captured"] is True
    assert api["status"] == "succeeded"
    assert api["merchant"] == client.merchant.id
    assert api["idempotency_key"] == "k-1"
    assert api["external_reference_id"] == "REF 1"
    assert api["metadata"] == metadata
    assert (api["via"], hosted["via"]) == ("api", "hosted")
    assert hosted["session"] == session["checkoutSessionId"]


def test_the_ledger_lists_refunds_sessions_customers_and_orders(client):
    charge = client.charge(1000).json()["id"]
    client.post("/v1/refunds", {"charge": charge, "amount": 400})
    open_checkout(client)
    client.post(
        "/v1/customers", {"email": "a@example.test", "source": client.simulator.token()}
    )
    client.post("/v1/orders", {"currency": "USD", "items": [{"amount": 5}]})

    ledger = client.control("GET", "/ledger").json()

    assert (ledger["refunds"][0]["charge"], ledger["refunds"][0]["amount"]) == (
        charge,
        400,
    )
    assert ledger["sessions"][0]["total"] == 2390
    assert ledger["customers"][0]["cards"] == 1
    assert ledger["orders"][0]["amount"] == 5
    assert client.control("GET", "/state").json()["counts"]["charges"] == 1


def test_the_clock_is_moved_set_frozen_and_resumed(client):
    frozen = client.control("POST", "/clock", {"freeze": "2099-01-01T00:00:00+00:00"})
    moved = client.control("POST", "/clock", {"advance": {"minutes": 16}})
    shown = client.control("GET", "/clock")

    assert frozen.json()["now"] == "2099-01-01T00:00:00+00:00"
    assert moved.json() == shown.json() == {"now": "2099-01-01T00:16:00+00:00"}
    client.control("POST", "/clock", {"resume": True})
    client.control("POST", "/clock", {"set": "2098-01-01T00:00:00Z"})
    assert client.simulator.clock.now().year == 2098
    assert client.control("POST", "/clock", {"freeze": True}).status == 200


@pytest.mark.parametrize(
    "move",
    [
        {"rewind": 1},
        {"set": "tomorrow"},
        {"set": "2099-01-01T00:00:00"},
        {"advance": {"fortnights": 1}},
        {"advance": 5},
        {"advance": {"days": 1e12}},
    ],
)
def test_a_malformed_move_of_the_clock_is_refused(client, move):
    assert client.control("POST", "/clock", move).status == 400


def test_reset_forgets_everything(client):
    client.charge()
    client.simulator.switch(rate_limits=True)
    client.simulator.fail("*", "*", "error_before", times=None)
    client.simulator.clock.advance(days=1)

    state = client.control("POST", "/reset", {"seed": "other"}).json()

    assert state["seed"] == "other"
    assert state["counts"]["charges"] == state["counts"]["requests"] == 0
    assert state["faults"] == []
    assert state["switches"]["rate_limits"] is False
    client.control("POST", "/reset", {"seed": "clover"})


def test_the_same_seed_gives_the_same_ids(client):
    def run():
        client.control("POST", "/reset", {"seed": "clover"})
        token = client.simulator.token()
        charge = client.charge(source=token).json()["id"]
        session = open_checkout(client).json()["checkoutSessionId"]
        return token, charge, session

    first, second = run(), run()
    client.control("POST", "/reset", {"seed": "another"})
    other = client.simulator.token()
    client.control("POST", "/reset", {"seed": "clover"})

    assert first == second
    assert other != first[0]


def test_switches_are_shown_and_set(client):
    client.control("POST", "/switches", {"thin_reads": True})

    table = {
        row["name"]: row
        for row in client.control("GET", "/switches").json()["switches"]
    }

    assert table["thin_reads"]["value"] is True
    assert table["checkout_times"]["choices"] == ["iso", "unix", "unix_ms"]
    assert client.control("POST", "/switches", {"thin_reads": "perhaps"}).status == 400


def test_faults_are_added_shown_and_cleared(client):
    rule = {
        "method": "GET",
        "path": "/v1/charges",
        "action": "error_before",
        "times": None,
    }

    added = client.control("POST", "/faults", rule).json()
    failed = client.get("/v1/charges").status
    [shown] = client.control("GET", "/faults").json()["faults"]
    client.control("DELETE", "/faults")

    assert added["action"] == "error_before"
    assert failed == 500
    assert (shown["seen"], shown["fired"]) == (1, 1)
    assert client.get("/v1/charges").status == 200
    assert client.control("POST", "/faults", {"action": "explode"}).status == 400


def test_connections_are_refused_for_a_while(client):
    client.control("POST", "/refuse", {"seconds": 0.2})

    def is_refused():
        try:
            client.get("/v1/charges")
        except OSError:
            return True
        return False

    client.simulator.wait_until(is_refused)
    client.simulator.wait_until(lambda: not is_refused())
    assert client.control("POST", "/refuse", {"seconds": -1}).status == 400
    assert client.control("POST", "/refuse", {}).status == 400


def test_merchants_are_shown_and_changed(client):
    change = {"merchant": client.merchant.id, "private_key": "rotated"}

    changed = client.control("POST", "/merchants", change).json()["merchants"]

    assert [merchant["currency"] for merchant in changed] == ["USD", "CAD"]
    assert changed[0]["private_key"] == "rotated"
    headers = {"authorization": "Bearer test-private-key-usd"}
    assert client.call("GET", "/v1/charges", headers=headers).status == 401
    assert client.control("POST", "/merchants", {"merchant": "X"}).status == 404
    assert client.control("POST", "/merchants", change | {"id": "X"}).status == 400
    assert client.control("POST", "/merchants", change | {"name": 1}).status == 400


def test_sessions_tokens_and_grants_expire_on_request(client):
    href = open_checkout(client).json()["href"]
    token = client.simulator.token()
    grant = trade(client, allow(client)["code"]).json()
    headers = {"authorization": f"Bearer {grant['access_token']}"}

    for what in ("sessions", "tokens", "access_tokens", "refresh_tokens"):
        assert client.control("POST", "/expire", {"what": what}).status == 200

    assert client.simulator.pay_hosted(href).status == 410
    assert client.charge(source=token).status == 400
    assert client.call("GET", "/v1/charges", headers=headers).status == 401
    assert refresh(client, grant["refresh_token"]).status == 401
    assert client.control("POST", "/expire", {"what": "milk"}).status == 400
    assert client.control("POST", "/expire", {"what": []}).status == 400


def test_a_refund_in_the_dashboard_bypasses_the_api(client):
    charge = client.charge(1000).json()["id"]

    answer = client.control(
        "POST", "/dashboard/refunds", {"charge": charge, "amount": 300}
    )

    assert answer.json()["charge"]["amount_refunded"] == 300
    assert client.simulator.ledger.refunds[0].via == "dashboard"
    too_much = {"charge": charge, "amount": 701}
    assert client.control("POST", "/dashboard/refunds", too_much).status == 400
    assert client.control("POST", "/dashboard/refunds", {"charge": "X"}).status == 404


def test_a_pending_charge_can_be_resolved(client):
    charge = client.charge(metadata={"sim_status": "pending"}).json()["id"]

    client.control("POST", "/charges/status", {"charge": charge, "status": "succeeded"})

    assert client.get(f"/v1/charges/{charge}").json()["status"] == "succeeded"
    wrong = {"charge": charge, "status": "lost"}
    assert client.control("POST", "/charges/status", wrong).status == 400
    assert client.control("POST", "/charges/status", {"charge": "X"}).status == 404


def test_webhooks_are_logged_repeated_and_invented(client):
    with running_shop() as shop:
        change = {"merchant": client.merchant.id, "webhook_url": shop.url}
        client.control("POST", "/merchants", change)
        event = {"type": "PAYMENT", "id": "INVENTED00001"}
        client.control(
            "POST", "/webhooks", {"merchant": client.merchant.id, "event": event}
        )
        client.control("POST", "/deliveries/redeliver", {"number": 1})
        client.control("POST", "/deliveries/release")
        client.simulator.wait_until(lambda: len(shop.received) == 2)

        deliveries = client.control("GET", "/deliveries").json()["deliveries"]

    assert [json.loads(body) for _, body in shop.received] == [event, event]
    assert [delivery["event"] for delivery in deliveries] == [event, event]
    assert client.control("POST", "/deliveries/redeliver", {"number": 9}).status == 404
    assert (
        client.control("POST", "/deliveries/redeliver", {"number": "x"}).status == 400
    )
    assert client.control("POST", "/webhooks", {"merchant": "X"}).status == 400


def test_requests_are_counted_and_their_secrets_hidden(client):
    client.charge(2599, key="k-1")

    seen = client.control("GET", "/requests").json()

    assert seen["counts"] == {"POST /v1/tokens": 1, "POST /v1/charges": 1}
    token_request, charge_request = seen["requests"]
    assert token_request["body"] == {"card": "[hidden]"}
    assert token_request["headers"]["apikey"] == "[hidden]"
    assert charge_request["body"]["amount"] == 2599
    assert charge_request["body"]["source"] == "[hidden]"
    assert charge_request["headers"]["authorization"] == "[hidden]"
    assert charge_request["headers"]["idempotency-key"] == "k-1"
    assert charge_request["status"] == 200


def test_the_test_cards_and_the_document_are_served(client):
    cards = client.control("GET", "/cards").json()["cards"]
    document = client.control("GET", "/openapi.json").json()

    assert {
        "number": "4242424242424242",
        "brand": "VISA",
        "outcome": "approved",
    } in cards
    assert document["servers"] == [{"url": client.simulator.url}]
    assert "/v1/charges" in document["paths"]


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "attacker.test"},
        {"host": "attacker.test:80"},
        {"origin": "http://attacker.test"},
        {"origin": "null"},
    ],
)
def test_a_web_page_cannot_use_the_control_api(client, headers):
    url = f"{client.simulator.url}/_simulator/reset"
    client.charge()

    answer = fetch("POST", url, "{}", headers)

    assert answer.status == 403
    assert len(client.simulator.ledger.charges) == 1


@pytest.mark.parametrize("text", ["{", "[]", "1"])
def test_a_body_that_is_no_object_is_refused(client, text):
    assert fetch("POST", f"{client.simulator.url}/_simulator/clock", text).status == 400


def test_a_decline_can_be_ordered_for_the_next_cards(client):
    client.control("POST", "/declines", {"count": 2})
    href = open_checkout(client).json()["href"]

    charged = client.charge()
    hosted = client.simulator.pay_hosted(href)
    after = client.charge()

    assert (charged.status, hosted.status, after.status) == (402, 200, 200)
    assert charged.json()["error"]["code"] == "card_declined"
    assert "Do not honor" in hosted.text
    assert [c.status for c in client.simulator.ledger.declined] == ["failed", "failed"]


def test_a_card_that_declines_by_itself_uses_no_ordered_decline(client):
    client.simulator.decline_next()

    client.charge(source=client.simulator.token("4005571702222222"))

    assert client.control("GET", "/faults").json()["declines"] == 1
    client.control("DELETE", "/faults")
    assert client.charge().status == 200


@pytest.mark.parametrize("count", [-1, True, "1", None])
def test_a_count_of_declines_that_is_no_count_is_refused(client, count):
    assert client.control("POST", "/declines", {"count": count}).status == 400
