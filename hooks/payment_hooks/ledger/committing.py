"""Writes that a database undoes for another's sake, and that are made again."""

from collections.abc import Callable
from typing import TypeVar

from payment_hooks.ledger.store import StaleVersion
from payment_hooks.model.records import Operation

ROLLED_BACK = frozenset({"40001", "40P01", 1020, 1213})
"""PostgreSQL's and MySQL's words for: somebody was first, all of yours is undone."""
_TRIES = 8

Result = TypeVar("Result")
Error = TypeVar("Error", bound=Exception)


def commit_again(
    commit: Callable[[], Result], kind: type[Error], is_undone: Callable[[Error], bool]
) -> Result:
    """What `commit` gave, at the latest time if it was undone before.

    Two writers may stand in each other's way, however right both are: then the database
    undoes one of them, which goes again.

    Args:
        commit: writes in a transaction of its own, and commits.
        kind: the errors of the database.
        is_undone: whether such an error says that nothing of it can have been committed.
    """
    for _ in range(_TRIES - 1):
        try:
            return commit()
        except kind as error:
            if not is_undone(error):
                raise
    return commit()


def add_or_find(
    operation: Operation,
    insert: Callable[[], bool],
    find_obstacle: Callable[[], Operation | None],
) -> Operation:
    """See `Ledger.add_operation`: what stands in its way may be done when it is read.

    Args:
        operation: what is added.
        insert: adds it, False where a unique column forbids that.
        find_obstacle: the operation with its key, or else the open one in its slot.

    Raises:
        StaleVersion: no attempt found it free or taken.
    """
    for _ in range(_TRIES):
        if insert():
            return operation
        obstacle = find_obstacle()
        if obstacle is not None:
            return obstacle
    raise StaleVersion(
        f"{operation.operation_id} cannot be recorded: its payment is not there, or "
        "its slot is taken and left all the time"
    )
