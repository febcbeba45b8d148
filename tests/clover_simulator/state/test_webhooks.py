"""Webhooks: content, signature, delivery."""

import hashlib
import hmac
import json

import pytest

from clover_simulator.state.webhooks import signature
from tests.clover_simulator.conftest import open_checkout
from tests.clover_simulator.shop import running_shop

DECLINED_CARD = "4005571702222222"


@pytest.fixture
def shop(client):
    with running_shop() as shop:
        client.simulator.send_webhooks_to(shop.url)
        yield shop


def pay(client, card="4242424242424242"):
    session = open_checkout(client).json()
    client.simulator.pay_hosted(session["href"], card)
    return session["checkoutSessionId"]


def received(client, shop, count):
    client.simulator.wait_until(lambda: len(shop.received) >= count)
    return [json.loads(body) for _, body in shop.received]


def test_the_known_answer_of_the_signature():
    body = (
        '{"createdTime":1767225600,"message":"Approved for 2599","status":"APPROVED",'
        '"type":"PAYMENT","id":"ABCDEFGHJKMN1","merchantId":"TESTMERCH0001",'
        '"data":"11111111-2222-4333-8444-555555555555"}'
    )

    assert len(body) == 189
    assert signature("hcp_test_0123456789abcdef", 1767225600, body) == (
        "t=1767225600,v1=6018ecfcc403cf0305d35deddb6c3461cb98b08dbd8a9c959e32ad16f22abda7"
    )


def test_an_approval_is_announced(client, shop):
    session = pay(client)

    [event] = received(client, shop, 1)

    charge = client.simulator.ledger.charges[0]
    assert list(event) == [
        "createdTime",
        "message",
        "status",
        "type",
        "id",
        "merchantId",
        "data",
    ]
    assert event["message"] == "Approved for 2390"
    assert event["status"] == "APPROVED"
    assert event["type"] == "PAYMENT"
    assert event["id"] == charge.id
    assert event["merchantId"] == client.merchant.id
    assert event["data"] == session


def test_a_decline_is_announced(client, shop):
    pay(client, DECLINED_CARD)

    [event] = received(client, shop, 1)

    assert (event["status"], event["message"]) == ("DECLINED", "Decline for 2390")
    assert event["id"] == client.simulator.ledger.declined[0].id


def test_the_signature_is_over_time_and_raw_body(client, shop):
    pay(client)
    received(client, shop, 1)

    header, body = shop.received[0]
    timestamp = header.split(",")[0].removeprefix("t=")
    message = timestamp.encode() + b"." + body
    secret = client.merchant.webhook_secret.encode()
    expected = hmac.new(secret, message, hashlib.sha256).hexdigest()
    assert header == f"t={timestamp},v1={expected}"


def test_the_log_keeps_what_the_shop_answered(client, shop):
    shop.statuses = [503]
    pay(client)
    received(client, shop, 1)

    client.simulator.wait_until(
        lambda: client.simulator.deliveries[0].state == "answered"
    )

    delivery = client.simulator.deliveries[0]
    assert (delivery.status, delivery.answer, delivery.attempts) == (503, "thanks", 1)
    assert delivery.event["status"] == "APPROVED"


def test_a_shop_that_is_down_is_logged(client):
    client.simulator.send_webhooks_to("http://127.0.0.1:1/webhook")
    pay(client)

    client.simulator.wait_until(
        lambda: client.simulator.deliveries[0].state == "failed"
    )

    assert "refused" in client.simulator.deliveries[0].answer


def test_without_a_url_nothing_is_sent(client):
    pay(client)

    assert client.simulator.deliveries[0].state == "no url"


def test_a_dropped_webhook_can_be_delivered_by_hand(client, shop):
    client.simulator.switch(webhook_drop=True)
    session = pay(client)

    client.simulator.redeliver(1)
    [event] = received(client, shop, 1)

    assert event["data"] == session
    assert client.simulator.deliveries[0].state == "dropped"


def test_an_unknown_delivery_cannot_be_repeated(client, shop):
    with pytest.raises(LookupError, match="delivery 7"):
        client.simulator.redeliver(7)


def test_switches_can_hold_for_the_next_webhooks_only(client, shop):
    client.simulator.next_webhooks(2, webhook_data_key="none")
    sessions = [pay(client).encode() for _ in range(3)]
    client.simulator.wait_until(lambda: len(shop.received) == 3)

    bodies = [body for _, body in shop.received]
    named = [name in body for name, body in zip(sessions, bodies, strict=True)]
    assert named == [False, False, True]
    assert b'"data"' not in bodies[0]


def test_the_next_webhook_can_be_dropped_doubled_or_forged(client, shop):
    client.simulator.next_webhooks(1, webhook_drop=True)
    pay(client)
    client.simulator.next_webhooks(1, webhook_copies=2, webhook_keys="pascal")
    pay(client)
    client.simulator.wait_until(lambda: len(shop.received) == 2)
    pay(client)
    client.simulator.wait_until(lambda: len(shop.received) == 3)

    states = [delivery.state for delivery in client.simulator.deliveries]
    assert states[0] == "dropped"
    assert [b'"Id"' in body for _, body in shop.received] == [True, True, False]


def test_the_next_webhooks_are_set_by_the_control_api(client, shop):
    given = {"count": 1, "switches": {"webhook_data_key": "none"}}
    answer = client.control("POST", "/webhooks/next", given)
    session = pay(client).encode()
    client.simulator.wait_until(lambda: shop.received)

    assert answer.json() == given
    assert session not in shop.received[0][1]
    wrong = {"count": 1, "switches": {"thin_reads": True}}
    assert client.control("POST", "/webhooks/next", wrong).status == 400
    assert client.control("POST", "/webhooks/next", {"count": 0}).status == 400
