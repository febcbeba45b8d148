"""Card tokens."""

import base64
import json

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from clover_simulator.state.cards import CARDS
from clover_simulator.traffic.client import fetch

CARD = {
    "number": "4242424242424242",
    "exp_month": "12",
    "exp_year": "2099",
    "cvv": "123",
}


def tokenize(simulator, card=None, key=None, **changes):
    body = {"card": (CARD if card is None else card) | changes}
    headers = {"content-type": "application/json"}
    headers["apikey"] = simulator.merchant.public_key if key is None else key
    return fetch("POST", f"{simulator.url}/v1/tokens", json.dumps(body), headers)


def encrypt(simulator, number):
    published = fetch("GET", f"{simulator.url}/assets/keys.json").json()[
        "TA_PUBLIC_KEY_DEV"
    ]
    packed = base64.b64decode(published)
    modulus, exponent = (int.from_bytes(part) for part in (packed[:256], packed[256:]))
    oaep = padding.OAEP(
        padding.MGF1(hashes.SHA1()), algorithm=hashes.SHA1(), label=None
    )
    key = rsa.RSAPublicNumbers(exponent, modulus).public_key()
    return base64.b64encode(key.encrypt(("00000000" + number).encode(), oaep)).decode()


def test_a_token_has_clovers_form(clover_simulator):
    answer = tokenize(clover_simulator).json()

    assert answer["id"].startswith("clv_1TSTS")
    assert len(answer["id"]) == 28
    assert answer["object"] == "token"
    assert answer["card"] == {
        "exp_month": "12",
        "exp_year": "2099",
        "first6": "424242",
        "last4": "4242",
        "brand": "VISA",
    }


@pytest.mark.parametrize("number", CARDS)
def test_every_published_test_card_is_taken(clover_simulator, number):
    card = CARDS[number]
    cvv = "1234" if card.brand == "AMEX" else "123"

    answer = tokenize(
        clover_simulator, number=number, cvv=cvv, brand=card.brand.lower()
    )

    assert answer.json()["card"]["brand"] == card.brand


def test_the_key_of_pakms_opens_tokens_too(clover_simulator):
    answer = tokenize(clover_simulator, key=clover_simulator.merchant.pakms_key)

    assert answer.status == 200


@pytest.mark.parametrize(
    "key", ["", "wrong", "test-private-key-usd", "test-hosted-public-key-usd"]
)
def test_another_key_is_refused(clover_simulator, key):
    answer = tokenize(clover_simulator, key=key)

    assert (answer.status, answer.text) == (401, '{"message": "401 Unauthorized"}')


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"number": "4242424242424241"}, "incorrect_number"),
        ({"number": "42"}, "invalid_number"),
        ({"number": ""}, "invalid_number"),
        ({"number": 4242424242424242}, "invalid_number"),
        ({"exp_month": "13"}, "invalid_expiry_month"),
        ({"exp_month": "1"}, "invalid_expiry_month"),
        ({"exp_year": "203"}, "invalid_expiry_year"),
        ({"cvv": "12"}, "invalid_cvc"),
        ({"cvv": "1234"}, "invalid_cvc"),
        ({"brand": "AMEX"}, "invalid_card_type"),
        ({"brand": "Clubcard"}, "invalid_card_type"),
        ({"first6": "424243"}, "invalid_number"),
        ({"last4": "4243"}, "invalid_number"),
        ({"encrypted_pan": "AAAA", "number": "4242"}, "invalid_number"),
    ],
)
def test_a_malformed_card_is_refused(clover_simulator, changes, code):
    answer = tokenize(clover_simulator, **changes)

    assert (answer.status, answer.json()["error"]["code"]) == (400, code)


def test_a_card_that_is_not_published_for_tests_is_refused(clover_simulator):
    valid_but_unpublished = "4" + "0" * 14 + "2"

    answer = tokenize(clover_simulator, number=valid_but_unpublished)

    assert answer.status == 400
    assert "published test cards" in answer.json()["error"]["message"]


def test_an_encrypted_card_is_decrypted(clover_simulator):
    encrypted = {k: v for k, v in CARD.items() if k != "number"}
    encrypted["encrypted_pan"] = encrypt(clover_simulator, CARD["number"])

    answer = tokenize(
        clover_simulator, encrypted, first6="424242", last4="4242", brand="VISA"
    )

    assert answer.json()["card"]["last4"] == "4242"


def test_an_unreadable_encrypted_card_is_refused(clover_simulator):
    rest = {k: v for k, v in CARD.items() if k != "number"}

    for text in ("not base64!", base64.b64encode(b"x" * 256).decode()):
        answer = tokenize(clover_simulator, rest, encrypted_pan=text)
        assert (answer.status, answer.json()["error"]["code"]) == (
            400,
            "invalid_number",
        )


def test_the_published_key_is_packed_as_documented(clover_simulator):
    keys = fetch("GET", f"{clover_simulator.url}/assets/keys.json").json()

    assert keys["TA_PUBLIC_KEY_DEV"] == keys["TA_PUBLIC_KEY_PROD"]
    assert len(keys["TA_PUBLIC_KEY_DEV"]) == 684
    assert keys["TA_PUBLIC_KEY_DEV"].endswith("AAAABAAE=")


def test_a_token_can_be_read_and_made_multi_pay(clover_simulator):
    token, url = clover_simulator.token(), clover_simulator.url
    headers = {
        "apikey": clover_simulator.merchant.public_key,
        "content-type": "application/json",
    }
    path = f"{url}/v1/tokens/{token}"

    fresh = fetch("GET", path, "", headers).json()
    fetch("PUT", path, json.dumps({"token": token, "type": "MULTIPAY"}), headers)
    changed = fetch("GET", path, "", headers).json()

    assert fresh["tokenMeta"]["tokenStatus"] == "NEW"
    assert fresh["cloverToken"]["tokenValue"] == token
    assert (fresh["multipayToken"], changed["multipayToken"]) == (False, True)
    assert fetch("GET", f"{url}/v1/tokens/clv_none", "", headers).status == 404


def test_a_browser_of_any_origin_may_tokenize(clover_simulator):
    url = f"{clover_simulator.url}/v1/tokens"

    preflight = fetch("OPTIONS", url, "", {"origin": "http://shop.test"})
    assert preflight.status == 204
    assert "OPTIONS" in fetch("OPTIONS", url).headers["access-control-allow-methods"]
    assert preflight.headers["access-control-allow-origin"] == "*"
    assert "apikey" in preflight.headers["access-control-allow-headers"]
    assert tokenize(clover_simulator).headers["access-control-allow-origin"] == "*"


def test_pakms_gives_the_public_key_and_refuses_in_plain_text(client):
    answer = client.get("/pakms/apikey").json()
    refused = client.call("GET", "/pakms/apikey", headers={"authorization": ""})

    assert answer["apiAccessKey"] == client.merchant.pakms_key
    assert answer["merchantUuid"] == client.merchant.id
    assert answer["active"] is True
    assert (refused.status, refused.text) == (401, "Unauthorized")
