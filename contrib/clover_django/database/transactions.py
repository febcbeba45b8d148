"""Open transactions of the shop's, and views outside of request-wide ones."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

View = TypeVar("View", bound=Callable[..., Any])


def outside_of_transactions(view: View) -> View:
    """The view, exempt from `ATOMIC_REQUESTS` on every database.

    The ledger commits by itself and refuses to write where a rollback could undo it.
    """
    for alias in connections:
        view = transaction.non_atomic_requests(using=alias)(view)
    return view


def is_open(connection: BaseDatabaseWrapper) -> bool:
    """Whether a transaction is open there; that of a `TestCase` does not count.

    It ends with the test, so that everything in it is as good as committed.
    """
    return any(not block._from_testcase for block in connection.atomic_blocks)  # type: ignore[attr-defined]  # what `atomic(durable=True)` looks at


def find_open() -> str | None:
    """The alias of a database on which a transaction is open, if there is one."""
    known = connections.all(initialized_only=True)
    return next((row.alias for row in known if is_open(row)), None)
