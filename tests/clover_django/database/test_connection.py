"""What the ledger's connection takes from the shop's, and what it does not."""

import django
import pytest
from django.conf import settings as django_settings
from django.db import connections

from clover_django import conf
from clover_django.database import connection
from clover_django.database.connection import derive, sibling
from payment_hooks import ConfigurationError

POSTGRES = {
    "ENGINE": "django.db.backends.postgresql",
    "NAME": "shop",
    "USER": "shop",
    "PASSWORD": "secret",
    "HOST": "db.internal",
    "CONN_MAX_AGE": 60,
    "ATOMIC_REQUESTS": True,
    "AUTOCOMMIT": False,
    "OPTIONS": {"isolation_level": 3, "sslmode": "require"},
    "TEST": {"NAME": "shop_test"},
}
SQLITE = {
    "ENGINE": "django.db.backends.sqlite3",
    "NAME": "/srv/shop.sqlite3",
    "ATOMIC_REQUESTS": True,
    "OPTIONS": {"timeout": 60},
    "TEST": {"NAME": "/tmp/test.sqlite3"},
}


@pytest.mark.parametrize(
    ("shop", "own"),
    [
        ("/srv/db.sqlite3", "/srv/db.clover.sqlite3"),
        ("/srv/shop.v2/db", "/srv/shop.v2/db.clover"),
        ("file:/srv/db.sqlite3?vfs=unix", "file:/srv/db.clover.sqlite3?vfs=unix"),
        ("file:a?mode=memory&cache=shared", "file:a.clover?mode=memory&cache=shared"),
        ("file::memory:", "file:clover_ledger?mode=memory&cache=shared"),
        (":memory:", ":memory:"),
        ("", ""),
    ],
)
def test_the_ledgers_file_stands_beside_the_shops(shop, own):
    assert sibling(shop) == own


def test_the_same_server_is_reached_as_the_shop_reaches_it():
    own = derive(POSTGRES, "postgresql")

    for name in ("ENGINE", "NAME", "USER", "PASSWORD", "HOST", "CONN_MAX_AGE"):
        assert own[name] == POSTGRES[name]
    assert own["OPTIONS"] == {"sslmode": "require"}


@pytest.mark.parametrize(
    ("shop", "vendor"),
    [(POSTGRES, "postgresql"), (POSTGRES, "mysql"), (SQLITE, "sqlite")],
)
def test_the_ledger_commits_by_itself_whatever_the_shop_does(shop, vendor):
    own = derive(shop, vendor)

    assert (own["ATOMIC_REQUESTS"], own["AUTOCOMMIT"]) == (False, True)


def test_the_shops_own_entry_stays_as_it_was():
    before = str(POSTGRES)

    derive(POSTGRES, "postgresql")["OPTIONS"]["sslmode"] = "disable"

    assert str(POSTGRES) == before


def test_tests_share_a_server_database_and_not_a_file():
    assert derive(POSTGRES, "postgresql")["TEST"]["MIRROR"] == "default"
    assert derive(SQLITE, "sqlite")["TEST"]["NAME"] == "/tmp/test.clover.sqlite3"
    assert derive(SQLITE, "sqlite")["TEST"]["MIRROR"] is None


@pytest.mark.parametrize(("timeout", "waits"), [(5, 20), (60, 60)])
def test_a_writer_waits_long_enough_for_another(timeout, waits):
    own = derive({**SQLITE, "OPTIONS": {"timeout": timeout}}, "sqlite")

    assert own["OPTIONS"]["timeout"] == waits
    if django.VERSION >= (5, 1):  # which brought the option
        assert own["OPTIONS"]["transaction_mode"] == "IMMEDIATE"


def test_mysql_is_spoken_to_in_every_letter():
    mysql = {"ENGINE": "django.db.backends.mysql", "NAME": "shop"}

    assert derive(mysql, "mysql")["OPTIONS"]["charset"] == "utf8mb4"
    own = derive({**mysql, "OPTIONS": {"charset": "utf8mb3"}}, "mysql")
    assert own["OPTIONS"]["charset"] == "utf8mb3"


@pytest.mark.django_db
def test_a_commit_is_on_the_disk():
    with connections["clover_ledger"].cursor() as cursor:
        cursor.execute("PRAGMA synchronous")

        assert cursor.fetchone() == (2,)


def test_a_named_alias_gets_no_second_connection(settings, monkeypatch):
    monkeypatch.delitem(connections.settings, conf.AUTOMATIC_LEDGER)
    settings.CLOVER = {**django_settings.CLOVER, "LEDGER_DATABASE": "default"}

    connection.add_connection()

    assert list(connections.settings) == ["default"]


def test_an_alias_of_that_name_in_the_settings_stays(monkeypatch):
    mine = {**connections.settings["default"], "NAME": "mine.sqlite3"}
    monkeypatch.setitem(connections.settings, conf.AUTOMATIC_LEDGER, mine)

    connection.add_connection()

    assert connections.settings[conf.AUTOMATIC_LEDGER] is mine


def test_a_setting_that_is_no_dict_leaves_the_shops_queries_alone(settings):
    settings.CLOVER = "nonsense"

    assert conf.ledger_alias() == "clover_ledger"


def test_an_alias_without_a_database_is_refused(settings, monkeypatch):
    nothing = {"ENGINE": "django.db.backends.dummy", "NAME": "", "TEST": {}}
    monkeypatch.setitem(connections.settings, "nothing", nothing)
    settings.CLOVER = {**django_settings.CLOVER, "LEDGER_DATABASE": "nothing"}

    with pytest.raises(ConfigurationError, match="must name an alias, since DATABASES"):
        conf.get_config()
