"""The wallet in Django's ledger, under the kit of all wallets."""

import pytest

from clover_django import models
from clover_django.ledger.saved_cards import DjangoWallet
from payment_hooks.testing import WalletKit

pytestmark = pytest.mark.django_db(transaction=True, databases="__all__")


class TestDjangoWallet(WalletKit):
    @pytest.fixture
    def wallet(self):
        return DjangoWallet()


def test_it_is_kept_in_the_ledgers_own_database():
    from payment_hooks.saved_sources import SavedSource

    DjangoWallet().keep("ann", "M1", SavedSource(source_id="at-provider-1"))

    assert models.SavedSource.objects.using("clover_ledger").count() == 1
