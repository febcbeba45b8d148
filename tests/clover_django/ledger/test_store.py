"""The store does what every ledger does, and more: whose transaction, whose name."""

from dataclasses import replace

import pytest
from django.core.management import call_command
from django.db import connections, transaction

from clover_django import models
from clover_django.ledger.actors import acting_as
from clover_django.ledger.store import DjangoLedger
from payment_hooks import (
    ConfigurationError,
    Mode,
    Money,
    Payments,
    PaymentSource,
    PaymentState,
    StaleVersion,
)
from payment_hooks.testing import FakeProvider, LedgerKit
from payment_hooks.testing.ledger_checks.records import make_payment
from tests.clover_django.conftest import open_ledger

TABLES = (
    models.Payment,
    models.Operation,
    models.PaymentEvent,
    models.WebhookReceipt,
)


class DjangoKit(LedgerKit):
    @pytest.fixture
    def ledger(self, request):
        with open_ledger(self.kind, request) as ledger:
            yield ledger

    def leave_thread(self):
        connections.close_all()

    def column_names(self, ledger):
        introspection = connections[ledger.using].introspection
        with connections[ledger.using].cursor() as cursor:
            return [
                column.name
                for model in TABLES
                for column in introspection.get_table_description(
                    cursor, model._meta.db_table
                )
            ]

    def stored_text(self, ledger, payment_ids):
        rows = [model.objects.using(ledger.using).values_list() for model in TABLES]
        return str([list(found) for found in rows])


class TestSqlite(DjangoKit):
    kind = "sqlite"


class TestPostgres(DjangoKit):
    kind = "postgres"


class TestMariaDB(DjangoKit):
    kind = "mariadb"


class WithoutTimeZones(DjangoKit):
    """A shop whose own times are naive and local, in a zone whose clocks go back."""

    @pytest.fixture
    def ledger(self, request, settings):
        settings.USE_TZ, settings.TIME_ZONE = False, "America/New_York"
        with open_ledger(self.kind, request) as ledger:
            yield ledger


class TestSqliteWithoutTimeZones(WithoutTimeZones):
    kind = "sqlite"


class TestPostgresWithoutTimeZones(WithoutTimeZones):
    kind = "postgres"


class TestMariaDBWithoutTimeZones(WithoutTimeZones):
    kind = "mariadb"


def history(database, **criteria):
    events = models.PaymentEvent.objects.using(database.using).filter(**criteria)
    return list(events.values_list("before", "after", "reason", "actor"))


def test_history_shows_every_state_and_who_changed_it(database):
    payments = Payments.using(FakeProvider(), ledger=database)
    payment = payments.open("9", mode=Mode.IFRAME, amount_due=Money(500, "USD"))

    with acting_as("user 7"):
        payments.charge(payment.payment_id, PaymentSource(token="tok"))

    assert history(database, operation=None) == [
        ("", "open", "", ""),
        ("open", "paid", "", "user 7"),
    ]
    assert history(database, operation__isnull=False) == [
        ("", "pending", "", "user 7"),
        ("pending", "sending", "", "user 7"),
        ("sending", "succeeded", "", "user 7"),
    ]


def test_history_shows_why_a_person_must_look(database):
    payment = database.add_payment(make_payment())

    flagged = database.replace_payment(replace(payment, flags=("double_capture",)))
    database.replace_payment(flagged)

    assert history(database) == [
        ("", "open", "", ""),
        ("open", "open", "double_capture", ""),
    ]


def test_a_change_that_lost_leaves_no_history(database):
    payment = database.add_payment(make_payment())
    database.replace_payment(replace(payment, state=PaymentState.PAID))

    with pytest.raises(StaleVersion):
        database.replace_payment(replace(payment, state=PaymentState.CLOSED))

    assert [row[1] for row in history(database)] == ["open", "paid"]


@pytest.mark.django_db
def test_writing_inside_an_open_transaction_is_refused():
    with transaction.atomic(), pytest.raises(ConfigurationError, match="rollback"):
        DjangoLedger("default").add_payment(make_payment())


@pytest.mark.django_db(transaction=True)
def test_a_database_that_does_not_commit_by_itself_is_refused():
    transaction.set_autocommit(False)
    try:
        with pytest.raises(ConfigurationError, match="AUTOCOMMIT"):
            DjangoLedger("default").add_payment(make_payment())
    finally:
        transaction.rollback()
        transaction.set_autocommit(True)


def test_the_tables_need_django_alone():
    related = {
        field.related_model._meta.app_label
        for model in TABLES
        for field in model._meta.fields
        if field.related_model
    }

    assert related == {"clover_django"}


@pytest.mark.django_db
def test_the_migrations_make_what_the_models_say():
    call_command("makemigrations", "clover_django", check=True, dry_run=True)
