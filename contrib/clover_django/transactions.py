"""Views outside of request-wide transactions."""

from collections.abc import Callable
from typing import Any, TypeVar

from django.db import connections, transaction

View = TypeVar("View", bound=Callable[..., Any])


def outside_of_transactions(view: View) -> View:
    """The view, exempt from `ATOMIC_REQUESTS` on every database.

    The ledger commits by itself and refuses to write where a rollback could undo it.
    """
    for alias in connections:
        view = transaction.non_atomic_requests(using=alias)(view)
    return view
