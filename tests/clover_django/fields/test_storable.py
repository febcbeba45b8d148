"""MariaDB compares text as a person would, and the ledger must not."""

import pytest
from django.db import connections
from django.db.models import QuerySet

from clover_django import models
from clover_django.database.tables import bring_up_to_date
from clover_django.ledger.saved_cards import DjangoSavedCards
from payment_hooks.testing import SavedCardsKit
from payment_hooks.testing.ledger_checks.records import make_operation, make_payment
from tests.clover_django.conftest import ALIAS, open_ledger

EXACT = "utf8mb4_nopad_bin"
OF_JSON = "utf8mb4_bin"
"""MariaDB's own for such columns, which nobody looks into."""


@pytest.fixture
def ledger(request):
    with open_ledger("mariadb", request) as ledger:
        yield ledger


def collations():
    """Those of all columns that hold text."""
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(
            "SELECT collation_name FROM information_schema.columns WHERE table_schema = "
            "DATABASE() AND table_name LIKE 'clover%%' AND collation_name IS NOT NULL"
        )
        return {collation for (collation,) in cursor.fetchall()}


def keys_between_tables():
    with connections[ALIAS].cursor() as cursor:
        cursor.execute(
            "SELECT COUNT(*) FROM information_schema.referential_constraints "
            "WHERE constraint_schema = DATABASE() AND table_name LIKE 'clover%%'"
        )
        return cursor.fetchone()[0]


def test_the_migration_makes_all_text_exact(ledger):
    payment = ledger.add_payment(make_payment(reference="caf\u00e9"))
    ledger.add_operation(make_operation(payment))

    assert ledger.find_payments(reference="caf\u00e9") == (payment,)
    assert ledger.find_payments(reference="cafe") == ()
    assert len(ledger.operations(payment.payment_id)) == 1
    assert collations() == {EXACT}
    assert keys_between_tables() == 3


def test_tables_made_without_migrations_are_exact_as_well(ledger, settings):
    settings.MIGRATION_MODULES = {"clover_django": None}
    with connections[ALIAS].schema_editor() as editor:
        for model in reversed(list(models.Payment._meta.app_config.get_models())):
            editor.delete_model(model)

    bring_up_to_date(connections[ALIAS], None)

    assert collations() == {EXACT, OF_JSON}


class TestSavedCards(SavedCardsKit):
    @pytest.fixture
    def saved_cards(self, ledger, settings):
        settings.CLOVER = {**settings.CLOVER, "LEDGER_DATABASE": ALIAS}
        QuerySet(models.SavedSource, using=ALIAS)._raw_delete(ALIAS)
        return DjangoSavedCards()
