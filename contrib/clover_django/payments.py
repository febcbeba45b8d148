"""The shop is notified of what it can keep: nothing that its transaction may roll back."""

from collections.abc import Callable

from django.db import transaction

from clover_django.transactions import find_open


def defer_until_commit(notify: Callable[[], object]) -> bool:
    """Whether the notification waits for the commit of the shop's open transaction.

    What a handler writes there is gone when it rolls back, while the ledger would
    remember for ever that the shop was notified. After a rollback the outcome stays
    due, for recovery or the next look.
    """
    alias = find_open()
    if alias is None:
        return False
    transaction.on_commit(notify, using=alias, robust=True)
    return True
