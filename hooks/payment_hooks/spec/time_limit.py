"""A limit on the time of all provider calls inside a block."""

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_ends_at: ContextVar[float] = ContextVar("payment_time_limit", default=math.inf)


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Limit all provider calls inside the block to so many seconds together.

    For whoever holds a lock meanwhile, such as a shop that charges inside of a database
    transaction. A call that the limit cuts off ends like one that was never answered.

    >>> with time_limit(12):
    ...     with time_limit(60):
    ...         seconds_left() <= 12
    True
    """
    token = _ends_at.set(min(_ends_at.get(), time.monotonic() + seconds))
    try:
        yield
    finally:
        _ends_at.reset(token)


def seconds_left() -> float:
    """How long a call that begins now may take; infinite without a limit."""
    return max(0.0, _ends_at.get() - time.monotonic())
