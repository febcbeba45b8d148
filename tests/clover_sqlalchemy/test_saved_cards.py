"""The saved cards on SQLite, PostgreSQL and MariaDB, under the kit of all saved cards."""

import pytest

from clover_sqlalchemy import SqlAlchemySavedCards
from payment_hooks.model.saved_cards import SavedSource
from payment_hooks.testing import SavedCardsKit


class TestSqlAlchemySavedCards(SavedCardsKit):
    @pytest.fixture
    def saved_cards(self, engine):
        saved_cards = SqlAlchemySavedCards(engine)
        yield saved_cards
        saved_cards.close()


def test_it_is_there_after_a_restart(engine):
    first = SqlAlchemySavedCards(engine)
    public_id = first.keep("ann", "M1", SavedSource(source_id="at-provider-1"))
    first.close()
    again = SqlAlchemySavedCards(engine)

    assert again.find("ann", "M1", public_id).source_id == "at-provider-1"
    again.close()
