"""Checks of authorizations and charges that are approved or declined."""

import pytest

from payment_hooks.model.errors import PaymentDeclined
from payment_hooks.model.kinds import DeclineCode, TransactionKind, TransactionStatus
from payment_hooks.model.money import Money
from payment_hooks.testing.provider_checks.bench import (
    DUE,
    Bench,
    Moved,
    ask,
    authorize,
    charge,
    info_of,
    needs,
)


class TakingChecks:
    """What a provider answers to `payment_authorize` and `payment_charge`."""

    @needs("payment_charge")
    def test_a_charge_takes_the_amount_once(self, bench: Bench) -> None:
        """By the provider's own records."""
        charge(bench)

        assert bench.moved() == Moved(payments=1, taken=DUE)

    @needs("payment_charge")
    def test_a_charge_is_answered_with_kind_amount_and_status(
        self, bench: Bench
    ) -> None:
        """In the currency that was asked."""
        taken = charge(bench)

        assert taken.kind is TransactionKind.CHARGE
        assert taken.status is TransactionStatus.SUCCEEDED
        assert taken.amount == taken.captured == Money(DUE, bench.currency)

    @needs("payment_charge")
    def test_a_charge_says_whose_and_which_it_is(self, bench: Bench) -> None:
        """The merchant, an id, and our operation."""
        request = ask(bench)

        taken = charge(bench, request)

        assert taken.transaction_id
        assert taken.merchant_id == info_of(bench).merchant_id
        assert taken.operation_id == request.operation_id

    @needs("payment_charge")
    def test_a_charge_has_an_aware_time(self, bench: Bench) -> None:
        """A time without a zone is off by hours somewhere."""
        created_at = charge(bench).created_at

        assert created_at is not None
        assert created_at.tzinfo is not None

    @needs("payment_charge")
    def test_a_declined_charge_is_raised_and_takes_nothing(self, bench: Bench) -> None:
        """With a reason in our words."""
        with pytest.raises(PaymentDeclined) as caught:
            charge(bench, ask(bench, bench.declined()))

        assert isinstance(caught.value.decline_code, DeclineCode)
        assert bench.moved() == Moved()

    @needs("payment_charge")
    def test_the_same_key_charges_once(self, bench: Bench) -> None:
        """And is answered with the same transaction."""
        request = ask(bench)

        first, second = charge(bench, request), charge(bench, request)

        assert first.transaction_id == second.transaction_id
        assert bench.moved() == Moved(payments=1, taken=DUE)

    @needs("payment_charge")
    def test_another_key_charges_again(self, bench: Bench) -> None:
        """Two orders of one price are two payments."""
        first, second = charge(bench), charge(bench)

        assert first.transaction_id != second.transaction_id
        assert bench.moved() == Moved(payments=2, taken=2 * DUE)

    @needs("payment_authorize")
    def test_an_authorization_takes_nothing(self, bench: Bench) -> None:
        """It reserves, and says so."""
        authorized = authorize(bench)

        assert authorized.kind is TransactionKind.AUTHORIZATION
        assert authorized.amount == Money(DUE, bench.currency)
        assert bench.moved() == Moved(payments=1)

    @needs("payment_authorize")
    def test_the_same_key_authorizes_once(self, bench: Bench) -> None:
        """And is answered with the same transaction."""
        request = ask(bench)

        first, second = authorize(bench, request), authorize(bench, request)

        assert first.transaction_id == second.transaction_id
        assert bench.moved() == Moved(payments=1)

    @needs("payment_authorize")
    def test_a_declined_authorization_is_raised(self, bench: Bench) -> None:
        """With nothing reserved."""
        with pytest.raises(PaymentDeclined):
            authorize(bench, ask(bench, bench.declined()))

        assert bench.moved() == Moved()
