"""Connections of the ledger's own, outside of the shop's transactions."""

import os
from functools import cache
from weakref import WeakSet

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.pool import ConnectionPoolEntry, SingletonThreadPool, StaticPool

from payment_hooks import ConfigurationError

WRITES = "clover_writes"
"""The execution option of a connection which is going to write."""

_BUSY_MILLISECONDS = 30_000
_engines: WeakSet[Engine] = WeakSet()


def own_engine(engine: Engine) -> Engine:
    """An engine to the same database, in the same way, with a pool of its own.

    Raises:
        ConfigurationError: it is no database that commits durably.
    """
    _refuse_unfit(engine)
    is_sqlite = engine.dialect.name == "sqlite"
    # A commit of ours is one statement or three; no more isolation is asked for than
    # that, and an engine that commits each statement by itself would split them.
    ours = create_engine(
        engine.url,
        pool=engine.pool.recreate(),
        hide_parameters=True,
        isolation_level="SERIALIZABLE" if is_sqlite else "READ COMMITTED",
    )
    if is_sqlite:
        event.listen(ours, "connect", _prepare_sqlite)
        event.listen(ours, "begin", _begin_sqlite)
    elif engine.dialect.name in ("mysql", "mariadb"):
        event.listen(ours, "connect", _prepare_mysql)
    _forget_after_fork(ours)
    return ours


def _refuse_unfit(engine: Engine) -> None:
    if engine.dialect.name not in ("sqlite", "postgresql", "mysql", "mariadb"):
        raise ConfigurationError(
            f"the ledger knows SQLite, PostgreSQL, MySQL and MariaDB, not "
            f"{engine.dialect.name}: give it an engine of one of those"
        )
    if engine.dialect.is_async:
        raise ConfigurationError(
            "the ledger works synchronously: give it an engine from create_engine"
        )
    is_shared = isinstance(engine.pool, SingletonThreadPool | StaticPool)
    if is_shared or _is_in_memory(engine):
        raise ConfigurationError(
            "this engine is to SQLite in memory, or shares one connection, so a "
            "payment's record could be forgotten or rolled back: name a file, or take "
            "payment_hooks.MemoryLedger for tests"
        )


def _is_in_memory(engine: Engine) -> bool:
    url = engine.url
    is_named_so = ":memory:" in (url.database or ":memory:")
    is_opened_so = url.query.get("mode") == "memory"
    return engine.dialect.name == "sqlite" and (is_named_so or is_opened_so)


def _prepare_sqlite(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
    """Set write-ahead logging and full synchronous commits."""
    connection.isolation_level = None  # the driver begins nothing, `_begin_sqlite` does
    cursor = connection.cursor()
    cursor.execute(f"PRAGMA busy_timeout = {_BUSY_MILLISECONDS}")
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    """Begin a transaction that writes with the write lock, so that it cannot deadlock."""
    is_writing = connection.get_execution_options().get(WRITES)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if is_writing else "BEGIN")


def _prepare_mysql(connection: DBAPIConnection, record: ConnectionPoolEntry) -> None:
    """Set strict mode, in which text that is too long is refused, not cut off."""
    cursor = connection.cursor()
    cursor.execute(
        "SET SESSION sql_mode = CONCAT_WS(',', @@SESSION.sql_mode, 'STRICT_ALL_TABLES')"
    )
    cursor.close()


def _forget_after_fork(engine: Engine) -> None:
    """Drop the pool in a forked worker: its connections are the parent's."""
    _watch_forks()
    _engines.add(engine)


@cache
def _watch_forks() -> None:
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_dispose_all)


def _dispose_all() -> None:
    for engine in _engines:
        engine.dispose(close=False)
