"""Checks of cards on file: saved, charged again, and removed."""

import logging
from dataclasses import replace

import pytest

from payment_hooks.model.errors import (
    InvalidRequest,
    PaymentDeclined,
    ProviderUnavailable,
)
from payment_hooks.model.kinds import Initiator, Schedule
from payment_hooks.model.saved_cards import (
    RemoveSourceRequest,
    SavedSource,
    SaveSourceRequest,
)
from payment_hooks.testing.provider_checks.bench import (
    DUE,
    Bench,
    Moved,
    ask,
    charge,
    needs,
)

EMAIL = "buyer@shop.example"


class SavingChecks:
    """What a provider answers about cards on file."""

    @needs("payment_save_source")
    def test_saving_takes_nothing(self, bench: Bench) -> None:
        """The shopper has bought nothing yet."""
        _save(bench)

        assert bench.moved() == Moved()

    @needs("payment_save_source")
    def test_a_saved_source_is_shown_without_its_id(
        self, bench: Bench, caplog: pytest.LogCaptureFixture
    ) -> None:
        """Neither in its text nor in a log: whoever has the id can charge the card."""
        caplog.set_level(logging.DEBUG)

        saved = _save(bench)

        logged = str([vars(row) for row in caplog.records])
        assert saved.source_id not in f"{saved!r} {saved.as_source()!r} {logged}"

    @needs("payment_save_source")
    def test_a_lost_answer_of_saving_is_no_unknown_outcome(self, bench: Bench) -> None:
        """No money can have moved."""
        bench.lose_answer("payment_save_source")

        with pytest.raises(ProviderUnavailable):
            _save(bench)

        assert bench.moved() == Moved()

    @needs("payment_save_source", "payment_charge")
    def test_a_saved_source_is_charged_again_and_again(self, bench: Bench) -> None:
        """A fresh one is used up by its first charge."""
        source = _save(bench).as_source()

        first, second = (charge(bench, ask(bench, source)) for _ in range(2))

        assert first.transaction_id != second.transaction_id
        assert bench.moved() == Moved(payments=2, taken=2 * DUE)

    @needs("payment_save_source", "payment_charge")
    @pytest.mark.parametrize("schedule", list(Schedule))
    def test_a_saved_source_is_charged_without_the_shopper(
        self, bench: Bench, schedule: Schedule
    ) -> None:
        """As the shopper agreed: once, or by a plan."""
        source = _save(bench).as_source()
        asked = ask(bench, source)
        first = charge(bench, asked)
        details = replace(
            asked.details,
            initiator=Initiator.MERCHANT,
            schedule=schedule,
            original_transaction_id=first.transaction_id,
        )

        charge(bench, replace(ask(bench, source), details=details))

        assert bench.moved() == Moved(payments=2, taken=2 * DUE)

    @needs("payment_save_source", "payment_remove_source", "payment_charge")
    def test_a_removed_source_is_not_charged(self, bench: Bench) -> None:
        """The shopper took the consent back."""
        saved = _save(bench)
        removed = _remove(bench, saved)

        with pytest.raises((InvalidRequest, PaymentDeclined)):
            charge(bench, ask(bench, saved.as_source()))

        assert removed
        assert bench.moved() == Moved()

    @needs("payment_save_source", "payment_remove_source", "payment_charge")
    def test_only_the_removed_source_is_gone(self, bench: Bench) -> None:
        """A shopper's other cards stay."""
        kept, gone = _save(bench), _save(bench)
        _remove(bench, gone)

        charge(bench, ask(bench, kept.as_source()))

        assert bench.moved() == Moved(payments=1, taken=DUE)

    @needs("payment_save_source", "payment_remove_source")
    def test_what_is_gone_can_be_removed_again(self, bench: Bench) -> None:
        """The first answer may have been lost."""
        saved = _save(bench)

        assert [_remove(bench, saved), _remove(bench, saved)] == [True, True]


def _save(bench: Bench) -> SavedSource:
    saved = bench.provider.payment_save_source(
        request=SaveSourceRequest(source=bench.approved(), email=EMAIL)
    )
    assert type(saved) is SavedSource
    return saved


def _remove(bench: Bench, saved: SavedSource) -> bool:
    removed = bench.provider.payment_remove_source(
        request=RemoveSourceRequest(source_id=saved.source_id)
    )
    assert type(removed) is bool
    return removed
