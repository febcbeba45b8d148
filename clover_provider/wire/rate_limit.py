"""Keeps Clover's documented rate limits: calls queue, first come, first served.

A call waits for its turn within its own deadline; what cannot begin in time was not sent.
One limiter serves all of this process that acts for the same merchant.
"""

import os
import threading
import time
from collections import deque
from typing import Protocol

from clover_provider.config import CloverConfig

WINDOW_SECONDS = 1.05
"""A second, and a little more: requests do not arrive as evenly as they leave."""
MOST_SAVED, AT_FIRST, EARNED, COST = 10.0, 3.0, 0.09, 1.0
"""The retry budget: a tenth of the calls, and a few to begin with; a retry earns, too."""


class TooLate(Exception):
    """The deadline passes before the call may begin; nothing was sent."""


class Limiter(Protocol):
    """Lets calls begin, one after the other."""

    def enter(self, ends_at: float) -> None:
        """Return when the call may begin; `leave` must follow.

        Raises:
            TooLate: that is after `ends_at`, on the monotonic clock.
        """
        ...

    def leave(self) -> None:
        """The call has ended."""
        ...

    def pause(self, seconds: float) -> None:
        """Let no call begin for so many seconds."""
        ...


class LocalLimiter:
    """The limits of one process; 0 means no limit."""

    def __init__(self, per_second: float, at_once: int) -> None:
        self.per_second, self.at_once = per_second, at_once
        self._turn = threading.Condition()
        self._queue: deque[object] = deque()
        self._begun: deque[float] = deque()
        self._running = 0
        self._paused_until = 0.0
        self._budget = AT_FIRST

    def enter(self, ends_at: float) -> None:
        """See `Limiter`."""
        ticket = object()
        with self._turn:
            self._queue.append(ticket)
            try:
                self._wait(ticket, ends_at)
            finally:
                self._queue.remove(ticket)
                self._turn.notify_all()
            now = time.monotonic()
            self._running += 1
            self._begun.append(now)
            self._budget = min(MOST_SAVED, self._budget + EARNED)

    def leave(self) -> None:
        """See `Limiter`."""
        with self._turn:
            self._running -= 1
            self._turn.notify_all()

    def pause(self, seconds: float) -> None:
        """See `Limiter`."""
        with self._turn:
            until = time.monotonic() + seconds
            self._paused_until = max(self._paused_until, until)

    def may_retry(self) -> bool:
        """Whether the budget has a retry left; it is used up by asking."""
        with self._turn:
            if self._budget < COST:
                return False
            self._budget -= COST
            return True

    def _wait(self, ticket: object, ends_at: float) -> None:
        while True:
            now = time.monotonic()
            if now >= ends_at:
                raise TooLate
            seconds = self._seconds_to_wait(now) if self._queue[0] is ticket else None
            if seconds == 0:
                return
            left = ends_at - now
            self._turn.wait(left if seconds is None else min(seconds, left))

    def _seconds_to_wait(self, now: float) -> float | None:
        """0 when the next may begin; None while one that is running must end first."""
        while self._begun and self._begun[0] <= now - WINDOW_SECONDS:
            self._begun.popleft()
        if self.at_once and self._running >= self.at_once:
            return None
        if now < self._paused_until:
            return self._paused_until - now
        if self.per_second and len(self._begun) >= self.per_second:
            return self._begun[0] + WINDOW_SECONDS - now
        return 0


_limiters: dict[tuple[int, str, float, int], LocalLimiter] = {}
"""By process, merchant and limits: a forked child begins without its parent's waiters."""


def limiter_for(config: CloverConfig) -> LocalLimiter:
    """This process's one limiter for the merchant, shared by all its callers."""
    limits = config.requests_per_second, config.requests_at_once
    place = (os.getpid(), name_of(config), *limits)
    known = _limiters.get(place)
    # `setdefault` is one step: no lock, which a fork could copy while it is taken.
    return known or _limiters.setdefault(place, LocalLimiter(*limits))


def name_of(config: CloverConfig) -> str:
    """The key of the limits: merchant and host, which outlive a renewed token."""
    return f"{config.merchant_id}@{config.ecommerce_url}"
