"""Reads from the database for writing while money is moved and orders are placed.

A shop may read from a replica, which knows nothing yet of what this request has written.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_is_fresh: ContextVar[bool] = ContextVar("clover_fresh_reads", default=False)


@contextmanager
def fresh_reads() -> Iterator[None]:
    """Every model is read from its database for writing inside the block.

    As a decorator it does so for a whole function.
    """
    token = _is_fresh.set(True)
    try:
        yield
    finally:
        _is_fresh.reset(token)


def are_reads_fresh() -> bool:
    """Whether this is inside such a block."""
    return _is_fresh.get()
