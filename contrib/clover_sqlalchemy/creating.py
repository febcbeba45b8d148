"""Making the tables, also when many processes start at once."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine, text

from clover_sqlalchemy.connecting import WRITES, own_engine
from clover_sqlalchemy.tables import metadata

_LOCK_SECONDS = 60
_LOCK_NUMBER = 0x636C6F76  # "clov"


def create_tables(engine: Engine) -> None:
    """Make the tables which are not there yet; what is there stays as it is.

    Raises:
        ConfigurationError: it is no database that commits durably.
    """
    ours = own_engine(engine)
    try:
        with (
            ours.execution_options(**{WRITES: True}).begin() as connection,
            _alone(connection),
        ):
            metadata.create_all(connection)
    finally:
        ours.dispose()


@contextmanager
def _alone(connection: Connection) -> Iterator[None]:
    """Make the tables under a lock: no other process makes one meanwhile.

    SQLite's write lock does this by itself. MySQL commits at each statement about a
    table, so that its lock has to be one of the session.
    """
    name = connection.dialect.name
    if name == "postgresql":
        connection.execute(text(f"SELECT pg_advisory_xact_lock({_LOCK_NUMBER})"))
    if name not in ("mysql", "mariadb"):
        yield
        return
    connection.execute(text(f"SELECT GET_LOCK('clover_tables', {_LOCK_SECONDS})"))
    try:
        yield
    finally:
        connection.execute(text("SELECT RELEASE_LOCK('clover_tables')"))
