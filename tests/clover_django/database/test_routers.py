"""The ledger's tables go to the ledger's alias; of all else the shop's routers decide."""

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import User
from django.db import connections, router

from clover_django.models import Operation, Payment


class Elsewhere:
    """A shop's router that sends everything away."""

    def db_for_read(self, model, **hints):
        return "elsewhere"

    def db_for_write(self, model, **hints):
        return "elsewhere"

    def allow_migrate(self, db, app_label, **hints):
        return db == "elsewhere"


@pytest.fixture
def shared(monkeypatch):
    """As in PostgreSQL: both aliases lead to one database."""
    test = connections.settings["clover_ledger"]["TEST"]
    monkeypatch.setitem(test, "MIRROR", "default")


def test_only_the_ledger_goes_to_its_alias():
    assert (
        router.db_for_read(Payment) == router.db_for_write(Payment) == "clover_ledger"
    )
    assert router.db_for_read(User) == router.db_for_write(User) == "default"


def test_a_named_alias_is_used(settings):
    settings.CLOVER = {**django_settings.CLOVER, "LEDGER_DATABASE": "default"}

    assert router.db_for_read(Payment) == router.db_for_write(Payment) == "default"


def test_what_belongs_to_a_row_is_looked_for_where_the_row_is():
    row = Payment()
    row._state.db = "archive"

    assert router.db_for_read(Operation, instance=row) == "archive"


def test_the_shops_routers_decide_about_the_rest(settings):
    settings.DATABASE_ROUTERS = [Elsewhere()]

    assert router.db_for_read(Payment) == "clover_ledger"
    assert router.db_for_read(User) == "elsewhere"
    assert router.allow_migrate("elsewhere", "auth") is True
    assert router.allow_migrate("default", "auth") is False


def test_the_file_beside_the_shops_has_the_ledger_and_nothing_else():
    assert router.allow_migrate("clover_ledger", "clover_django")
    assert not router.allow_migrate("clover_ledger", "auth")
    assert not router.allow_migrate("default", "clover_django")
    assert router.allow_migrate("default", "auth")


def test_two_aliases_of_one_database_say_the_same(shared, settings):
    settings.DATABASE_ROUTERS = [Elsewhere()]

    for label, allowed in (("clover_django", True), ("auth", False)):
        assert router.allow_migrate("clover_ledger", label) is allowed
        assert router.allow_migrate("default", label) is allowed


def test_a_named_alias_of_the_same_database_is_known_by_its_address(
    settings, monkeypatch
):
    twin = {**connections.settings["default"]}
    monkeypatch.setitem(connections.settings, "twin", twin)
    settings.CLOVER = {**django_settings.CLOVER, "LEDGER_DATABASE": "twin"}

    assert router.allow_migrate("twin", "clover_django")
    assert router.allow_migrate("default", "clover_django")


def test_other_databases_are_the_shops_business():
    assert router.allow_migrate("archive", "clover_django") is True
    assert router.allow_migrate("archive", "auth") is True
