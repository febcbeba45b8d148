"""Clover's public keys: one of the merchant for browsers, one of Clover for cards.

Source: "Generate a PAKMS apiAccessKey", docs.clover.com, read 2026-11.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from clover_provider.api.cards import encryption
from clover_provider.codes import PAKMS_KEY_MISSING, PROVIDER
from clover_provider.config import CloverConfig
from clover_provider.config.rules import can_encrypt
from clover_provider.wire.message import Answer, Call
from payment_hooks import AuthenticationFailed, ConfigurationError

_NO_CARD = "4" * 16


@dataclass(frozen=True, slots=True, kw_only=True)
class PakmsKey:
    """A merchant's public key; it never changes, so it is fetched once and kept."""

    public_key: str
    merchant_id: str


class KeyStore(Protocol):
    """Where public keys are kept, by merchant; a merchant's key never changes."""

    def get(self, merchant_id: str) -> str:
        """The merchant's public key, empty when it was not stored yet."""
        ...

    def put(self, merchant_id: str, public_key: str) -> None:
        """Store the merchant's public key."""
        ...


class MemoryKeyStore:
    """Keeps public keys in memory, for as long as the process lives."""

    def __init__(self) -> None:
        self._keys: dict[str, str] = {}

    def get(self, merchant_id: str) -> str:
        """The merchant's public key, empty when it was not stored yet."""
        return self._keys.get(merchant_id, "")

    def put(self, merchant_id: str, public_key: str) -> None:
        """Store the merchant's public key."""
        self._keys[merchant_id] = public_key


class PublicKeys:
    """The merchant's public key and Clover's encryption key, each fetched once."""

    def __init__(self, send: Callable[[Call], Answer], store: KeyStore) -> None:
        self._send = send
        self._store = store
        self._encryption_key = ""

    def public_key(self, config: CloverConfig) -> str:
        """The merchant's public key: configured, remembered, or fetched (PAKMS).

        Raises:
            AuthenticationFailed: the private key may not read it.
            ConfigurationError: the private key is another merchant's.
        """
        known = config.public_key or self._store.get(config.merchant_id)
        if known:
            return known
        answer = self._send(
            Call(
                method="GET",
                url=f"{config.ecommerce_url}/pakms/apikey",
                path="/pakms/apikey",
                action="fetch of the public key",
                bearer=config.ecommerce_key,
            )
        )
        key = read_public_key(answer.fields)
        if key.merchant_id.upper() not in ("", config.merchant_id):
            raise ConfigurationError(
                "CLOVER['PRIVATE_KEY'] belongs to another merchant than "
                f"CLOVER['MERCHANT_ID'], {config.merchant_id}: set the two that belong "
                "together"
            )
        self._store.put(config.merchant_id, key.public_key)
        return key.public_key

    def encryption_key(self, config: CloverConfig) -> str:
        """Clover's key for card numbers; empty where they are sent unencrypted.

        Raises:
            ConfigurationError: the key cannot be used.
            ProviderUnavailable: Clover did not send it.
        """
        if not config.require_encryption and not can_encrypt():
            return ""
        if not self._encryption_key:
            answer = self._send(
                Call(
                    method="GET",
                    url=config.keys_url,
                    path="/assets/keys.json",
                    action="fetch of the card-encryption key",
                )
            )
            key = encryption.pick_key(answer.fields, config.environment)
            # Tried on an invented number: a bad key must fail before a real card is here.
            encryption.encrypt_number(_NO_CARD, key)
            self._encryption_key = key
        return self._encryption_key


def read_public_key(answer: Mapping[str, object]) -> PakmsKey:
    """The key in the answer of `GET /pakms/apikey`.

    Raises:
        AuthenticationFailed: there is none, or it is switched off.
    """
    key = answer.get("apiAccessKey")
    if not isinstance(key, str) or not key or answer.get("active") is False:
        raise AuthenticationFailed(
            "Clover gave no active public key: the app needs the permission Online "
            "payments, and the merchant must have it installed",
            code=PAKMS_KEY_MISSING,
            provider=PROVIDER,
        )
    return PakmsKey(public_key=key, merchant_id=str(answer.get("merchantUuid") or ""))
