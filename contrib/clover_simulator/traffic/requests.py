"""Which requests came in, with nothing secret kept of them."""

import re
from collections import Counter, deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

LAST_KEPT = 2000
"""Older requests are forgotten; their counts are not."""
VARIABLE_SEGMENT = re.compile(
    r"(?<=/)([0-9A-Z]{13}|clv_[^/]+|[0-9a-f]{8}-[0-9a-f-]{27})(?=/|$)"
)


@dataclass(slots=True, kw_only=True)
class SeenRequest:
    """One request, as far as it may be shown."""

    number: int
    at: datetime
    method: str
    path: str
    headers: dict[str, str]
    body: Any
    status: int | None = None
    """None: it got no answer, or it still runs."""
    milliseconds: int | None = None
    """How long the answer took; None as long as it has not ended."""
    fault: str | None = None
    warnings: list[str] = field(default_factory=list)


class Traffic:
    """The last requests, and how many there were of each kind."""

    def __init__(self) -> None:
        self.requests: deque[SeenRequest] = deque(maxlen=LAST_KEPT)
        self.counts: Counter[str] = Counter()

    def add(self, request: SeenRequest) -> None:
        """Remember a request."""
        self.requests.append(request)
        self.counts[
            f"{request.method} {VARIABLE_SEGMENT.sub('{id}', request.path)}"
        ] += 1
