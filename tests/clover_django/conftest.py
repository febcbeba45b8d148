from contextlib import contextmanager

import pytest
from django.core.management import call_command
from django.db import connections

from clover_django import pages, road
from clover_django.models import Operation, Payment, PaymentEvent, WebhookReceipt
from clover_django.store import DjangoLedger
from payment_hooks.testing import FakeProvider
from tests.clover_django.postgres import postgres  # noqa: F401 - a fixture

ALIAS = "ledger_under_test"
TABLES = (PaymentEvent, Operation, Payment, WebhookReceipt)


def connect(settings):
    """Another database, with the ledger's tables, outside of the test database."""
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
    call_command("migrate", "clover_django", database=ALIAS, verbosity=0)
    return DjangoLedger(using=ALIAS)


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


@contextmanager
def open_ledger(kind, request):
    """A ledger of one kind: in a SQLite file, or in PostgreSQL."""
    with request.getfixturevalue("django_db_blocker").unblock():
        if kind == "sqlite":
            yield connect(sqlite_settings(request.getfixturevalue("tmp_path")))
        else:
            ledger = connect(request.getfixturevalue("postgres").settings())
            tables = ", ".join(model._meta.db_table for model in TABLES)
            with connections[ALIAS].cursor() as cursor:
                cursor.execute(f"TRUNCATE {tables}")
            yield ledger
        disconnect()


@pytest.fixture(params=["sqlite", "postgres"])
def database(request):
    with open_ledger(request.param, request) as ledger:
        yield ledger


@pytest.fixture
def plain_pages(monkeypatch):
    """The pages of a shop without an adapter."""
    monkeypatch.setattr(pages, "_registered", [])


@pytest.fixture
def fake(transactional_db, plain_pages):
    """The road of the test shop with a provider in memory in Clover's place."""
    provider = FakeProvider(merchant_id="TESTMERCH0001")
    registry = road.get_payments().gateway.registry
    registry.unregister(name=road.PROVIDER)
    registry.register(provider, road.PROVIDER)
    yield provider
    road.reset()
