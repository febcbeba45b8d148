"""The documented rate limits, per token: requests in a second, and at the same time."""

import time
from collections import Counter, defaultdict, deque

from clover_simulator.traffic.answers import Answer

PER_SECOND = 16
AT_THE_SAME_TIME = 5
RETRY_AFTER_SECONDS = 1


class RateLimits:
    """Counts by token in real time, because that is what a client is slowed down by."""

    def __init__(self) -> None:
        self._started: defaultdict[str, deque[float]] = defaultdict(deque)
        self._running: Counter[str] = Counter()

    def enter(self, token: str) -> Answer | None:
        """The refusal; None lets the request in, and `leave` must follow."""
        now, started = time.monotonic(), self._started[token]
        while started and started[0] <= now - 1:
            started.popleft()
        if len(started) >= PER_SECOND:
            return _refusal({"X-RateLimit-tokenLimit": str(PER_SECOND)})
        if self._running[token] >= AT_THE_SAME_TIME:
            limit = {"X-RateLimit-tokenConcurrentLimit": str(AT_THE_SAME_TIME)}
            return _refusal(limit | {"retry-after": str(RETRY_AFTER_SECONDS)})
        started.append(now)
        self._running[token] += 1
        return None

    def leave(self, token: str) -> None:
        """The request has ended."""
        self._running[token] -= 1


def _refusal(headers: dict[str, str]) -> Answer:
    error = {
        "type": "rate_limit_error",
        "code": "rate_limit",
        "message": "Too many calls.",
    }
    body = {"message": "429 Too Many Requests", "error": error}
    return Answer(status=429, body=body, headers=headers)
