"""An error that repeats the request, as a proxy or a gateway may answer."""

import base64
import html
import json
from urllib.parse import quote, unquote

import pytest

from tests.clover_simulator.conftest import open_checkout

NUMBER = "4242424242424242"
CARD = {"number": NUMBER, "exp_month": "12", "exp_year": "2099", "cvv": "987"}


def echo(client, **options):
    return client.simulator.fail("*", "*", "echo_request", **options)


def test_the_whole_request_comes_back_and_nothing_is_done(client):
    token = client.simulator.token()
    echo(client)

    answer = client.charge(source=token)

    message = answer.json()["error"]["message"]
    assert answer.status == 400
    assert "POST /v1/charges HTTP/1.1" in message
    assert f"Authorization: Bearer {client.merchant.private_key}" in message
    assert "X-Forwarded-For: 203.0.113.7" in message
    assert f'"source": "{token}"' in message
    assert client.simulator.ledger.charges == []


def test_card_security_code_and_public_key_come_back(client):
    echo(client)
    headers = {"apikey": client.merchant.public_key, "authorization": None}

    answer = client.post("/v1/tokens", {"card": CARD}, headers=headers)

    for secret in (client.merchant.public_key, NUMBER, '"cvv": "987"'):
        assert secret in answer.json()["error"]["message"]


def test_the_query_comes_back(client):
    echo(client)

    answer = client.get("/v1/charges", limit=3)

    assert "GET /v1/charges?limit=3 HTTP/1.1" in answer.json()["error"]["message"]


REQUEST = "POST /v1/tokens HTTP/1.1"


@pytest.mark.parametrize(
    ("form", "number", "undo"),
    [
        ("plain", NUMBER, str),
        ("spaced", "4242 4242 4242 4242", str),
        ("json", NUMBER, json.loads),
        ("base64", NUMBER, lambda text: base64.b64decode(text).decode()),
        ("url", NUMBER, unquote),
    ],
)
def test_it_comes_back_in_other_forms(client, form, number, undo):
    echo(client, form=form)
    headers = {"apikey": client.merchant.public_key}

    answer = client.post("/v1/tokens", {"card": CARD}, headers=headers)

    text = undo(answer.json()["error"]["message"])
    assert number in text
    assert form == "spaced" or REQUEST in text


def test_all_forms_can_come_at_once(client):
    token = client.simulator.token()
    echo(client, form="all", status=502)

    answer = client.charge(source=token)

    key = client.merchant.private_key
    message = answer.json()["error"]["message"]
    assert answer.status == 502
    assert key in message
    assert quote(f"Bearer {key}", safe="") in message
    assert "test -pri vate -key -usd" in message


def test_the_platform_and_the_hosted_checkout_echo_in_their_own_shape(client):
    echo(client, times=None)
    headers = {"authorization": f"Bearer {client.merchant.platform_token}"}

    platform = client.get(f"/v3/merchants/{client.merchant.id}", headers=headers)
    hosted = open_checkout(client)
    oauth = client.post("/oauth/v2/token", {"client_secret": "s3cret-of-the-app"})

    assert client.merchant.platform_token in platform.json()["message"]
    assert client.merchant.hosted_private_key in hosted.json()["message"]
    assert "s3cret-of-the-app" in oauth.json()["message"]


def test_a_gateways_page_can_echo(client):
    token = client.simulator.token()
    echo(client, media="html", status=503)

    answer = client.charge(source=token)

    assert answer.status == 503
    assert answer.headers["content-type"].startswith("text/html")
    assert client.merchant.private_key in html.unescape(answer.text)


def test_a_request_can_ask_for_its_own_echo(client):
    metadata = {
        "sim_fault": "echo_request",
        "sim_form": "url",
        "sim_http_status": "422",
    }
    token = client.simulator.token()

    echoed = client.charge(source=token, metadata=metadata)
    repeated = client.charge(source=token, metadata=metadata)

    assert echoed.status == 422
    assert quote(token) in echoed.json()["error"]["message"]
    assert repeated.status == 200


def test_the_traffic_shows_nothing_of_it(client):
    token = client.simulator.token()
    echo(client)
    client.charge(source=token)

    shown = json.dumps(client.control("GET", "/requests").json())

    assert client.merchant.private_key not in shown


@pytest.mark.parametrize("wrong", [{"form": "odd"}, {"media": "xml"}, {"form": 1}])
def test_an_unknown_form_is_refused(client, wrong):
    rule = {"action": "echo_request"} | wrong

    assert client.control("POST", "/faults", rule).status == 400
