"""3-D Secure: what a charge must bring, what it waits for, and what lets it go on."""

import pytest

from clover_simulator.shopper import (
    CHALLENGE_CARD,
    FRICTIONLESS_CARD,
    METHOD_AND_CHALLENGE_CARD,
    METHOD_CARD,
)
from clover_simulator.traffic.client import fetch
from tests.clover_simulator.conftest import error_of

BROWSER = {
    "browser_ip": "203.0.113.7",
    "browser_accept_header": "*/*",
    "browser_javascript_enabled": True,
    "browser_java_enabled": False,
    "browser_language": "en-US",
    "browser_screen_width": "1792",
    "browser_screen_height": "1120",
    "browser_color_depth": "24",
    "browser_tz": "420",
    "browser_user_agent": "Mozilla/5.0",
    "browser_http_origin": "https://shop.example",
}
ASKED = {"source": "CLOVER", "browser_info": BROWSER}
NO_SOURCE = "Missing or invalid source (CLOVER / NON_CLOVER) for 3DSecure"
NO_BROWSER = (
    "Missing or invalid/incomplete browser_info for 3DSecure via source (CLOVER)"
)


@pytest.fixture
def waiting(client):
    return charge(client, CHALLENGE_CARD).json()


def charge(client, number, **fields):
    token = client.simulator.token(number)
    return client.charge(source=token, threeds=ASKED, **fields)


def finalize(client, waiting, status="CHALLENGE_COMPLETED", **options):
    body = {
        "charge_id": waiting["id"],
        "threeds": {"source": "CLOVER", "flow_status": status},
    }
    return client.post("/v1/charges/finalize_payment", body, **options)


def answer(client, waiting, *, confirm=True):
    """Do in the browser what the charge waits for."""
    data = waiting["threeds"]["data"]
    names = {"method_url": "acsMethodUrl", "acs_url": "acsUrl"}
    step = {names[name]: data[name] for name in names if name in data}
    return client.simulator.authenticate(step, confirm=confirm)


@pytest.mark.parametrize(
    ("threeds", "message"),
    [
        ({}, NO_SOURCE),
        ({"source": "clover"}, NO_SOURCE),
        ({"source": "CLOVER"}, NO_BROWSER),
        ({"source": "CLOVER", "browser_info": {}}, NO_BROWSER),
        *(
            ({"source": "CLOVER", "browser_info": BROWSER | {name: wrong}}, NO_BROWSER)
            for name in BROWSER
            for wrong in (None, "", 24)
        ),
    ],
)
def test_an_incomplete_threeds_is_refused_as_recorded(client, threeds, message):
    refused = client.charge(threeds=threeds)

    assert error_of(refused) == (400, "invalid_request", message)
    assert refused.json()["error"]["type"] == "invalid_request_error"
    assert client.simulator.ledger.charges == []


def test_another_provider_s_authentication_is_not_played(client):
    refused = client.charge(threeds={"source": "NON_CLOVER"})

    assert error_of(refused)[0] == 400


def test_an_order_is_not_paid_with_it(client):
    items = [{"amount": 1000}]
    order = client.post("/v1/orders", {"currency": "USD", "items": items}).json()
    body = {"source": client.simulator.token(), "threeds": ASKED}

    refused = client.post(f"/v1/orders/{order['id']}/pay", body)

    assert error_of(refused)[0] == 400


def test_a_frictionless_card_is_charged_at_once_and_protected(client):
    paid = charge(client, FRICTIONLESS_CARD).json()

    assert (paid["status"], paid["paid"], paid["captured"]) == ("succeeded", True, True)
    assert paid["threeds"] == {
        "validation_result": "AUTHENTICATION_SUCCESSFUL",
        "liability_protection_status": "PROTECTED",
    }


def test_a_card_that_takes_no_part_is_charged_unprotected(client):
    paid = charge(client, "4242424242424242").json()

    assert paid["status"] == "succeeded"
    assert paid["threeds"] == {
        "validation_result": "AUTHENTICATION_STATUS_UNKNOWN",
        "liability_protection_status": "NOT_PROTECTED",
    }


def test_a_charge_without_it_says_nothing_of_it(client):
    assert "threeds" not in client.charge().json()


def test_a_challenge_waits_and_is_no_money(client, waiting):
    threeds = waiting["threeds"]

    assert (waiting["status"], waiting["paid"]) == ("pending", False)
    assert (waiting["captured"], waiting["amount_captured"]) == (False, 0)
    assert threeds["validation_result"] == "CHALLENGE_FLOW_REQUIRED"
    assert threeds["liability_protection_status"] == "NOT_PROTECTED"
    assert set(threeds["data"]) == {
        "acs_url",
        "acs_transaction_id",
        "threeds_server_transaction_id",
        "threeds_protocol_version",
    }
    (row,) = client.get("/v1/charges").json()["data"]
    assert (row["status"], row["paid"], row["captured"]) == ("pending", False, False)
    assert "auth_code" not in row


def test_a_charge_goes_on_after_the_answer(client, waiting):
    status = answer(client, waiting)
    done = finalize(client, waiting, status).json()

    assert done["id"] == waiting["id"]
    assert (done["status"], done["paid"], done["captured"]) == ("succeeded", True, True)
    assert done["threeds"]["validation_result"] == "AUTHENTICATION_SUCCESSFUL"


def test_an_authorization_stays_one(client):
    waiting = charge(client, CHALLENGE_CARD, capture=False).json()
    answer(client, waiting)

    done = finalize(client, waiting).json()

    assert (done["status"], done["captured"]) == ("succeeded", False)


