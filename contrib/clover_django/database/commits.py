"""Committed writes, repeated after a conflict that rolled them back."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from django.db import OperationalError, connections, transaction

from clover_django.database.transactions import is_open
from payment_hooks import ConfigurationError
from payment_hooks.ledger import ROLLED_BACK, commit_again

Result = TypeVar("Result")


class Committer:
    """Runs work in its own transactions, on one database alias."""

    def __init__(self, using: str) -> None:
        self.using = using

    def write(self, work: Callable[[], Result]) -> Result:
        """What the work gave, committed; see `commit_again`.

        Raises:
            ConfigurationError: there is an open transaction around it.
        """

        def commit() -> Result:
            with self._commit():
                return work()

        return commit_again(commit, OperationalError, _is_undone)

    @contextmanager
    def _commit(self) -> Iterator[None]:
        """A transaction of our own around the block.

        Raises:
            ConfigurationError: there is an open one around it.
        """
        connection = connections[self.using]
        if is_open(connection):
            raise ConfigurationError(
                "a payment was asked for inside an open transaction, whose rollback "
                "would erase its record: take the view out of ATOMIC_REQUESTS with "
                "transaction.non_atomic_requests, or pay after the atomic block"
            )
        if not (connection.in_atomic_block or connection.get_autocommit()):
            raise ConfigurationError(
                f"the database {self.using!r} does not commit by itself, so a payment's "
                "record could vanish: remove AUTOCOMMIT from its settings, or name "
                "another one in CLOVER['LEDGER_DATABASE']"
            )
        with transaction.atomic(using=self.using):
            yield


def _is_undone(error: OperationalError) -> bool:
    """Whether the database has rolled the whole transaction back."""
    number = error.args[0] if error.args else None
    cause = error.__cause__  # psycopg has a sqlstate, psycopg2 a pgcode
    state = getattr(cause, "sqlstate", None) or getattr(cause, "pgcode", None)
    return number in ROLLED_BACK or state in ROLLED_BACK
