"""Checks of charges that wait for the shopper to answer the bank: 3-D Secure."""

from datetime import datetime, timedelta

import pytest

from payment_hooks.model.errors import (
    InvalidRequest,
    OutcomeUnknown,
    PaymentDeclined,
)
from payment_hooks.model.kinds import TransactionKind, TransactionStatus
from payment_hooks.model.money import Money
from payment_hooks.model.requests import ConfirmRequest, PaymentRequest, RetrieveRequest
from payment_hooks.model.results import Challenge, Transaction
from payment_hooks.testing.provider_checks.bench import DUE, Bench, Moved, ask, needs


class ChallengeChecks:
    """What a provider answers when the shopper has to act, and after it."""

    @needs("payment_confirm")
    def test_a_challenge_moves_nothing(self, bench: Bench) -> None:
        """The money is asked for, and not there."""
        challenge, _ = _challenge(bench)

        assert challenge.transaction_id
        assert bench.moved() == Moved()

    @needs("payment_confirm")
    def test_the_same_key_is_answered_with_the_same_challenge(
        self, bench: Bench
    ) -> None:
        """A second submit must not begin a second charge."""
        challenge, request = _challenge(bench)

        assert bench.provider.payment_charge(request=request) == challenge

    @needs("payment_confirm")
    def test_the_right_answer_charges_once(self, bench: Bench) -> None:
        """Also where it comes twice."""
        challenge, request = _challenge(bench)
        answer = bench.answer(challenge)

        first = _confirm(bench, challenge, request, answer)
        second = _confirm(bench, challenge, request, answer)

        assert first.transaction_id == second.transaction_id == challenge.transaction_id
        assert first.status is TransactionStatus.SUCCEEDED
        assert first.kind is TransactionKind.CHARGE
        assert first.amount == Money(DUE, bench.currency)
        assert first.operation_id in ("", request.operation_id)
        assert bench.moved() == Moved(payments=1, taken=DUE)

    @needs("payment_confirm")
    def test_a_wrong_answer_charges_nothing(self, bench: Bench) -> None:
        """The browser may bring back anything."""
        challenge, request = _challenge(bench)

        with pytest.raises((InvalidRequest, PaymentDeclined)):
            _confirm(bench, challenge, request, {"status": "succeeded"})

        assert bench.moved() == Moved()

    @needs("payment_confirm")
    def test_a_shopper_who_turns_back_is_a_decline(self, bench: Bench) -> None:
        """So that another card may be charged."""
        challenge, request = _challenge(bench)

        for _ in range(2):
            with pytest.raises(PaymentDeclined):
                _confirm(bench, challenge, request, {}, canceled=True)

        assert bench.moved() == Moved()

    @needs("payment_confirm")
    def test_turning_back_after_a_lost_answer_is_declined_only_where_it_ends(
        self, bench: Bench
    ) -> None:
        """The answer may still arrive, after another card was charged."""
        challenge, request = _challenge(bench)
        expected = PaymentDeclined if bench.ends_challenges else OutcomeUnknown

        with pytest.raises(expected):
            _confirm(bench, challenge, request, {}, canceled=True, answered_before=True)

        assert bench.moved() == Moved()

    @needs("payment_confirm")
    def test_an_answer_after_turning_back_charges_nothing(self, bench: Bench) -> None:
        """Another card may be charged; what the provider cannot end nobody answers."""
        challenge, request = _challenge(bench)
        with pytest.raises(PaymentDeclined):
            _confirm(bench, challenge, request, {}, canceled=True)

        if bench.ends_challenges:
            with pytest.raises(PaymentDeclined):
                _confirm(bench, challenge, request, bench.answer(challenge))

        assert bench.moved() == Moved()

    @needs("payment_confirm")
    def test_turning_back_after_the_answer_says_that_it_is_charged(
        self, bench: Bench
    ) -> None:
        """A decline would let the shop charge another card as well."""
        challenge, request = _challenge(bench)
        _confirm(bench, challenge, request, bench.answer(challenge))

        charged = _confirm(bench, challenge, request, {}, canceled=True)

        assert charged.status is TransactionStatus.SUCCEEDED
        assert bench.moved() == Moved(payments=1, taken=DUE)

    @needs("payment_confirm", "payment_retrieve")
    def test_what_waits_is_looked_up_as_pending(self, bench: Bench) -> None:
        """It is no money so far, and not gone."""
        challenge, _ = _challenge(bench)

        assert _status(bench, challenge) is TransactionStatus.PENDING

    @needs("payment_confirm", "payment_retrieve")
    def test_what_was_answered_is_looked_up_as_charged(self, bench: Bench) -> None:
        """Whoever lost the answer finds the money."""
        challenge, request = _challenge(bench)
        _confirm(bench, challenge, request, bench.answer(challenge))

        assert _status(bench, challenge) is TransactionStatus.SUCCEEDED

    @needs("payment_confirm", "payment_retrieve")
    def test_what_was_canceled_is_looked_up_as_over(self, bench: Bench) -> None:
        """Pending would keep the payment open for ever; it is, where nothing ends it."""
        challenge, request = _challenge(bench)
        with pytest.raises(PaymentDeclined):
            _confirm(bench, challenge, request, {}, canceled=True)

        over = (TransactionStatus.CANCELED, TransactionStatus.FAILED)
        if not bench.ends_challenges:
            over = (TransactionStatus.PENDING, TransactionStatus.PENDING)
        assert _status(bench, challenge) in over

    @needs("payment_confirm")
    def test_a_challenge_has_an_aware_end(self, bench: Bench) -> None:
        """After it nobody waits any more; one that never ends keeps a payment open."""
        challenge, _ = _challenge(bench)

        assert challenge.expires_at is not None
        in_a_week = datetime.now(challenge.expires_at.tzinfo) + timedelta(days=7)
        assert challenge.expires_at < in_a_week

    @needs("payment_confirm")
    def test_another_operation_cannot_confirm_it(self, bench: Bench) -> None:
        """A mixed-up id must not charge another payment's card."""
        challenge, request = _challenge(bench)
        other = ask(bench, request.source, request.details)

        with pytest.raises((InvalidRequest, PaymentDeclined)):
            _confirm(bench, challenge, other, bench.answer(challenge))

        assert bench.moved() == Moved()


def _challenge(bench: Bench) -> tuple[Challenge, PaymentRequest]:
    request = ask(bench, *bench.challenged())
    challenge = bench.provider.payment_charge(request=request)
    assert type(challenge) is Challenge
    return challenge, request


def _confirm(
    bench: Bench,
    challenge: Challenge,
    request: PaymentRequest,
    answer: dict[str, str],
    *,
    canceled: bool = False,
    answered_before: bool = False,
) -> Transaction:
    result = bench.provider.payment_confirm(
        request=ConfirmRequest(
            transaction_id=challenge.transaction_id,
            kind=TransactionKind.CHARGE,
            amount=request.amount,
            reference=request.reference,
            operation_id=request.operation_id,
            idempotency_key=request.idempotency_key,
            answer=answer,
            canceled=canceled,
            answered_before=answered_before,
        )
    )
    assert type(result) is Transaction
    return result


def _status(bench: Bench, challenge: Challenge) -> TransactionStatus:
    found = bench.provider.payment_retrieve(
        request=RetrieveRequest(transaction_id=challenge.transaction_id)
    ).transaction
    assert found is not None
    status: TransactionStatus = found.status
    return status
