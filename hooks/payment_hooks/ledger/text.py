"""Text as every database can hold it."""

import re

_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def storable(text: str) -> str:
    """The text, with U+FFFD for NUL and lone surrogates.

    PostgreSQL refuses the one and UTF-8 the other, and both may be in a provider's
    JSON. An answer that cannot be written down would hide what became of moved money.

    >>> storable("Ünal")
    'Ünal'
    >>> storable("a\\0b") == storable("a\\ud800b") == "a\\ufffdb"
    True
    """
    return _UNSTORABLE.sub("\ufffd", text)
