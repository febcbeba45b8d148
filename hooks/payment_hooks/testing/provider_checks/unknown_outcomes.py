"""Checks of answers that are lost, and of calls that are not sent."""

import pytest

from payment_hooks.model.errors import OutcomeUnknown, ProviderUnavailable
from payment_hooks.model.requests import RetryRequest
from payment_hooks.testing.provider_checks.bench import (
    DUE,
    Bench,
    Moved,
    ask,
    charge,
    needs,
    refund,
)


class UnknownOutcomeChecks:
    """How a provider reports an unknown outcome, and what a retry makes of it."""

    @needs("payment_charge")
    def test_a_lost_answer_is_an_unknown_outcome(self, bench: Bench) -> None:
        """The money moved: neither declined nor unavailable would be true."""
        bench.lose_answer("payment_charge")

        with pytest.raises(OutcomeUnknown):
            charge(bench)

        assert bench.moved() == Moved(payments=1, taken=DUE)

    @needs("payment_charge", "payment_refund")
    def test_a_lost_answer_of_a_refund_is_unknown(self, bench: Bench) -> None:
        """As with a charge."""
        taken = charge(bench)
        bench.lose_answer("payment_refund")

        with pytest.raises(OutcomeUnknown):
            refund(bench, taken.transaction_id, 600)

        assert bench.moved().returned == 600

    @needs("payment_charge")
    def test_what_was_not_sent_is_said_to_be_unavailable(self, bench: Bench) -> None:
        """And nothing is taken, then or later."""
        request = ask(bench)

        with bench.refusing(), pytest.raises(ProviderUnavailable):
            charge(bench, request)

        assert bench.moved() == Moved()

    @needs("payment_charge", "payment_retry")
    def test_a_lost_charge_is_found_by_retry(self, bench: Bench) -> None:
        """With nothing taken a second time."""
        request = ask(bench)
        bench.lose_answer("payment_charge")
        with pytest.raises(OutcomeUnknown):
            charge(bench, request)

        found = bench.provider.payment_retry(request=RetryRequest(request=request))

        assert found.amount == request.amount
        assert bench.moved() == Moved(payments=1, taken=DUE)
