"""A ledger in a SQLite file, outside of the test database, durable and for real."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.management import call_command
from django.db import connections

from clover_django.ledger.store import DjangoLedger

ALIAS = "faults"


@contextmanager
def sqlite_ledger(path: Path) -> Iterator[DjangoLedger]:
    """The ledger in that file; wants `django_db_blocker.unblock()` around it.

    What is committed survives the process, which is all that dies here: nobody waits for
    the disk.
    """
    connections.databases[ALIAS] = {
        **connections["default"].settings_dict,
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(path),
        "ATOMIC_REQUESTS": False,
        "OPTIONS": {"timeout": 30, "init_command": "PRAGMA synchronous = OFF"},
    }
    try:
        yield DjangoLedger(using=ALIAS)
    finally:
        connections[ALIAS].close()
        del connections[ALIAS]
        del connections.databases[ALIAS]


def create_tables() -> None:
    """Make the tables of the ledger that is open."""
    call_command("migrate", "clover_django", database=ALIAS, verbosity=0)
