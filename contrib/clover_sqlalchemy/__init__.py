"""The ledger for shops without Django, in SQLite, PostgreSQL, MySQL or MariaDB."""

from clover_sqlalchemy.creating import create_tables
from clover_sqlalchemy.history import HistoryEntry
from clover_sqlalchemy.saved_cards import SqlAlchemySavedCards
from clover_sqlalchemy.store import SqlAlchemyLedger
from clover_sqlalchemy.tables import metadata

__all__ = [
    "HistoryEntry",
    "SqlAlchemyLedger",
    "SqlAlchemySavedCards",
    "create_tables",
    "metadata",
]
