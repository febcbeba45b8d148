"""What every saved cards must do, as checks to run over one's own.

```python
class TestSavedCards(SavedCardsKit):
    @pytest.fixture
    def saved cards(self):
        return MySavedCards()
```
"""

import pytest

from payment_hooks.model.errors import InvalidRequest
from payment_hooks.model.kinds import LONGEST, ErrorCode
from payment_hooks.model.saved_cards import SavedSource
from payment_hooks.storefront.saved_cards import SavedCards

SHOP, OTHER = "MERCHANT1", "MERCHANT2"


def _saved(number: int = 1, **known: object) -> SavedSource:
    said = {"brand": "VISA", "last4": "4242", "exp_month": 1, "exp_year": 2099}
    return SavedSource(source_id=f"at-provider-{number}", **{**said, **known})  # type: ignore[arg-type]  # the tests' own words


class SavedCardsKit:
    """Checks of one saved cards, which the fixture `saved_cards` gives empty."""

    def test_what_is_kept_is_found_by_its_owner(self, saved_cards: SavedCards) -> None:
        """All of it comes back."""
        public_id = saved_cards.keep("ann", SHOP, _saved())
        (listed,) = saved_cards.list("ann", SHOP)
        found = saved_cards.find("ann", SHOP, public_id)

        assert (listed.public_id, listed.brand, listed.last4) == (
            public_id,
            "VISA",
            "4242",
        )
        assert (listed.exp_month, listed.exp_year) == (1, 2099)
        assert found.source_id == "at-provider-1"
        assert found.merchant_id == SHOP
        assert found.as_source().is_saved

    def test_a_name_that_has_no_room_is_refused(self, saved_cards: SavedCards) -> None:
        """Cut, it would be another owner's."""
        longest = "é" * LONGEST
        saved_cards.keep(longest, SHOP, _saved())

        with pytest.raises(InvalidRequest):
            saved_cards.keep(longest + "x", SHOP, _saved(2))

        assert len(saved_cards.list(longest, SHOP)) == 1

    def test_what_is_only_shown_refuses_no_card(self, saved_cards: SavedCards) -> None:
        """A provider may give a brand any name."""
        saved_cards.keep("ann", SHOP, _saved(brand="", last4=""))
        saved_cards.describe("at-provider-1", "VISA" * 100, "4242")
        saved_cards.keep("ann", SHOP, _saved(2, brand="VISA" * 100))

        assert {row.brand[:4] for row in saved_cards.list("ann", SHOP)} == {"VISA"}

    def test_the_public_id_says_nothing(self, saved_cards: SavedCards) -> None:
        """It is neither the provider's id nor a counter."""
        first, second = (saved_cards.keep("ann", SHOP, _saved(n)) for n in (1, 2))

        assert len({first, second}) == 2
        assert min(len(first), len(second)) >= 16
        assert "at-provider" not in first + second

    def test_the_list_is_in_the_order_of_keeping(self, saved_cards: SavedCards) -> None:
        """Oldest first."""
        kept = [saved_cards.keep("ann", SHOP, _saved(n)) for n in range(3)]

        assert [row.public_id for row in saved_cards.list("ann", SHOP)] == kept

    def test_no_one_else_finds_it(self, saved_cards: SavedCards) -> None:
        """Neither another owner, nor a guest, nor for another merchant."""
        public_id = saved_cards.keep("ann", SHOP, _saved())
        for owner, merchant in (("bob", SHOP), ("", SHOP), ("ann", OTHER)):
            assert saved_cards.list(owner, merchant) == ()
            assert _refuses(
                lambda o=owner, m=merchant: saved_cards.find(o, m, public_id)
            )
            assert _refuses(
                lambda o=owner, m=merchant: saved_cards.forget(o, m, public_id)
            )

        assert len(saved_cards.list("ann", SHOP)) == 1

    def test_an_anonymous_user_is_no_owner(self, saved_cards: SavedCards) -> None:
        """What was kept for a guest is no other guest's."""
        public_id = saved_cards.keep("", SHOP, _saved())

        assert saved_cards.list("", SHOP) == ()
        assert _refuses(lambda: saved_cards.find("", SHOP, public_id))
        assert _refuses(lambda: saved_cards.forget("", SHOP, public_id))

    def test_owners_are_kept_apart_to_the_letter(self, saved_cards: SavedCards) -> None:
        """By case, accent and a space at the end, which some databases overlook."""
        public_id = saved_cards.keep("ann", SHOP, _saved())

        for owner in ("Ann", "\u00e4nn", "ann "):
            assert saved_cards.list(owner, SHOP) == ()
            assert _refuses(lambda o=owner: saved_cards.find(o, SHOP, public_id))

    def test_what_is_forgotten_is_gone(self, saved_cards: SavedCards) -> None:
        """That one and no other, once."""
        first, second = (saved_cards.keep("ann", SHOP, _saved(n)) for n in (1, 2))
        saved_cards.forget("ann", SHOP, first)

        assert [row.public_id for row in saved_cards.list("ann", SHOP)] == [second]
        assert _refuses(lambda: saved_cards.find("ann", SHOP, first))
        assert _refuses(lambda: saved_cards.forget("ann", SHOP, first))

    def test_what_no_one_said_is_filled_in_once(self, saved_cards: SavedCards) -> None:
        """What is known stays."""
        saved_cards.keep("ann", SHOP, _saved(1, brand="", last4=""))
        saved_cards.keep("ann", SHOP, _saved(2))
        saved_cards.describe("at-provider-1", "AMEX", "0005")
        saved_cards.describe("at-provider-2", "AMEX", "0005")
        saved_cards.describe("at-provider-1", "MC", "4444")

        said = [(row.brand, row.last4) for row in saved_cards.list("ann", SHOP)]
        assert said == [("AMEX", "0005"), ("VISA", "4242")]

    def test_a_card_without_a_date_is_kept(self, saved_cards: SavedCards) -> None:
        """Storefronts need not know it."""
        saved_cards.keep("ann", SHOP, _saved(1, exp_month=None, exp_year=None))
        (listed,) = saved_cards.list("ann", SHOP)

        assert (listed.exp_month, listed.exp_year) == (None, None)

    def test_what_is_shown_cannot_be_charged(self, saved_cards: SavedCards) -> None:
        """The provider's id is in no listing."""
        saved_cards.keep("ann", SHOP, _saved())

        assert "at-provider" not in repr(saved_cards.list("ann", SHOP))


def _refuses(act: object) -> bool:
    try:
        act()  # type: ignore[operator]  # a function without arguments
    except InvalidRequest as error:
        return error.code == ErrorCode.SAVED_SOURCE_UNKNOWN
    return False
