"""Encrypts a card's token that is kept between two calls of the older API."""

import hashlib
from base64 import urlsafe_b64encode

from cryptography.fernet import Fernet, InvalidToken

_MINUTES = 30
_PURPOSE = b"clover_graphql: the token of a payment that is not made yet"


def seal(token: str, secret_key: str) -> str:
    """The encrypted token, which may be stored in the ledger."""
    return _box(secret_key).encrypt(token.encode()).decode()


def unseal(sealed: str, secret_key: str) -> str:
    """The token; empty when it is too old, or sealed with another key."""
    try:
        plain = _box(secret_key).decrypt(sealed.encode(), ttl=_MINUTES * 60)
    except (InvalidToken, ValueError):
        return ""
    return plain.decode()


def _box(secret_key: str) -> Fernet:
    digest = hashlib.sha256(_PURPOSE + secret_key.encode()).digest()
    return Fernet(urlsafe_b64encode(digest))