def test_a_look_at_the_browser_is_enough_for_some_cards(client):
    waiting = charge(client, METHOD_CARD).json()
    threeds = waiting["threeds"]
    assert threeds["validation_result"] == "THREEDS_METHOD_FLOW_REQUIRED"
    assert set(threeds["data"]) == {
        "method_url",
        "method_notification_url",
        "threeds_server_transaction_id",
        "threeds_protocol_version",
    }

    status = answer(client, waiting)

    assert finalize(client, waiting, status).json()["status"] == "succeeded"


def test_a_challenge_may_follow_the_look_at_the_browser(client):
    waiting = charge(client, METHOD_AND_CHALLENGE_CARD).json()
    answer(client, waiting)

    following = finalize(client, waiting).json()

    assert following["id"] == waiting["id"]
    assert following["threeds"]["validation_result"] == "CHALLENGE_FLOW_REQUIRED"
    answer(client, following)
    assert finalize(client, following).json()["status"] == "succeeded"


def test_a_refusing_shopper_is_a_decline(client, waiting):
    answer(client, waiting, confirm=False)

    declined = finalize(client, waiting)

    assert error_of(declined)[:2] == (402, "card_declined")
    assert declined.json()["error"]["charge"] == waiting["id"]
    assert client.get(f"/v1/charges/{waiting['id']}").status == 404


def test_an_early_finalize_is_refused_and_the_charge_waits_on(client, waiting):
    refused = finalize(client, waiting, "CHALLENGE_COMPLETED")

    assert error_of(refused)[0] == 400
    assert client.get(f"/v1/charges/{waiting['id']}").json()["status"] == "pending"


def test_a_second_finalize_is_refused(client, waiting):
    answer(client, waiting)
    finalize(client, waiting)

    assert error_of(finalize(client, waiting))[0] == 400


def test_a_key_can_be_honoured(client, waiting):
    client.simulator.switch(idempotent_finalize=True)
    answer(client, waiting)
    first = finalize(client, waiting, key="step-1")

    assert finalize(client, waiting, key="step-1").json() == first.json()


@pytest.mark.parametrize("threeds", [{}, {"source": "CLOVER"}, {"flow_status": "Y"}])
def test_a_malformed_finalize_is_refused(client, waiting, threeds):
    body = {"charge_id": waiting["id"], "threeds": threeds}

    assert error_of(client.post("/v1/charges/finalize_payment", body))[0] == 400


def test_an_unknown_or_another_merchant_s_charge_is_not_finalized(
    client, canadian, waiting
):
    answer(client, waiting)

    assert finalize(client, {"id": "ABCDEFGHJKMN1"}).status == 404
    assert finalize(canadian, waiting).status == 404
    assert client.simulator.ledger.charges[0].status == "pending"


def test_what_waits_is_neither_refunded_nor_captured(client):
    waiting = charge(client, CHALLENGE_CARD, capture=False).json()

    assert client.post("/v1/refunds", {"charge": waiting["id"]}).status == 400
    assert client.post(f"/v1/charges/{waiting['id']}/capture").status == 400


@pytest.mark.parametrize(
    ("form", "shown"),
    [
        ("pending", {"status": "pending", "paid": False, "captured": False}),
        ("unpaid", {"status": "succeeded", "paid": False, "captured": False}),
        ("bare", {}),
    ],
)
def test_what_waits_reads_as_the_switch_says(client, form, shown):
    client.simulator.switch(threeds_waiting=form)
    waiting = charge(client, CHALLENGE_CARD).json()

    read = client.get(f"/v1/charges/{waiting['id']}").json()

    assert {
        name: read[name] for name in ("status", "paid", "captured") if name in read
    } == (shown)


def test_what_waits_can_be_hidden_and_finalized_all_the_same(client):
    client.simulator.switch(threeds_waiting="hidden")
    waiting = charge(client, CHALLENGE_CARD).json()

    assert client.get(f"/v1/charges/{waiting['id']}").status == 404
    assert client.get("/v1/charges").json()["data"] == []
    answer(client, waiting)
    assert finalize(client, waiting).json()["status"] == "succeeded"


def test_what_waits_can_end_by_itself(client, waiting):
    client.simulator.clock.advance(minutes=60)
    path = f"/v1/charges/{waiting['id']}"
    assert client.get(path).json()["status"] == "pending"

    client.simulator.switch(threeds_minutes=30)

    assert client.get(path).json()["status"] == "failed"
    assert error_of(finalize(client, waiting))[0] == 400


def test_thin_reads_say_nothing_of_it(client, waiting):
    client.simulator.switch(thin_reads=True)

    assert "threeds" not in client.get(f"/v1/charges/{waiting['id']}").json()


def test_the_bank_knows_only_what_waits(client, waiting):
    data = waiting["threeds"]["data"]
    done = data["acs_url"].replace("/3ds/challenge", "/3ds/method")
    assert fetch("GET", done).status == 404  # another step
    assert fetch("GET", data["acs_url"].partition("=")[0] + "=1").status == 404

    answer(client, waiting)
    finalize(client, waiting)

    assert fetch("GET", data["acs_url"]).status == 404
    assert fetch("POST", data["acs_url"]).status == 404


def test_the_platform_calls_it_pending(client, waiting):
    headers = {"authorization": f"Bearer {client.merchant.platform_token}"}
    path = f"/v3/merchants/{client.merchant.id}/payments/{waiting['id']}"

    assert client.call("GET", path, headers=headers).json()["result"] == "PENDING"


def test_browser_and_status_are_not_shown_in_the_traffic(client, waiting):
    seen = str([row.body for row in client.simulator.requests])

    assert "Mozilla" not in seen
    assert "browser_info" in seen
