"""Text as every database can hold it."""

import re

from payment_hooks.errors import InvalidRequest

LONGEST = 255
"""How many characters a name or an id may have: what each ledger has room for."""
_NAMES = ("transaction_id", "parent_id", "session_id", "event_id", "source_id")
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def storable(text: str) -> str:
    """The text, with U+FFFD for NUL and lone surrogates.

    PostgreSQL refuses the one and UTF-8 the other, and both may stand in a provider's
    JSON. An answer that cannot be written down would turn moved money into a doubt.

    >>> storable("Ünal")
    'Ünal'
    >>> storable("a\\0b") == storable("a\\ud800b") == "a\\ufffdb"
    True
    """
    return _UNSTORABLE.sub("\ufffd", text)


def refuse_long(name: str, text: str) -> None:
    """Let nothing be asked under a name that no ledger could keep.

    Some databases would cut it, and take two intents for one; others would break off
    in the middle.

    Raises:
        InvalidRequest: it has more characters than there is room for.
    """
    if len(text) > LONGEST:
        raise InvalidRequest(
            f"{name} has {len(text)} characters, and {LONGEST} are kept: send a shorter "
            "one",
            code="too_long",
        )


def find_long(answer: object) -> str:
    """Which id in a provider's answer there is no room for; empty if all of them fit."""
    for row in (answer, *getattr(answer, "transactions", ())):
        for name in _NAMES:
            if len(str(getattr(row, name, ""))) > LONGEST:
                return f"a {name} of {len(str(getattr(row, name)))} characters"
    return ""
