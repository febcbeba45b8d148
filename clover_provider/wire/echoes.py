"""Hides the secrets of a call where its answer repeats them.

A server that refuses a request may repeat it, and so may a proxy: headers, body or a part
of them, in any notation. `Echoes` knows what one call sent and takes it out of the answer
before any code reads it. What is repeated as it was sent is masked; where it shows only
after decoding, the whole text is withheld.
"""

import binascii
import html
import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from urllib.parse import unquote

WITHHELD = "[withheld: it repeats what was sent]"

_HIDDEN = "[hidden]"
_ID = "[id]"
_LONGEST_EXAMINED = 2000
"""Of a refusal's text; what is longer is cut there, and far less is ever shown."""
_FRAGMENT = 10
"""So many letters of a key in a row give it away; a chance match is out of the question."""
_MOST_FRAGMENTS = 12
_CARD_FRAGMENT = 7
"""Six digits in a row of a card number may be shown, seven may not."""
_SHORT = 6
"""Shorter secrets, such as a security code, are found by chance too: see `clean`."""
_CARD_NUMBER = re.compile(r"[0-9]{12,19}")
_LAYERS = 2
"""How often base64 is unpacked: an encoded request holds an encoded user and password."""
_ROUNDS = 3
"""How often a text is decoded: an echo may be quoted in a quotation."""

_KEEP = frozenset(b"0123456789abcdefghijklmnopqrstuvwxyz*")
_DROPPED = bytes(set(range(256)) - _KEEP)
"""Separators that are ignored: blanks, dashes, line breaks, quotation marks."""
_BASE64 = frozenset(
    b"0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ+/-_"
)
_NOT_BASE64 = bytes(set(range(256)) - _BASE64)
_URL_SAFE = bytes.maketrans(b"-_", b"+/")
_ESCAPE = re.compile(r"\\(?:u([0-9a-fA-F]{4})|x([0-9a-fA-F]{2})|(.))", re.DOTALL)

_OPEN_HEADERS = frozenset(
    {"accept", "content-type", "user-agent", "x-clover-merchant-id", "x-forwarded-for"}
)
_OPEN_FIELDS = frozenset(
    {
        # A charge, a capture, a refund.
        "amount",
        "capture",
        "charge",
        "charge_id",
        "currency",
        "description",
        "ecomind",
        "external_customer_reference",
        "external_reference_id",
        "level2",
        "metadata",
        "reason",
        "receipt_email",
        "soft_descriptor",
        "stored_credentials",
        "tax_amount",
        "threeds",
        # A card, and whose it is.
        "address_line1",
        "address_zip",
        "brand",
        "country",
        "email",
        "exp_month",
        "exp_year",
        "first6",
        "last4",
        "name",
        # A hosted page.
        "customer",
        "pageConfigUuid",
        "redirectUrls",
        "shoppingCart",
        # OAuth.
        "client_id",
    }
)
"""What a body may hold that is no secret; every other field is one."""
_SECRET_IN_SUCCESSES = frozenset({"access_token", "refresh_token", "sources"})
"""Where a success may hold what was sent: read as secrets, and shown nowhere."""


class Echoes:
    """Masks the secrets of one call in texts; its `repr` shows none."""

    __slots__ = ("_body", "_codes", "_fragments", "_known", "_short")

    def __init__(
        self,
        *,
        headers: Mapping[str, str],
        body: Mapping[str, object] | None,
        bearer: str = "",
        ids: Iterable[str] = (),
    ) -> None:
        secrets = {bearer, *_secret_headers(headers), *_texts(body, is_secret=True)}
        ids = {name for name in ids if name}
        secrets -= {"", *ids}
        self._body = body
        masks = [(secret, _HIDDEN) for secret in secrets] + [(id_, _ID) for id_ in ids]
        known = [(text, mask) for text, mask in masks if len(_squeeze(text)) >= _SHORT]
        self._known = sorted(known, key=lambda entry: -len(entry[0]))
        short = [text for text, _ in masks if 0 < len(_squeeze(text)) < _SHORT]
        self._short = tuple(sorted(short))
        self._codes = tuple(text for text in self._short if text.isdigit())
        fragments = {part for text, _ in known for part in _fragments_of(text)}
        self._fragments = tuple(sorted(fragments))

    def __repr__(self) -> str:
        return f"<{len(self._known) + len(self._short)} secrets>"

    def clean(self, text: str) -> str:
        """A text of a refusal without anything that was sent as a secret.

        A secret of a few digits is found in other numbers too. It withholds the text all
        the same: a refusal can do without its words.
        """
        return self._clean(text[:_LONGEST_EXAMINED], self._short)

    def clean_refusal(self, body: object) -> object:
        """The parsed body of a refusal, each text of it cleaned."""
        return self._walk(body, is_refusal=True)

    def clean_success(self, body: object) -> object:
        """The parsed body of a success, cleaned but for what it may repeat.

        It may hold new tokens, under names that are never shown, and values that were sent
        openly: a year may hold the digits of a security code.
        """
        everything = json.dumps(body, ensure_ascii=False)
        if not self._codes and not self._shows(everything, ()):
            return body
        return self._walk(body, is_refusal=False)

    def _walk(self, value: object, *, is_refusal: bool, name: str = "") -> object:
        if not is_refusal and name in _SECRET_IN_SUCCESSES:
            return value
        if isinstance(value, dict):
            return type(value)(
                (key, self._walk(part, is_refusal=is_refusal, name=key))
                for key, part in value.items()
            )
        if isinstance(value, list):
            return [
                self._walk(part, is_refusal=is_refusal, name=name) for part in value
            ]
        if isinstance(value, bool) or not isinstance(value, str | int | float):
            return value
        return self._clean_value(value, is_refusal=is_refusal, name=name)

    def _clean_value(
        self, value: str | float, *, is_refusal: bool, name: str
    ) -> object:
        text = str(value)
        if not is_refusal and text in _texts(self._body, is_secret=False):
            return value
        if is_refusal:
            shown = self._clean(text[:_LONGEST_EXAMINED], self._short)
        else:
            # A new token holds the digits of a security code by chance, and is shown
            # nowhere.
            shown = self._clean(text, self._codes if name != "id" else ())
        if isinstance(value, str):
            return shown
        return value if shown == text else None

    def _clean(self, text: str, short: Sequence[str]) -> str:
        if not self._shows(text, short):
            return text
        for secret, mask in self._known:
            text = re.sub(re.escape(secret), mask, text, flags=re.IGNORECASE)
        return WITHHELD if self._shows(text, short) else text

    def _shows(self, text: str, short: Sequence[str]) -> bool:
        """Whether the text, decoded if need be, holds a secret or a large part of one."""
        if not text or not (self._fragments or short):
            return False
        readings = list(_readings(text))
        packed = [part for reading in readings for part in _unpacked(reading, _LAYERS)]
        plainly = b"\n".join(map(_squeeze, readings))
        if any(part in plainly for code in short for part in _notations_of(code)):
            return True
        # Random bytes, squeezed, would too often look like three digits.
        if short and any(code in part for part in packed for code in short):
            return True
        everything = b"\n".join((plainly, *map(_squeeze, packed)))
        return any(part in everything for part in self._fragments)


