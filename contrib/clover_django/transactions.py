"""Open transactions, and views outside of request-wide ones."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, cast

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.http import HttpRequest

from clover_django.bodies import leave_body
from clover_django.freshness import fresh_reads

View = TypeVar("View", bound=Callable[..., Any])


def outside_of_transactions(view: View) -> View:
    """The view, exempt from `ATOMIC_REQUESTS` on every database.

    The ledger commits by itself and refuses to write where a rollback could undo it.
    """
    for alias in connections:
        view = transaction.non_atomic_requests(using=alias)(view)
    return view


def money_view(view: View) -> View:
    """The view, outside of transactions and reading what it has just written.

    Middleware may look at the body afterwards.
    """

    @wraps(view)
    def shown(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - as the view answers
        try:
            with fresh_reads():
                return view(request, *args, **kwargs)
        finally:
            leave_body(request)

    return outside_of_transactions(cast("View", shown))


def is_open(connection: BaseDatabaseWrapper) -> bool:
    """Whether somebody's transaction is open there; that of a `TestCase` does not count.

    It ends with the test, so that everything in it is as good as committed.
    """
    return any(not block._from_testcase for block in connection.atomic_blocks)  # type: ignore[attr-defined]  # what `atomic(durable=True)` looks at


def find_open() -> str | None:
    """The alias of a database on which a transaction is open, if there is one."""
    known = connections.all(initialized_only=True)
    return next((row.alias for row in known if is_open(row)), None)
