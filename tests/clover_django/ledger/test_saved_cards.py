"""The saved cards in Django's ledger, under the kit of all saved cards."""

import pytest

from clover_django import models
from clover_django.ledger.saved_cards import DjangoSavedCards
from payment_hooks.testing import SavedCardsKit

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")


class TestDjangoSavedCards(SavedCardsKit):
    @pytest.fixture
    def saved_cards(self):
        return DjangoSavedCards()


def test_it_is_kept_in_the_ledgers_own_database():
    from payment_hooks.model.saved_cards import SavedSource

    DjangoSavedCards().keep("ann", "M1", SavedSource(source_id="at-provider-1"))

    assert models.SavedSource.objects.using("clover_ledger").count() == 1
