"""Errors for wrong settings, with the setting's name as the user wrote it."""

import os
from typing import NoReturn

from payment_hooks import ConfigurationError

PREFIX = "CLOVER_"
"""What the environment variables of the settings begin with."""

_LONGEST_SHOWN = 12


def shown(value: object) -> str:
    """A wrong value as a message may show it: a long word may be a key in its place.

    >>> shown("EUR"), shown("/etc/ca.pem"), shown("b4e97f205d1c48a69f3e27d0c6a81b5f")
    ("'EUR'", "'/etc/ca.pem'", 'a text of 32 characters')
    """
    text = str(value)
    if len(text) <= _LONGEST_SHOWN or (text.startswith(os.sep) and os.sep in text[1:]):
        return repr(value)
    return f"a text of {len(text)} characters"


def refuse(source: str, name: str, remedy: str) -> NoReturn:
    """Raise for the setting of that name, spelt as the reader wrote it."""
    spelt = (
        f"{PREFIX}{name}".upper() if source == PREFIX else f"{source}[{name.upper()!r}]"
    )
    raise ConfigurationError(f"{spelt if source else name} {remedy}")
