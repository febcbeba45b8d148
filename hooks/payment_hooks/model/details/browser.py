"""`BrowserInfo`: what a bank wants to know of the shopper's browser for 3-D Secure."""

import json
import logging
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, fields
from typing import Any, Self
from urllib.parse import urlsplit

from payment_hooks.model.details.texts import check_texts
from payment_hooks.model.errors import InvalidRequest
from payment_hooks.model.kinds import ErrorCode
from payment_hooks.model.secrecy import forgetful_type

logger = logging.getLogger(__name__)

_LONGEST = {"accept_header": 2048, "user_agent": 2048, "language": 35, "origin": 2048}
_BOUNDS = {
    "screen_width": (0, 999_999),
    "screen_height": (0, 999_999),
    "color_depth": (1, 48),
    "time_zone_offset": (-840, 840),
}
_FLAGS = ("java_enabled", "javascript_enabled")
_DEPTHS = (48, 32, 24, 16, 15, 8, 4, 1)
_WORDS = {"true": True, "false": False}
_LONGEST_JSON = 10_000


@forgetful_type
@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class BrowserInfo:
    """The shopper's browser, as its own page describes it; nothing shows in the `repr`.

    With it, a charge asks for 3-D Secure where the provider has that. The address of the
    shopper goes with it as `ChargeDetails.shopper_ip`.

    Raises:
        InvalidRequest: a field is missing, too long or out of its bounds. What a page
            sent goes through `BrowserInfo.usable`.

    Source: EMV 3-D Secure, "Protocol and Core Functions Specification" 2.2, table A.1.
    """

    accept_header: str
    """The header `accept`."""
    user_agent: str
    """The header `user-agent`."""
    language: str
    """IETF BCP 47, such as `en-US`."""
    origin: str
    """The origin of the page: scheme, host and port."""
    screen_width: int
    """In pixels."""
    screen_height: int
    """In pixels."""
    color_depth: int
    """Bits of a pixel; one that the standard does not know becomes the next smaller."""
    time_zone_offset: int
    """Minutes from local time to UTC, as JavaScript's `getTimezoneOffset` has them."""
    java_enabled: bool = False
    javascript_enabled: bool = True

    def __post_init__(self) -> None:
        check_texts(self, *_LONGEST)
        for name, longest in _LONGEST.items():
            text = getattr(self, name)
            if not (text and text.isascii() and text.isprintable()):
                raise _refuse(f"{name} must be printable ASCII text")
            if len(text) > longest:
                raise _refuse(f"{name} has more than {longest} characters")
        if not _is_origin(self.origin):
            raise _refuse("origin must be one of http or https")
        for name, (least, most) in _BOUNDS.items():
            value = getattr(self, name)
            if type(value) is not int or not least <= value <= most:
                raise _refuse(f"{name} must be a number from {least} to {most}")
        for name in _FLAGS:
            if type(getattr(self, name)) is not bool:
                raise _refuse(f"{name} must be true or false")
        depth = next(known for known in _DEPTHS if known <= self.color_depth)
        object.__setattr__(self, "color_depth", depth)

    @classmethod
    def usable(cls, sent: str | Mapping[str, object] | None) -> Self | None:
        """The browser in what a page sent; None, logged, where it cannot be used.

        It is side data: without it a charge is made without 3-D Secure, and refused by
        nothing here. JSON and form texts are read, with the names of the fields; what
        else is in it is passed over.

        >>> BrowserInfo.usable({"user_agent": "Mozilla/5.0"}) is None
        True
        """
        if not sent:
            return None
        given = _parse(sent) if isinstance(sent, str) else sent
        if isinstance(given, Mapping):
            known: dict[str, Any] = {
                row.name: _read(row.name, given[row.name])
                for row in fields(cls)
                if row.name in given
            }
            # A missing field is a TypeError of the constructor's.
            with suppress(InvalidRequest, TypeError):
                return cls(**known)
        logger.warning("what a page says of its browser cannot be used: no 3-D Secure")
        return None

    def __repr__(self) -> str:
        return "BrowserInfo(...)"


def _parse(sent: str) -> object:
    with suppress(ValueError, RecursionError):
        return json.loads(sent) if len(sent) <= _LONGEST_JSON else None
    return None


def _read(name: str, value: object) -> object:
    """The value as its field wants it, if a page may have written it as a text."""
    if not isinstance(value, str):
        return value
    if name in _FLAGS:
        return _WORDS.get(value.lower(), value)
    if name in _BOUNDS:
        with suppress(ValueError):
            return int(value) if len(value) <= len("-999999") else value
    return value


def _is_origin(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc)


def _refuse(why: str) -> InvalidRequest:
    return InvalidRequest(why, code=ErrorCode.DETAIL_INVALID)
