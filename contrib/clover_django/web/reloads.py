"""When a waiting page reloads: with growing pauses, a limited number of times."""

from dataclasses import dataclass

from django.http import HttpRequest

FIELD = "look"
"""The query parameter that counts the reloads, since a look stores nothing."""
MOST_LOOKS = 30
"""About ten minutes, at the pace below."""
_FIRST_SECONDS, _SLOWER, _MOST_SECONDS = 3, 1.2, 30


@dataclass(frozen=True, slots=True)
class NextLook:
    """The seconds until the next reload, and its address."""

    seconds: int
    query: str


def next_look(request: HttpRequest) -> NextLook | None:
    """The look after this one; None once there were enough."""
    count = _read_count(request.GET.get(FIELD, ""))
    if count >= MOST_LOOKS:
        return None
    seconds = min(_FIRST_SECONDS * _SLOWER**count, _MOST_SECONDS)
    return NextLook(seconds=int(seconds), query=f"?{FIELD}={count + 1}")


def _read_count(text: str) -> int:
    is_count = text.isascii() and text.isdigit() and len(text) < len("1000")
    return int(text) if is_count else 0
