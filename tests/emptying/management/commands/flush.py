"""`flush`, which every test that commits ends with, many times as fast in memory.

Django empties the tables one by one and then makes permissions and content types anew,
by a query or more for each model. Here that is done once for a database; later, a copy
of what it came to is put back.
"""

import sqlite3
from contextlib import closing
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.contrib.sites.models import Site
from django.core.management.commands import flush
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

_emptied: dict[str, sqlite3.Connection] = {}
"""A copy of each database as `flush` left it, by the database's name."""


class Command(flush.Command):
    """Django's command, but for a SQLite database in memory."""

    def handle(self, **options: Any) -> None:
        """Empty the database; its sequences go on, as with Django's command."""
        connection = connections[options["database"]]
        name = str(connection.settings_dict["NAME"])
        if not _is_plain(connection, options):
            super().handle(**options)
        elif name not in _emptied:
            super().handle(**options)
            _emptied[name] = _copy_of(connection)
        else:
            try:
                _put_back(_emptied[name], connection)
            except sqlite3.OperationalError:  # another connection is at it
                super().handle(**options)


def _is_plain(connection: BaseDatabaseWrapper, options: dict[str, Any]) -> bool:
    """Whether it is in memory and flushed as a test of pytest-django flushes."""
    asked = ("reset_sequences", "allow_cascade", "inhibit_post_migrate", "interactive")
    is_in_memory = connection.vendor == "sqlite" and connection.is_in_memory_db()
    return is_in_memory and not any(options.get(name, True) for name in asked)


def _copy_of(connection: BaseDatabaseWrapper) -> sqlite3.Connection:
    copy = sqlite3.connect(":memory:", check_same_thread=False)
    connection.ensure_connection()
    connection.connection.backup(copy)
    return copy


def _put_back(copy: sqlite3.Connection, connection: BaseDatabaseWrapper) -> None:
    connection.ensure_connection()
    database = connection.connection
    sequences = database.execute("SELECT name, seq FROM sqlite_sequence").fetchall()
    copy.backup(database, progress=_refuse_to_wait)
    with closing(database.cursor()) as cursor:
        cursor.execute("DELETE FROM sqlite_sequence")
        cursor.executemany("INSERT INTO sqlite_sequence VALUES (?, ?)", sequences)
    for model in (ContentType, Site):
        model.objects.clear_cache()


def _refuse_to_wait(status: int, remaining: int, total: int) -> None:
    if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        raise sqlite3.OperationalError("in use")
