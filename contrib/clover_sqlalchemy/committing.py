"""Committed writes, repeated after a conflict that rolled them back."""

from collections.abc import Callable
from typing import TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from clover_sqlalchemy.connecting import WRITES
from payment_hooks.ledger import ROLLED_BACK, commit_again

Result = TypeVar("Result")


class Committer:
    """Runs work in its own transactions, on its own connections."""

    def __init__(self, engine: Engine) -> None:
        self._reading = engine
        self._writing = engine.execution_options(**{WRITES: True})

    def write(self, work: Callable[[Connection], Result]) -> Result:
        """What the work gave, committed; see `commit_again`."""
        return commit_again(lambda: self._commit(work), DBAPIError, _is_undone)

    def read(self, work: Callable[[Connection], Result]) -> Result:
        """The result of the work; a connection that died in the pool is replaced once."""
        try:
            return self._look(work)
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
        return self._look(work)

    def _commit(self, work: Callable[[Connection], Result]) -> Result:
        with self._writing.begin() as connection:
            return work(connection)

    def _look(self, work: Callable[[Connection], Result]) -> Result:
        with self._reading.connect() as connection:
            return work(connection)


def _is_undone(error: DBAPIError) -> bool:
    """Whether nothing of the transaction can have been committed, and it may go again.

    A connection that is lost while it commits leaves that open; one that is lost during
    a statement does not.
    """
    if error.connection_invalidated:
        return error.statement is not None
    original = error.orig
    state = getattr(original, "sqlstate", None) or getattr(original, "pgcode", None)
    number = original.args[0] if original is not None and original.args else None
    return state in ROLLED_BACK or number in ROLLED_BACK
