"""OAuth v2, from consent to refresh."""

import base64
import hashlib
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from clover_simulator.traffic.client import fetch

REDIRECT = "https://shop.example/oauth?tenant=7"
VERIFIER = "a-verifier-of-some-length-that-nobody-guesses-0123456789"
CHALLENGE = (
    base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest())
    .decode()
    .rstrip("=")
)


def consent_url(client, **query):
    parameters = {"client_id": client.merchant.app_id, "redirect_uri": REDIRECT} | query
    return f"{client.simulator.url}/oauth/v2/authorize?{urlencode(parameters)}"


def allow(client, **query):
    location = fetch("POST", consent_url(client, **query)).location
    return dict(parse_qsl(urlsplit(location).query))


def trade(client, code, path="/oauth/v2/token", **changes):
    body = {
        "client_id": client.merchant.app_id,
        "client_secret": client.merchant.app_secret,
        "code": code,
    } | changes
    body = {name: value for name, value in body.items() if value is not None}
    return client.post(path, body, headers={"authorization": ""})


def refresh(client, token):
    body = {"client_id": client.merchant.app_id, "refresh_token": token}
    return client.post("/oauth/v2/refresh", body, headers={"authorization": ""})


def test_the_consent_page_asks(client):
    page = fetch("GET", consent_url(client, state="a&b"))

    assert page.status == 200
    assert client.merchant.name in page.text
    assert "state=a%26b" in page.text


def test_consent_leads_back_with_a_code(client):
    answer = allow(client, state="a&b")

    assert answer["merchant_id"] == client.merchant.id
    assert answer["client_id"] == client.merchant.app_id
    assert answer["state"] == "a&b"
    assert answer["tenant"] == "7"
    assert answer["code"]
    assert answer["employee_id"]


@pytest.mark.parametrize(
    "query",
    [
        {"client_id": "unknown"},
        {"redirect_uri": "javascript:alert(1)"},
        {"redirect_uri": "http://["},
        {"code_challenge": "x", "code_challenge_method": "plain"},
    ],
)
def test_consent_wants_a_known_app_and_an_address(client, query):
    assert fetch("GET", consent_url(client, **query)).status == 400
    assert fetch("POST", consent_url(client, **query)).status == 400


def test_a_code_is_traded_for_tokens(client):
    client.simulator.clock.freeze()

    grant = trade(client, allow(client)["code"]).json()

    now = client.simulator.clock.seconds()
    assert grant["access_token_expiration"] == now + 30 * 60
    assert grant["refresh_token_expiration"] == now + 31_536_000
    assert grant["access_token"].startswith("eyJ")


def test_the_refresh_token_can_be_left_out(client):
    code = allow(client)["code"]

    grant = trade(client, code, "/oauth/v2/token?no_refresh_token=true").json()

    assert set(grant) == {"access_token", "access_token_expiration"}


def test_a_low_trust_app_proves_itself_by_pkce(client):
    wrong = allow(client, code_challenge=CHALLENGE)["code"]
    right = allow(client, code_challenge=CHALLENGE, code_challenge_method="S256")[
        "code"
    ]

    assert trade(client, wrong, client_secret=None, code_verifier="guess").status == 401
    assert (
        trade(client, right, client_secret=None, code_verifier=VERIFIER).status == 200
    )


def test_a_secret_does_not_replace_the_verifier(client):
    code = allow(client, code_challenge=CHALLENGE)["code"]

    assert trade(client, code).status == 401


@pytest.mark.parametrize(
    "changes", [{"client_secret": "wrong"}, {"client_id": "TESTAPP000002"}]
)
def test_a_wrong_secret_or_app_is_refused(client, changes):
    answer = trade(client, allow(client)["code"], **changes)

    assert answer.status == 401
    assert answer.json() == {
        "status": "Unauthorized",
        "message": "Failed to validate authentication code.",
    }


def test_a_code_works_once_and_not_for_ever(client):
    used, old = allow(client)["code"], allow(client)["code"]
    trade(client, used)
    client.simulator.clock.advance(minutes=11)

    assert trade(client, used).status == trade(client, old).status == 401


def test_a_missing_code_is_named(client):
    answer = trade(client, None, grant_type="authorization_code")

    assert (answer.status, answer.json()["message"]) == (400, "code must not be null")


def test_a_refresh_token_works_once(client):
    first = trade(client, allow(client)["code"]).json()["refresh_token"]

    second = refresh(client, first).json()["refresh_token"]

    assert second != first
    assert refresh(client, first).status == 401
    assert refresh(client, second).status == 200


def test_the_oldest_refresh_token_dies_first(client):
    client.simulator.switch(refresh_tokens_alive=2)
    tokens = [
        trade(client, allow(client)["code"]).json()["refresh_token"] for _ in range(3)
    ]

    assert [refresh(client, token).status for token in reversed(tokens)] == [
        200,
        200,
        401,
    ]


def test_refresh_is_post_only(client):
    assert client.get("/oauth/v2/refresh").status == 405


def test_an_access_token_opens_every_api_until_it_expires(client):
    token = trade(client, allow(client)["code"]).json()["access_token"]
    headers = {"authorization": f"Bearer {token}"}
    paths = ("/v1/charges", "/pakms/apikey", f"/v3/merchants/{client.merchant.id}")

    before = [client.call("GET", path, headers=headers).status for path in paths]
    client.simulator.clock.advance(minutes=31)
    after = [client.call("GET", path, headers=headers).status for path in paths]

    assert (before, after) == ([200, 200, 200], [401, 401, 401])
