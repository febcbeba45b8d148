"""Encrypted numbers can be decrypted with the private half, and only so."""

import base64

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from clover_provider.api.cards import tokens
from clover_provider.api.cards.encryption import encrypt_number, pick_key
from clover_provider.config import Environment
from payment_hooks import CardDetails, ConfigurationError

NUMBER = "4242424242424242"


@pytest.fixture(scope="module")
def private_key():
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture(scope="module")
def packed_key(private_key):
    numbers = private_key.public_key().public_numbers()
    packed = numbers.n.to_bytes(256) + numbers.e.to_bytes(256)
    return base64.b64encode(packed).decode()


def decrypt(private_key, sealed):
    oaep = padding.OAEP(padding.MGF1(hashes.SHA1()), hashes.SHA1(), None)
    return private_key.decrypt(base64.b64decode(sealed), oaep)


def test_the_number_is_sealed_behind_eight_zeros(private_key, packed_key):
    sealed = encrypt_number(NUMBER, packed_key)

    assert (len(sealed), sealed[-2:]) == (344, "==")
    assert decrypt(private_key, sealed) == b"00000000" + NUMBER.encode()


def test_the_packed_key_looks_as_documented(packed_key):
    assert (len(packed_key), packed_key[-9:]) == (684, "AAAABAAE=")


def test_an_encrypted_card_carries_no_number(packed_key):
    card = CardDetails(number=NUMBER, exp_month=1, exp_year=2099, cvc="123")

    body = tokens.build(card, encryption_key=packed_key)["card"]

    assert "number" not in body
    assert (body["first6"], body["last4"], body["cvv"]) == ("424242", "4242", "123")
    assert NUMBER not in str(body)


def packed(modulus, exponent):
    return base64.b64encode(modulus.to_bytes(256) + exponent.to_bytes(256)).decode()


@pytest.mark.parametrize(
    "key",
    [
        "",
        "x",
        "AAAA",
        base64.b64encode(b"1" * 511).decode(),
        packed(2**2047 + 1, 0),
        packed(2**2047 + 1, 65536),
        packed(2**512 + 1, 65537),
        packed(2**1023 + 1, 65537),
    ],
)
def test_what_is_no_key_is_refused(key):
    with pytest.raises(ConfigurationError, match="encryption key"):
        encrypt_number(NUMBER, key)


def test_each_environment_has_its_key():
    keys = {"TA_PUBLIC_KEY_DEV": "dev", "TA_PUBLIC_KEY_PROD": "prod"}

    assert pick_key(keys, Environment.PRODUCTION) == "prod"
    assert pick_key(keys, Environment.SANDBOX) == "dev"
    assert pick_key(keys, Environment.LOCAL) == "dev"


def test_a_missing_key_is_named():
    with pytest.raises(ConfigurationError, match="TA_PUBLIC_KEY_PROD"):
        pick_key({}, Environment.PRODUCTION)
