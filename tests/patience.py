"""How a test measures a promise about time, and not the machine that it runs on."""

import time
from collections.abc import Callable

from payment_hooks import ProviderUnavailable

DEADLINES = (0.6, 2.4, 9.6)
"""Seconds. What takes too long on a busy machine is asked again with more time: the
delays of a machine do not grow with the deadline, those of a broken deadline do."""
LATE = 0.4
"""The share of a deadline by which a call may end too late. A call that heeds it in each
of two steps, and not as a whole, takes twice as long, and is found with every deadline."""


def ends_in_time(call: Callable[[float], object]) -> float:
    """How long `call` took of the seconds it is given; it must end within them.

    Where they were too few to send anything, it is asked again with more, too.
    """
    for seconds in DEADLINES:
        began = time.monotonic()
        try:
            call(seconds)
        except ProviderUnavailable:
            if seconds == DEADLINES[-1]:
                raise
            continue
        took = time.monotonic() - began
        if took <= seconds * (1 + LATE):
            return took
    raise AssertionError(f"took {took:.2f} s where {seconds} s were given")
