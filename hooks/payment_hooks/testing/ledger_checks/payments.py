"""Checks of payments: one row per attempt, written over its own version only."""

from dataclasses import replace

import pytest

from payment_hooks.ledger.store import Ledger, StaleVersion
from payment_hooks.model.records import PaymentState
from payment_hooks.testing.ledger_checks.records import NOBODY, make_payment


class PaymentChecks:
    """What a ledger does with payments."""

    def test_a_payment_comes_back_as_it_went_in(self, ledger: Ledger) -> None:
        """Both from `add_payment` and from `get_payment`."""
        added = ledger.add_payment(make_payment())

        assert added == make_payment()
        assert ledger.get_payment("p1") == make_payment()

    @pytest.mark.parametrize("name", NOBODY, ids=ascii)
    def test_an_unknown_payment_is_none(self, ledger: Ledger, name: str) -> None:
        """An unknown id is no error, whatever is in it."""
        ledger.add_payment(make_payment())

        assert ledger.get_payment(name) is None
        assert ledger.find_payments(reference=name) == ()

    def test_the_same_attempt_is_one_payment(self, ledger: Ledger) -> None:
        """The second insert gives the first row, in its present state."""
        first = ledger.add_payment(make_payment())
        written = ledger.replace_payment(replace(first, state=PaymentState.PAID))

        second = ledger.add_payment(make_payment(payment_id="p2"))

        assert second == written
        assert ledger.get_payment("p2") is None
        assert ledger.find_payments(reference="100123") == (written,)

    @pytest.mark.parametrize(
        "other",
        [
            {"provider": "other"},
            {"merchant_id": "M2"},
            {"reference": "100124"},
            {"sequence": 2},
        ],
        ids=lambda other: next(iter(other)),
    )
    def test_another_identity_is_another_payment(
        self, ledger: Ledger, other: dict[str, object]
    ) -> None:
        """Provider, merchant, reference and sequence are the identity, no less."""
        ledger.add_payment(make_payment())

        second = ledger.add_payment(make_payment(payment_id="p2", **other))

        assert second.payment_id == "p2"
        assert ledger.get_payment("p2") == second

    @pytest.mark.parametrize(
        "reference", ["ord-a ", "ORD-A", "ord-á", "ord-a\u0301"], ids=ascii
    )
    def test_references_are_compared_to_the_letter(
        self, ledger: Ledger, reference: str
    ) -> None:
        """Case, accents and a space at the end distinguish two orders."""
        ledger.add_payment(make_payment(reference="ord-a"))

        second = ledger.add_payment(make_payment(payment_id="p2", reference=reference))

        assert second.payment_id == "p2"
        assert ledger.find_payments(reference=reference) == (second,)

    def test_a_payment_is_written_over_its_own_version_only(
        self, ledger: Ledger
    ) -> None:
        """Compare and swap: a write from a stale read raises, and changes nothing."""
        payment = ledger.add_payment(make_payment())
        written = ledger.replace_payment(replace(payment, state=PaymentState.PAID))

        with pytest.raises(StaleVersion):
            ledger.replace_payment(replace(payment, state=PaymentState.CLOSED))

        assert ledger.get_payment("p1") == written
        assert written.state is PaymentState.PAID

    def test_each_write_of_a_payment_gives_the_next_version(
        self, ledger: Ledger
    ) -> None:
        """The returned row is the stored one, ready for the next write."""
        first = ledger.add_payment(make_payment())
        second = ledger.replace_payment(replace(first, flags=("look",)))
        third = ledger.replace_payment(replace(second, flags=("look", "again")))

        assert first.version < second.version < third.version
        assert ledger.get_payment("p1") == third

    def test_a_payment_that_is_not_there_cannot_be_written(
        self, ledger: Ledger
    ) -> None:
        """A write that changes no row must not look like one that did."""
        with pytest.raises(StaleVersion):
            ledger.replace_payment(make_payment())

        assert ledger.get_payment("p1") is None

    def test_writing_one_payment_leaves_the_others_alone(self, ledger: Ledger) -> None:
        """A forgotten condition would change the whole table."""
        first = ledger.add_payment(make_payment())
        second = ledger.add_payment(make_payment(payment_id="p2", sequence=2))

        ledger.replace_payment(replace(first, state=PaymentState.PAID))

        assert ledger.get_payment("p2") == second
