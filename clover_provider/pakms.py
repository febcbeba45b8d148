"""The public key that cards are tokenized with, from Clover's key management service.

Source: "Generate a PAKMS apiAccessKey", docs.clover.com, read 2026-11.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from payment_hooks import AuthenticationFailed


@dataclass(frozen=True, slots=True, kw_only=True)
class PakmsKey:
    """A merchant's public key; it never changes, so it is fetched once and kept."""

    public_key: str
    merchant_id: str


def read(answer: Mapping[str, object]) -> PakmsKey:
    """The key in the answer of `GET /pakms/apikey`.

    Raises:
        AuthenticationFailed: there is none, or it is switched off.
    """
    key = answer.get("apiAccessKey")
    if not isinstance(key, str) or not key or answer.get("active") is False:
        raise AuthenticationFailed(
            "Clover gave no active public key: the app needs the permission Online "
            "payments, and the merchant must have it installed",
            code="pakms_key_missing",
            provider="clover",
        )
    return PakmsKey(public_key=key, merchant_id=str(answer.get("merchantUuid") or ""))
