"""The idempotency keys of a payment's submits, kept in its context.

A caller may send a new one with each submit: their digests are kept, and only those of
the last. A key that was forgotten brings what its payment has brought all the same, and a
card that was declined is not asked again.
"""

from hashlib import sha256

MOST = 50
"""How many are remembered with one payment."""
_LENGTH = 32


def read_keys(kept: object) -> dict[str, int]:
    """How many tries there had been when each key came first, by its digest."""
    rows = kept if isinstance(kept, list | tuple) else ()
    return {str(name): int(tries) for name, tries in rows}


def find_key(kept: object, key: str) -> int | None:
    """The number of tries before this key; None where it is not known."""
    return read_keys(kept).get(_digest(key))


def add_key(kept: object, key: str, tries: int) -> list[list[object]]:
    """The keys with this one, oldest first; a list, since databases sort objects."""
    known = read_keys(kept)
    known.setdefault(_digest(key), tries)
    return [[name, count] for name, count in known.items()][-MOST:]


def _digest(key: str) -> str:
    return sha256(key.encode()).hexdigest()[:_LENGTH]
