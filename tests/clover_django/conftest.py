import shutil
from contextlib import contextmanager

import pymysql
import pytest
from django.core.management import call_command
from django.db import connections
from django.db.models import QuerySet

from clover_django.ledger.store import DjangoLedger
from clover_django.models import (
    Operation,
    Payment,
    PaymentEvent,
    SavedSource,
    WebhookReceipt,
)
from clover_django.testing import provider_in_place
from clover_django.web import pages
from payment_hooks.testing import FakeProvider
from tests.clover_django.postgres import postgres  # noqa: F401 - a fixture
from tests.clover_sqlalchemy.mariadb import mariadb  # noqa: F401 - a fixture

ALIAS = "ledger_under_test"
DATABASES = ["sqlite", "postgres", "mariadb"]
TABLES = (PaymentEvent, Operation, Payment, WebhookReceipt, SavedSource)


def connect(settings):
    """A connection to another database, outside of the test database."""
    defaults = connections["default"].settings_dict
    connections.databases[ALIAS] = {
        **{
            name: defaults[name] for name in defaults if name not in ("TEST", "OPTIONS")
        },
        "PORT": "",
        "PASSWORD": "",
        "ATOMIC_REQUESTS": False,
        "OPTIONS": {},
        "TEST": defaults["TEST"],
        **settings,
    }


@pytest.fixture(scope="session")
def migrated():
    """By kind of database, what has the ledger's tables by now."""
    return {}


def make_tables(kind, request):
    """By the migrations the first time; later a server has them, and a file is copied."""
    migrated = request.getfixturevalue("migrated")
    place = connections[ALIAS].settings_dict["NAME"]
    if kind not in migrated:
        call_command("migrate", "clover_django", database=ALIAS, verbosity=0)
        migrated[kind] = place
        if kind == "sqlite":
            connections[ALIAS].close()
            empty = request.getfixturevalue("tmp_path_factory").mktemp("ledger")
            migrated[kind] = shutil.copy(place, empty)
    elif kind == "sqlite":
        shutil.copy(migrated[kind], place)


def disconnect():
    connections[ALIAS].close()
    del connections[ALIAS]
    del connections.databases[ALIAS]


def sqlite_settings(tmp_path):
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(tmp_path / "ledger.sqlite3"),
        "OPTIONS": {"timeout": 30},
    }


def mariadb_settings(server):
    """As with MySQLdb, which a driver without C replaces here."""
    pymysql.install_as_MySQLdb()
    return {
        "ENGINE": "django.db.backends.mysql",
        "NAME": "test",
        "USER": "root",
        "HOST": str(server.socket),
        "OPTIONS": {"charset": "utf8mb4"},  # Django 4.2 takes less by itself
    }


def settings_of(kind, request):
    """The entry of `DATABASES`; the server is started when it is needed."""
    if kind == "sqlite":
        return sqlite_settings(request.getfixturevalue("tmp_path"))
    if kind == "postgres":
        return request.getfixturevalue("postgres").settings()
    return mariadb_settings(request.getfixturevalue("mariadb"))


@contextmanager
def open_ledger(kind, request):
    """A ledger in a SQLite file, in PostgreSQL or in MariaDB, with empty tables."""
    with request.getfixturevalue("django_db_blocker").unblock():
        connect(settings_of(kind, request))
        make_tables(kind, request)
        for model in TABLES if kind != "sqlite" else ():
            QuerySet(model, using=ALIAS)._raw_delete(ALIAS)
        yield DjangoLedger(using=ALIAS)
        disconnect()


@pytest.fixture(params=DATABASES)
def database(request):
    with open_ledger(request.param, request) as ledger:
        yield ledger


@pytest.fixture
def plain_pages(monkeypatch):
    """The pages of a shop without an adapter."""
    monkeypatch.setattr(pages, "_registered", [])


@pytest.fixture
def fake(transactional_db, plain_pages):
    """The test shop's `Payments` with a provider in memory in Clover's place."""
    with provider_in_place(FakeProvider(merchant_id="TESTMERCH0001")) as provider:
        yield provider
