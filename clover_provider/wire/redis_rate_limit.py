"""The rate limits of several processes and machines, kept together in Redis.

The rate is a moving window of the package `limits`; what is in flight is a set of leases
in Redis, each a little longer than a call may take, so that those of a killed process
expire. Without Redis each process keeps the limits for itself: no payment waits for it.
"""

import logging
import random
import threading
import time
from contextlib import suppress
from typing import Any
from uuid import uuid4

from limits import RateLimitItemPerSecond
from limits.storage import RedisStorage
from limits.strategies import MovingWindowRateLimiter
from redis.exceptions import RedisError

from clover_provider.wire.rate_limit import LocalLimiter, TooLate
from payment_hooks.model import forgetful_type

logger = logging.getLogger(__name__)

_PATIENCE: dict[str, Any] = {"socket_timeout": 0.25, "socket_connect_timeout": 0.25}
_LEASE_MARGIN_SECONDS = 5
_POLL_SECONDS = (0.01, 0.05)
_RESERVED = 0.8
"""The window is of the clients' clocks, and requests arrive less evenly than they leave."""
_TRY_AGAIN_AFTER_SECONDS = 30
_TAKE_A_SLOT = """
local now = tonumber(redis.call('TIME')[1])
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[1]) then return 0 end
redis.call('ZADD', KEYS[1], now + tonumber(ARGV[2]), ARGV[3])
redis.call('EXPIRE', KEYS[1], tonumber(ARGV[2]) + 1)
return 1
"""


class _Slots(threading.local):
    """The leases of the calls that this thread makes."""

    def __init__(self) -> None:
        self.slots: list[str] = []


@forgetful_type
class SharedLimiter:
    """Queues within this process, then with the other processes through Redis."""

    def __init__(
        self, url: str, name: str, local: LocalLimiter, deadline_seconds: float
    ) -> None:
        self.local = local
        self._slots = f"clover:{name}:in-flight"
        self._name = name
        self._lease = int(deadline_seconds) + _LEASE_MARGIN_SECONDS
        self._storage = RedisStorage(url, **_PATIENCE)
        self._redis: Any = self._storage.storage
        self._window = MovingWindowRateLimiter(self._storage)
        rate = int(local.per_second * _RESERVED)
        self._rate = RateLimitItemPerSecond(max(1, rate))
        self._alone_until = 0.0
        self._mine = _Slots()

    def enter(self, ends_at: float) -> None:
        """See `Limiter`."""
        self.local.enter(ends_at)
        may_begin = False
        try:
            self._enter_shared(ends_at)
            may_begin = True
        except RedisError as error:
            self._go_alone(error)
            may_begin = True
        finally:
            if not may_begin:  # too late, or interrupted: the turn is free again
                self.local.leave()

    def leave(self) -> None:
        """See `Limiter`."""
        self.local.leave()
        slot = self._mine.slots.pop() if self._mine.slots else ""
        if slot and not self._is_alone():
            try:
                self._redis.zrem(self._slots, slot)
            except RedisError as error:
                self._go_alone(error)

    def pause(self, seconds: float) -> None:
        """See `Limiter`; the other processes learn of it from their own answers."""
        self.local.pause(seconds)

    def _enter_shared(self, ends_at: float) -> None:
        slot = uuid4().hex
        while self.local.at_once and not self._is_alone():
            asked = (self.local.at_once, self._lease, slot)
            if self._redis.eval(_TAKE_A_SLOT, 1, self._slots, *asked):
                self._mine.slots.append(slot)
                break
            _pause(ends_at)
        while self.local.per_second and not self._is_alone():
            if self._window.hit(self._rate, "clover", self._name):
                return
            try:
                _pause(ends_at)
            except TooLate:
                self._release_slot()
                raise

    def _release_slot(self) -> None:
        if self._mine.slots:
            self._redis.zrem(self._slots, self._mine.slots.pop())

    def _is_alone(self) -> bool:
        return time.monotonic() < self._alone_until

    def _go_alone(self, error: RedisError) -> None:
        was_alone = self._is_alone()
        self._alone_until = time.monotonic() + _TRY_AGAIN_AFTER_SECONDS
        if not was_alone:
            with suppress(Exception):  # a broken log must not stop a payment
                logger.warning(
                    "rate limits are kept by this process alone",
                    extra={"error": type(error).__name__},
                )


def _pause(ends_at: float) -> None:
    if time.monotonic() >= ends_at:
        raise TooLate
    time.sleep(random.uniform(*_POLL_SECONDS))  # noqa: S311 - no secret
