"""The kit judges the saved cards in memory, and finds saved cards that are broken."""

import inspect
from dataclasses import replace

import pytest

from payment_hooks.storefront.saved_cards import (
    MemorySavedCards,
    SavedCard,
    no_such_card,
)
from payment_hooks.testing import SavedCardsKit


class TestMemorySavedCards(SavedCardsKit):
    @pytest.fixture
    def saved_cards(self):
        return MemorySavedCards()


class ForEverybody(MemorySavedCards):
    def find(self, owner, merchant_id, public_id):
        found = [row for row in self._rows if row[2] == public_id]
        return found[0][3] if found else super().find(owner, merchant_id, public_id)


class Counting(MemorySavedCards):
    def keep(self, owner, merchant_id, saved):
        super().keep(owner, merchant_id, saved)
        public_id = str(len(self._rows))
        self._rows[-1] = (owner, merchant_id, public_id, saved)
        return public_id


class Newest(MemorySavedCards):
    def list(self, owner, merchant_id):
        return super().list(owner, merchant_id)[::-1]


class Forgiving(MemorySavedCards):
    def forget(self, owner, merchant_id, public_id):
        self._rows = [row for row in self._rows if row[2] != public_id]


class Overwriting(MemorySavedCards):
    def describe(self, source_id, brand, last4):
        self._rows = [
            (*row[:3], replace(row[3], brand=brand, last4=last4)) for row in self._rows
        ]


class OfAllGuests(MemorySavedCards):
    """Takes the guests for one owner when it forgets."""

    def forget(self, owner, merchant_id, public_id):
        gone = (owner, merchant_id, public_id)
        left = [row for row in self._rows if row[:3] != gone]
        if len(left) == len(self._rows):
            raise no_such_card()
        self._rows = left


class Careless(MemorySavedCards):
    """Takes small and capital letters for the same."""

    def list(self, owner, merchant_id):
        return super().list(owner.lower(), merchant_id)


class Telling(MemorySavedCards):
    def list(self, owner, merchant_id):
        return tuple(
            SavedCard(public_id=saved.source_id, brand=saved.brand, last4=saved.last4)
            for whose, merchant, _, saved in self._rows
            if (whose, merchant) == (owner, merchant_id)
        )


CHECKS = [
    name for name, _ in inspect.getmembers(SavedCardsKit) if name.startswith("test_")
]


def failures(make):
    failed = []
    for name in CHECKS:
        try:
            getattr(SavedCardsKit(), name)(make())
        except AssertionError:
            failed.append(name)
    return failed


@pytest.mark.parametrize(
    "broken",
    [
        ForEverybody,
        Counting,
        Newest,
        Forgiving,
        Overwriting,
        OfAllGuests,
        Careless,
        Telling,
    ],
)
def test_broken_saved_cards_are_found(broken):
    assert failures(broken)


def test_a_good_one_passes_all():
    assert failures(MemorySavedCards) == []
