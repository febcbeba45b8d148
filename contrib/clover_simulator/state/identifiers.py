"""Identifiers that look random and are the same for the same seed."""

import hashlib
import hmac
from collections import Counter
from uuid import UUID

# Clover's ids leave out I, L, O and U, which are mistaken for 1, 0 and V.
ID_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
LETTERS_AND_DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
TOKEN_PREFIX = "clv_1TSTS"  # noqa: S105 - the public prefix of sandbox tokens
TOKEN_LENGTH = 28


class Identifiers:
    """Makes ids from a seed, with one counter for each kind.

    A counter for each kind keeps, say, charge ids the same when a test adds a webhook.
    """

    def __init__(self, seed: str) -> None:
        self._seed = seed.encode()
        self._made: Counter[str] = Counter()

    def _number(self, kind: str) -> int:
        self._made[kind] += 1
        label = f"{kind}:{self._made[kind]}".encode()
        return int.from_bytes(hmac.new(self._seed, label, hashlib.sha256).digest())

    def _text(self, kind: str, alphabet: str, length: int) -> str:
        number, text = self._number(kind), ""
        while len(text) < length:
            number, index = divmod(number, len(alphabet))
            text += alphabet[index]
        return text

    def object_id(self, kind: str) -> str:
        """13 upper-case letters and digits: charges, refunds, orders, customers."""
        return self._text(kind, ID_ALPHABET, 13)

    def token(self) -> str:
        """A card token: `clv_1TSTS` and letters or digits, 28 characters in all."""
        rest = TOKEN_LENGTH - len(TOKEN_PREFIX)
        return TOKEN_PREFIX + self._text("token", LETTERS_AND_DIGITS, rest)

    def uuid(self, kind: str) -> str:
        """A version 4 UUID."""
        return str(UUID(int=self._number(kind) >> 128, version=4))

    def digits(self, kind: str, length: int) -> str:
        """A number written with `length` digits."""
        return self._text(kind, "0123456789", length)

    def secret(self, kind: str, length: int = 40) -> str:
        """An opaque text of letters and digits."""
        return self._text(kind, LETTERS_AND_DIGITS, length)
