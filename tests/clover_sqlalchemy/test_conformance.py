"""The store does what every ledger does, on each database."""

import pytest
from sqlalchemy import inspect, select

from clover_sqlalchemy import metadata
from payment_hooks.testing import LedgerKit
from tests.clover_sqlalchemy.conftest import open_engine, open_ledger


class SqlAlchemyKit(LedgerKit):
    @pytest.fixture
    def engine(self, request):
        with open_engine(self.kind, request) as engine:
            yield engine

    @pytest.fixture
    def ledger(self, engine):
        with open_ledger(engine) as ledger:
            yield ledger

    @pytest.fixture
    def reopen(self, engine):
        opened = []

        def reopen():
            context = open_ledger(engine)
            opened.append(context)
            return context.__enter__()

        yield reopen
        for context in opened:
            context.__exit__(None, None, None)

    def column_names(self, ledger):
        inspector = inspect(ledger.engine)
        tables = [name for name in inspector.get_table_names() if "clover" in name]
        assert set(tables) == set(metadata.tables)
        return [row["name"] for name in tables for row in inspector.get_columns(name)]

    def stored_text(self, ledger, payment_ids):
        with ledger.engine.connect() as connection:
            return repr(
                [
                    connection.execute(select(table)).all()
                    for table in metadata.sorted_tables
                ]
            )


class TestSqlite(SqlAlchemyKit):
    kind = "sqlite"


class TestPostgres(SqlAlchemyKit):
    kind = "postgres"


class TestMariaDB(SqlAlchemyKit):
    kind = "mariadb"
