"""A shop that only adds the app gets a ledger that its own rollbacks cannot reach."""

import sqlite3

import psycopg
import pymysql
import pytest

from tests.clover_django.conftest import mariadb_settings
from tests.clover_django.shop.process import ShopProcess

TABLES = {
    "clover_django_installation",
    "clover_django_operation",
    "clover_django_payment",
    "clover_django_paymentevent",
    "clover_django_savedsource",
    "clover_django_webhookreceipt",
}
ROLL_BACK = """
from django.contrib.auth.models import Group
from django.db import transaction
from tests.clover_django.shop.paying import buy, set_up
_, shop = set_up()
try:
    with transaction.atomic():
        Group.objects.create(name="the shop's order")
        buy("rolled back")
        raise LookupError
except LookupError:
    print(Group.objects.count(), shop.heard)
"""
TOO_LONG = """
from django.db import DataError
from clover_django import models, payments
from payment_hooks.testing.ledger_checks.records import make_payment
try:
    payments.get_payments().ledger.add_payment(make_payment(reference="x" * 256))
except DataError as error:
    print("DataError", models.Payment.objects.count())
"""
LOOK = """
from clover_django import models, payments
(row,) = models.Payment.objects.all()
print(row.reference, row.state, [one.notified for one in row.operations.all()])
"""


def sqlite_database(folder):
    return {"ENGINE": "django.db.backends.sqlite3", "NAME": str(folder / "db.sqlite3")}


@pytest.fixture
def postgres_database(postgres):
    """An empty database on the tests' server, and what it is called."""
    settings = postgres.settings() | {"NAME": "own_connection"}
    with psycopg.connect(
        host=settings["HOST"], user="postgres", dbname="postgres", autocommit=True
    ) as server:
        server.execute("DROP DATABASE IF EXISTS own_connection WITH (FORCE)")
        server.execute("DROP DATABASE IF EXISTS test_own_connection WITH (FORCE)")
        server.execute("CREATE DATABASE own_connection")
    return settings


@pytest.fixture
def mariadb_database(mariadb):
    """The same on a server that cuts text off, and knows few letters."""
    server = pymysql.connect(user="root", unix_socket=str(mariadb.socket))
    with server.cursor() as cursor:
        cursor.execute("DROP DATABASE IF EXISTS own_connection")
        cursor.execute("CREATE DATABASE own_connection")
    server.close()
    return mariadb_settings(mariadb) | {"NAME": "own_connection"}


@pytest.fixture(params=["sqlite", "postgres"])
def shop(request, tmp_path):
    if request.param == "sqlite":
        return ShopProcess(sqlite_database(tmp_path))
    return ShopProcess(request.getfixturevalue("postgres_database"))


def sqlite_tables(path):
    with sqlite3.connect(path) as connection:
        rows = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        found = {name for (name,) in rows}
    connection.close()
    return found


def test_the_ledger_is_a_file_beside_the_shops_and_migrated_with_it(tmp_path):
    shop = ShopProcess(sqlite_database(tmp_path))

    said = shop.manage("migrate")

    assert "Ledger clover_ledger: clover_django.0001_initial" in said
    assert sqlite_tables(tmp_path / "db.clover.sqlite3") >= TABLES
    assert not sqlite_tables(tmp_path / "db.sqlite3") & TABLES
    assert "auth_user" not in sqlite_tables(tmp_path / "db.clover.sqlite3")


def test_the_file_lets_readers_read_while_the_ledger_writes(tmp_path):
    shop = ShopProcess(sqlite_database(tmp_path))
    shop.manage("migrate", "--verbosity", "0")

    with sqlite3.connect(tmp_path / "db.clover.sqlite3") as connection:
        (mode,) = connection.execute("PRAGMA journal_mode").fetchone()

    assert mode == "wal"


