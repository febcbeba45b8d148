"""JSON of requests and answers: written compactly, refused where it is ambiguous."""

import json
from collections.abc import Mapping
from typing import NoReturn


class Fields(dict[str, object]):
    """A JSON object of Clover's; it may hold tokens, so it never prints its content."""

    def __repr__(self) -> str:
        return f"<{len(self)} fields>"

    __str__ = __repr__
    # Sentry walks through a mapping that a traceback's frame holds, unless it finds this.
    __sentry_repr__ = __repr__


class Unreadable(ValueError):
    """The answer cannot be used; the message quotes nothing of it."""


def write_json(body: Mapping[str, object]) -> bytes:
    """The body as it goes over the wire."""
    return json.dumps(body, separators=(",", ":"), allow_nan=False).encode()


def read_json(text: bytes) -> object:
    """The parsed text; None when it is no JSON, or ambiguous.

    A key that comes twice, NaN and numbers of thousands of digits are refused: two
    readers of such a text may see two amounts.
    """
    try:
        return _DECODER.decode(text.decode())
    except (ValueError, RecursionError):
        return None


def _object_without_doubles(pairs: list[tuple[str, object]]) -> Fields:
    read = Fields(pairs)
    if len(read) != len(pairs):
        raise Unreadable("a key comes twice")
    return read


def _refuse_constant(name: str) -> NoReturn:
    raise Unreadable(f"{name} is not JSON")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object_without_doubles, parse_constant=_refuse_constant
)
