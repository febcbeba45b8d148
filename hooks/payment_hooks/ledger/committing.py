"""The two loops of a store in tables: around a conflict, and around an insert."""

from collections.abc import Callable
from typing import TypeVar

from payment_hooks.ledger.store import StaleVersion
from payment_hooks.model.records import Operation

ROLLED_BACK = frozenset({"40001", "40P01", 1020, 1213})
"""PostgreSQL's and MySQL's codes for a conflict: this transaction was rolled back."""
_TRIES = 8

Result = TypeVar("Result")
Error = TypeVar("Error", bound=Exception)


def commit_again(
    commit: Callable[[], Result], kind: type[Error], is_undone: Callable[[Error], bool]
) -> Result:
    """The result of `commit`, which is called again where the database undid it.

    Two correct writers may conflict: then the database rolls one of them back.

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
    """See `Ledger.add_operation`: what conflicts may be over by the time it is read.

    Args:
        operation: what is added.
        insert: adds it, False where a unique column forbids that.
        find_obstacle: the operation with its key, or else the open one in its slot.

    Raises:
        StaleVersion: at no attempt was it added, or a conflicting row found.
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