def test_migrating_again_changes_nothing(shop):
    shop.manage("migrate", "--verbosity", "0")

    again = shop.manage("migrate")

    assert "No migrations to apply" in again
    assert "Ledger" not in again


def test_migrating_the_ledgers_alias_first_leaves_nothing_out(shop):
    shop.manage("migrate", "--database", "clover_ledger", "--verbosity", "0")

    shop.manage("migrate", "--verbosity", "0")

    assert shop.script(ROLL_BACK) == "0 []"


def test_a_shop_without_migrations_has_the_ledgers_tables(tmp_path):
    shop = ShopProcess(sqlite_database(tmp_path))

    shop.script(
        "from django.conf import settings\n"
        "from django.core.management import call_command\n"
        "settings.MIGRATION_MODULES = {'clover_django': None}\n"
        "call_command('migrate', run_syncdb=True, verbosity=0)\n"
        "call_command('migrate', run_syncdb=True, verbosity=0)"
    )

    assert sqlite_tables(tmp_path / "db.clover.sqlite3") >= TABLES


def test_a_ledger_that_moves_into_the_shops_database_gets_its_tables(tmp_path):
    database = sqlite_database(tmp_path)
    ShopProcess(database).manage("migrate", "--verbosity", "0")
    moved = ShopProcess(database, LEDGER_DATABASE="default")

    said = moved.manage("migrate")

    assert "No migrations to apply" in said
    assert "Ledger default: clover_django.0001_initial" in said
    assert sqlite_tables(tmp_path / "db.sqlite3") >= TABLES
    assert "Ledger" not in moved.manage("migrate")


def test_going_back_leaves_the_ledger_as_it_is(tmp_path):
    shop = ShopProcess(sqlite_database(tmp_path))
    shop.manage("migrate", "--verbosity", "0")

    shop.manage("migrate", "clover_django", "zero")

    assert sqlite_tables(tmp_path / "db.clover.sqlite3") >= TABLES


def test_in_postgresql_both_connections_lead_to_one_database(postgres_database):
    shop = ShopProcess(postgres_database)
    shop.manage("migrate", "--verbosity", "0")

    tables = shop.script(
        "from django.db import connections\n"
        "for alias in connections:\n"
        "    names = connections[alias].introspection.table_names()\n"
        "    print(sorted(n for n in names if n.startswith('clover')))"
    )

    assert tables.splitlines() == [str(sorted(TABLES))] * 2


def test_in_mariadb_the_intent_outlives_the_shops_rollback(mariadb_database):
    shop = ShopProcess(mariadb_database)
    shop.manage("migrate", "--verbosity", "0")

    after = shop.script(ROLL_BACK)

    assert after == "0 []"
    assert shop.script(LOOK) == "rolled back paid [False]"
    assert shop.script(TOO_LONG) == "DataError 1"


def test_the_intent_outlives_the_shops_rollback(shop):
    shop.manage("migrate", "--verbosity", "0")

    after = shop.script(ROLL_BACK)

    assert after == "0 []"
    assert shop.script(LOOK) == "rolled back paid [False]"


def test_the_tests_of_a_shop_run_as_before(shop):
    said = shop.manage("test", "tests.clover_django.shop.shop_tests", "--noinput")

    assert "Ran 7 tests" in said
    assert said.rstrip().endswith("OK") or "\nOK\n" in said


def test_the_tests_of_a_shop_run_under_pytest(shop):
    said = shop.run(
        *("-m", "pytest", "-q", "-c", "/dev/null", "-p", "no:cacheprovider"),
        *("--rootdir", "tests/clover_django/shop", "--import-mode=importlib"),
        "tests/clover_django/shop/shop_tests.py",
    )

    assert "8 passed" in said


def test_test_runs_leave_no_file_and_no_tables(tmp_path):
    ShopProcess(sqlite_database(tmp_path)).manage(
        "test", "tests.clover_django.shop.shop_tests", "--noinput"
    )

    assert list(tmp_path.iterdir()) == []
