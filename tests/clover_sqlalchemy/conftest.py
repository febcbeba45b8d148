"""Engines to a SQLite file, PostgreSQL and MariaDB, with empty tables."""

from contextlib import contextmanager

import pytest
from sqlalchemy import create_engine

from clover_sqlalchemy import SqlAlchemyLedger, create_tables, metadata
from tests.clover_django.postgres import postgres  # noqa: F401 - a fixture
from tests.clover_sqlalchemy.mariadb import mariadb  # noqa: F401 - a fixture

DATABASES = ["sqlite", "postgres", "mariadb"]


def url_of(kind, request):
    """The address of a database of that kind; its server is started when needed."""
    if kind == "sqlite":
        return f"sqlite:///{request.getfixturevalue('tmp_path')}/ledger.sqlite3"
    if kind == "postgres":
        # In a zone of its own, as a server of the shop's may have.
        zone = "options=-c%20timezone%3DAmerica/New_York"
        folder = request.getfixturevalue("postgres").folder
        return f"postgresql+psycopg://postgres@/postgres?host={folder}&{zone}"
    return request.getfixturevalue("mariadb").url()


@pytest.fixture(scope="session")
def made():
    """The addresses of databases which have the tables by now."""
    return set()


@contextmanager
def open_engine(kind, request, **options):
    """An engine as a shop would make it, to a database with empty tables."""
    url = url_of(kind, request)
    made = request.getfixturevalue("made")
    engine = create_engine(url, **options)
    if url in made:
        with engine.begin() as connection:
            for table in reversed(metadata.sorted_tables):
                connection.execute(table.delete())
    else:
        create_tables(engine)
        made.add(url)
    yield engine
    engine.dispose()


@contextmanager
def open_ledger(engine, **options):
    ledger = SqlAlchemyLedger(engine, **options)
    yield ledger
    ledger.close()


@pytest.fixture(params=DATABASES)
def engine(request):
    with open_engine(request.param, request) as engine:
        yield engine


@pytest.fixture
def ledger(engine):
    with open_ledger(engine) as ledger:
        yield ledger
