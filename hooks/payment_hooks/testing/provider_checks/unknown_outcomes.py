"""Checks of answers that are lost, calls that are not sent, and look-ups."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest

from payment_hooks.model.errors import OutcomeUnknown, PaymentError, ProviderUnavailable
from payment_hooks.model.kinds import TransactionStatus
from payment_hooks.model.requests import LookUpRequest, RetryRequest
from payment_hooks.model.results import LookUpResult
from payment_hooks.testing.provider_checks.bench import (
    DUE,
    Bench,
    Moved,
    ask,
    charge,
    needs,
    refund,
)

_MARGIN = timedelta(minutes=10)


class UnknownOutcomeChecks:
    """How a provider reports an unknown outcome, and how it is resolved."""

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

    @needs("payment_charge", "payment_look_up")
    def test_a_lost_charge_is_found_by_its_operation(self, bench: Bench) -> None:
        """Within the window in which it was made."""
        request = ask(bench)
        bench.lose_answer("payment_charge")
        with pytest.raises(OutcomeUnknown):
            charge(bench, request)

        found = _find(bench, request.operation_id).transactions

        assert [row.operation_id for row in found] == [request.operation_id]
        assert found[0].amount == request.amount
        assert found[0].status is TransactionStatus.SUCCEEDED

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

    @needs("payment_charge", "payment_look_up")
    def test_a_look_up_moves_no_money(self, bench: Bench) -> None:
        """Whatever it is asked for, and however often."""
        request = ask(bench)
        with bench.refusing(), suppress(PaymentError):
            charge(bench, request)
        taken = charge(bench)
        refund(bench, taken.transaction_id, 600)
        before = bench.moved()

        for _ in range(2):
            _find(bench, request.operation_id)
            _find(bench, "")
            for transaction_id in (taken.transaction_id, "NEVERMADE0001"):
                asked = LookUpRequest(
                    transaction_id=transaction_id,
                    operation_id=request.operation_id,
                    with_refunds=True,
                )
                _look_up(bench, asked)

        assert bench.moved() == before

    @needs("payment_charge", "payment_look_up")
    def test_absence_is_reported_as_evidence(self, bench: Bench) -> None:
        """Nothing found, and the whole window seen."""
        charge(bench)

        assert _find(bench, "an-operation-of-nobody") == LookUpResult(complete=True)

    @needs("payment_charge", "payment_look_up")
    def test_a_charge_is_found_by_its_id(self, bench: Bench) -> None:
        """The one, and no other."""
        charge(bench)
        taken = charge(bench)

        found = _look_up(bench, LookUpRequest(transaction_id=taken.transaction_id))

        assert [row.transaction_id for row in found.transactions] == [
            taken.transaction_id
        ]

    @needs("payment_charge", "payment_look_up")
    def test_a_charge_is_not_taken_for_a_hosted_pages_money(self, bench: Bench) -> None:
        """It is named by its own operation, or shown to be of none of the candidates."""
        taken = charge(bench)

        (found,) = _look_up(
            bench,
            LookUpRequest(
                transaction_id=taken.transaction_id, candidates=("a-page-of-ours",)
            ),
        ).transactions

        assert found.operation_id != "a-page-of-ours"
        assert found.operation_id or found.shows_marks

    @needs("payment_look_up")
    def test_a_look_up_that_reaches_no_one_is_no_evidence(self, bench: Bench) -> None:
        """An empty list would say that nothing was taken."""
        with bench.refusing(), pytest.raises(ProviderUnavailable):
            _find(bench, "an-operation-of-nobody")


def _find(bench: Bench, operation_id: str) -> LookUpResult:
    now = datetime.now(UTC)
    return _look_up(
        bench,
        LookUpRequest(
            operation_id=operation_id, since=now - _MARGIN, until=now + _MARGIN
        ),
    )


def _look_up(bench: Bench, request: LookUpRequest) -> LookUpResult:
    result = bench.provider.payment_look_up(request=request)
    assert type(result) is LookUpResult
    return result