def _secret_headers(headers: Mapping[str, str]) -> Iterator[str]:
    for name, value in headers.items():
        if name.lower() not in _OPEN_HEADERS:
            yield value
            yield value.rpartition(" ")[2]  # without its scheme, such as Bearer


def _texts(value: object, *, is_secret: bool, is_open: bool = False) -> Iterator[str]:
    """The texts of a body: those which are secrets, or those which are not."""
    if isinstance(value, Mapping):
        for name, part in value.items():
            known = is_open or name in _OPEN_FIELDS
            yield from _texts(part, is_secret=is_secret, is_open=known)
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _texts(part, is_secret=is_secret, is_open=is_open)
    elif isinstance(value, bool) or is_secret is is_open:
        return
    elif isinstance(value, str | int | float):
        yield str(value)


def _squeeze(text: str) -> bytes:
    """Letters and digits alone, in lower case."""
    return text.encode("ascii", "ignore").lower().translate(None, _DROPPED)


def _fragments_of(secret: str) -> Iterator[bytes]:
    """Overlapping parts of a secret: a text that reveals it contains one of them."""
    squeezed = _squeeze(secret)
    is_number = _CARD_NUMBER.fullmatch(squeezed.decode()) is not None
    length, step = (_CARD_FRAGMENT, 1) if is_number else (_FRAGMENT, _FRAGMENT // 2)
    # An encrypted card number is long: a few parts of it will do.
    step = max(step, len(squeezed) // _MOST_FRAGMENTS)
    yield from _windows(squeezed, length, step)
    yield from _windows(secret.encode().hex().encode(), 2 * length, 2 * step)


def _notations_of(code: str) -> tuple[bytes, bytes]:
    """A short secret, and its bytes in hexadecimal."""
    return _squeeze(code), code.encode().hex().encode()


def _windows(text: bytes, length: int, step: int) -> Iterator[bytes]:
    yield text[-length:]
    for start in range(0, len(text) - length, step):
        yield text[start : start + length]


def _readings(text: str) -> Iterator[str]:
    """The text, and the text with its escapes decoded."""
    yield text
    for _ in range(_ROUNDS):
        plain = text
        if not plain.isascii():
            plain = unicodedata.normalize("NFKC", plain)
        if "\\" in plain:
            plain = _ESCAPE.sub(_unescape, plain)
        if "%" in plain:
            plain = unquote(plain, errors="replace")
        if "&" in plain:
            plain = html.unescape(plain)
        if plain == text:
            return
        yield plain
        text = plain


def _unescape(match: re.Match[str]) -> str:
    digits = match[1] or match[2]
    if digits:
        return chr(int(digits, 16))
    return " " if match[3] in "nrt" else match[3]


def _unpacked(text: str, layers: int) -> Iterator[str]:
    """The decoded text if it is base64, whole or in part, wrapped or not.

    The text is read as one run from each of the four places where a group can begin, so
    that one of them is right for whatever part of it is base64.
    """
    run = text.encode("ascii", "ignore").translate(None, _NOT_BASE64)
    run = run.translate(_URL_SAFE)
    for start in range(4):
        part = run[start:]
        if len(part) % 4 == 1:  # no group ends there
            part = part[:-1]
        padding = b"=" * (-len(part) % 4)
        plain = binascii.a2b_base64(part + padding).decode("latin-1")
        yield plain
        if layers > 1:
            yield from _unpacked(plain, layers - 1)
