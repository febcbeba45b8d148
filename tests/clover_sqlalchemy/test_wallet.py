"""The wallet on SQLite, PostgreSQL and MariaDB, under the kit of all wallets."""

import pytest

from clover_sqlalchemy import SqlAlchemyWallet
from payment_hooks.model.saved_cards import SavedSource
from payment_hooks.testing import WalletKit


class TestSqlAlchemyWallet(WalletKit):
    @pytest.fixture
    def wallet(self, engine):
        wallet = SqlAlchemyWallet(engine)
        yield wallet
        wallet.close()


def test_it_is_there_after_a_restart(engine):
    first = SqlAlchemyWallet(engine)
    public_id = first.keep("ann", "M1", SavedSource(source_id="at-provider-1"))
    first.close()
    again = SqlAlchemyWallet(engine)

    assert again.find("ann", "M1", public_id).source_id == "at-provider-1"
    again.close()
