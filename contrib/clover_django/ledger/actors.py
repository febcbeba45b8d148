"""The actor that the history names with each change."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_actor: ContextVar[str] = ContextVar("clover_actor", default="")


def current_actor() -> str:
    """Who acts now; empty when it is not known, as in a checkout."""
    return _actor.get()


@contextmanager
def acting_as(name: str) -> Iterator[None]:
    """Record a name, such as `user 7`, with all changes inside the block."""
    token = _actor.set(name)
    try:
        yield
    finally:
        _actor.reset(token)
