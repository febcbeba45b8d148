"""The key pair with which API-only integrations encrypt a card number."""

import base64
import binascii
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

KEY_BYTES = 256
PREFIX = "00000000"


class EncryptionKey:
    """A 2048-bit RSA key, made when it is first asked for: making one takes a moment."""

    @cached_property
    def _private_key(self) -> "RSAPrivateKey":
        from cryptography.hazmat.primitives.asymmetric import rsa

        return rsa.generate_private_key(public_exponent=65537, key_size=KEY_BYTES * 8)

    def published(self) -> str:
        """Base64 of 256 bytes modulus and 256 bytes exponent, both big endian."""
        numbers = self._private_key.public_key().public_numbers()
        packed = numbers.n.to_bytes(KEY_BYTES) + numbers.e.to_bytes(KEY_BYTES)
        return base64.b64encode(packed).decode()

    def decrypt(self, encrypted_pan: str) -> str | None:
        """The card number, or None if it was not encrypted as Clover asks."""
        from cryptography.hazmat.primitives import hashes
        from cryptography.hazmat.primitives.asymmetric import padding

        # Clover documents SHA-1 for both; OAEP does not rest on its collision resistance.
        sha1 = hashes.SHA1()  # noqa: S303 - the wire format
        oaep = padding.OAEP(padding.MGF1(sha1), algorithm=sha1, label=None)
        try:
            ciphertext = base64.b64decode(encrypted_pan, validate=True)
            text = self._private_key.decrypt(ciphertext, oaep).decode("ascii")
        except (binascii.Error, ValueError):
            return None
        return text.removeprefix(PREFIX) if text.startswith(PREFIX) else None
