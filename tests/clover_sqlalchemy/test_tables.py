"""The tables: made once by whoever comes first, and known to Alembic."""

from io import StringIO

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from sqlalchemy import create_engine, inspect, text
from sqlalchemy.dialects import mysql
from sqlalchemy.schema import CreateTable

from clover_sqlalchemy import SqlAlchemyLedger, create_tables, metadata
from payment_hooks import ConfigurationError
from payment_hooks.testing.ledger_checks.records import make_payment
from payment_hooks.testing.ledger_checks.threads import at_once
from tests.clover_sqlalchemy.conftest import DATABASES, open_engine

NAMES = {
    "clover_payments",
    "clover_operations",
    "clover_history",
    "clover_events",
    "clover_installations",
    "clover_saved_sources",
}


@pytest.fixture(params=DATABASES)
def bare(request):
    """An engine to a database without our tables."""
    with open_engine(request.param, request) as engine:
        metadata.drop_all(engine)
        yield engine
        create_tables(engine)


def test_these_are_the_tables():
    assert set(metadata.tables) == NAMES


def test_making_the_tables_again_changes_nothing(bare):
    create_tables(bare)
    ledger = SqlAlchemyLedger(bare)
    ledger.add_payment(make_payment())

    create_tables(bare)

    assert ledger.get_payment("p1") == make_payment()
    assert set(inspect(bare).get_table_names()) >= NAMES
    ledger.close()


def test_many_may_make_the_tables_at_once(bare):
    at_once(lambda _: create_tables(bare), int)

    assert set(inspect(bare).get_table_names()) >= NAMES
    indexes = inspect(bare).get_indexes("clover_operations")
    assert "ix_clover_operations_due" in {row["name"] for row in indexes}


def test_a_database_in_memory_is_refused():
    with pytest.raises(ConfigurationError, match="name a file"):
        create_tables(create_engine("sqlite://"))


def test_alembic_finds_nothing_to_do(engine):
    with engine.connect() as connection:
        context = MigrationContext.configure(connection)

        assert relevant(compare_metadata(context, metadata)) == []


def relevant(changes):
    """Without what other tests may have left beside our tables."""
    return [change for change in changes if change[0] != "remove_table"]


def test_alembic_writes_a_migration_that_makes_them(tmp_path):
    url = f"sqlite:///{tmp_path}/shop.sqlite3"
    config = Config(stdout=StringIO())
    config.config_file_name = str(tmp_path / "alembic.ini")
    command.init(config, str(tmp_path / "migrations"))
    prepare_environment(tmp_path / "migrations")
    config.set_main_option("sqlalchemy.url", url)

    command.revision(config, autogenerate=True)
    command.upgrade(config, "head")

    ledger = SqlAlchemyLedger(create_engine(url))
    assert ledger.add_payment(make_payment()) == make_payment()
    command.check(config)


def prepare_environment(folder):
    """What the how-to says to write into Alembic's files."""
    script, template = folder / "env.py", folder / "script.py.mako"
    text = script.read_text().replace(
        "target_metadata = None",
        "import clover_sqlalchemy\ntarget_metadata = clover_sqlalchemy.metadata",
    )
    script.write_text(text.replace("fileConfig(config.config_file_name)", "pass"))
    template.write_text(
        template.read_text().replace(
            "import sqlalchemy as sa",
            "import sqlalchemy as sa\nimport clover_sqlalchemy.columns",
        )
    )


def test_mariadb_compares_to_the_letter_whatever_its_default_is(request):
    with open_engine("mariadb", request) as engine, engine.connect() as connection:
        found = connection.execute(
            text(
                "SELECT DISTINCT collation_name FROM information_schema.columns "
                "WHERE table_name LIKE 'clover_%' AND collation_name IS NOT NULL"
            )
        ).scalars()

        assert set(found) == {"utf8mb4_nopad_bin"}


def test_mysql_itself_compares_to_the_letter_too():
    statement = CreateTable(metadata.tables["clover_payments"])

    assert "COLLATE utf8mb4_0900_bin" in str(statement.compile(dialect=mysql.dialect()))
