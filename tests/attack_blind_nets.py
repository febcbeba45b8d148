"""Money of a challenged charge that reconciliation and messages pass over."""

from datetime import timedelta

import pytest

from payment_hooks import (
    EventKind,
    Money,
    OperationState,
    OutcomeUnknown,
    PaymentDeclined,
    PaymentState,
    TransactionKind,
    hookimpl,
)
from payment_hooks.recovery import Reconciliation
from tests.attack_common import *  # noqa: F403


@pytest.fixture(autouse=True)
def _signed(provider):
    provider.secret = "a secret of the tests"


def reconcile(payments, clock):
    return Reconciliation(payments).run(
        clock() - timedelta(hours=1), clock() + timedelta(hours=1), repair=True
    )


def turn_back(payments, payment):
    with pytest.raises(PaymentDeclined):
        payments.confirm(payment.payment_id, canceled=True)


def test_reconciliation_flags_money_of_an_ended_challenge(payments, provider, clock):
    """docs/reference/hooks/payment_confirm.md promises exactly this."""
    payment = begin(payments)
    challenge = ask(payments, payment)
    turn_back(payments, payment)
    payments.charge(payment.payment_id, card("good"))
    provider.pass_challenge(challenge.transaction_id)  # the provider took it after all
    assert taken(provider) == [DUE, DUE]  # the shopper paid twice

    report = reconcile(payments, clock)

    assert report.findings, "51.98 USD was taken, 25.99 is known, and nobody is told"


def test_reconciliation_flags_money_of_a_declined_payment(payments, provider, clock):
    payment = begin(payments)
    challenge = ask(payments, payment)
    turn_back(payments, payment)
    provider.pass_challenge(challenge.transaction_id)

    assert reconcile(payments, clock).findings


def test_a_message_of_money_of_an_ended_challenge_is_not_swallowed(
    payments, provider, clock
):
    payment = begin(payments)
    challenge = ask(payments, payment)
    turn_back(payments, payment)
    payments.charge(payment.payment_id, card("good"))
    provider.pass_challenge(challenge.transaction_id)

    payments.receive_webhook(provider.message(challenge.transaction_id))

    is_listed = bool(payments.match_messages())
    assert is_listed or payments.get(payment.payment_id).flags


def test_reconciliation_recovers_an_open_challenge_that_was_paid(
    payments, provider, clock
):
    payment = begin(payments)
    challenge = ask(payments, payment)
    provider.pass_challenge(challenge.transaction_id)

    report = reconcile(payments, clock)

    assert report.findings
    assert payments.get(payment.payment_id).state is PaymentState.PAID


def test_reconciliation_recovers_a_challenged_authorization(payments, provider, clock):
    """An authorization that waits, and that the provider shows captured."""
    payment = begin(payments)
    challenge = ask(payments, payment, how="authorize")
    provider.pass_challenge(challenge.transaction_id)

    reconcile(payments, clock)

    assert payments.get(payment.payment_id).state is PaymentState.AUTHORIZED


class TestWhatWaitsForTheBank:
    """The answer was taken; the bank needs time. The provider finds by id alone."""

    @pytest.fixture
    def provider(self, provider):
        class Slow(type(provider)):
            payment_find = None

            @hookimpl
            def payment_confirm(self, request):
                self._codes.pop(request.transaction_id, None)
                return self.ledger[request.transaction_id]  # PENDING

        provider.__class__ = Slow
        return provider

    def pend(self, payments, provider):
        payment = begin(payments)
        challenge = ask(payments, payment)
        with pytest.raises(OutcomeUnknown):
            payments.confirm(payment.payment_id, provider.answer(challenge))
        provider.pass_challenge(challenge.transaction_id)
        return payment, challenge

    def test_a_look_finds_the_money_under_the_id_that_is_known(
        self, payments, provider, clock
    ):
        payment, _ = self.pend(payments, provider)
        clock.advance(hours=1)
        try:
            payments.resume(payment.payment_id)
        except OutcomeUnknown:
            pass
        assert payments.get(payment.payment_id).state is PaymentState.PAID

    def test_a_message_finds_it(self, payments, provider):
        payment, challenge = self.pend(payments, provider)

        payments.receive_webhook(provider.message(challenge.transaction_id))

        assert (
            payments.get(payment.payment_id).state is PaymentState.PAID
            or payments.match_messages()
        )

    def test_reconciliation_finds_it(self, payments, provider, clock):
        payment, _ = self.pend(payments, provider)

        reconcile(payments, clock)

        assert payments.get(payment.payment_id).state is PaymentState.PAID
        assert payments.operations(payment.payment_id)[0].state is (
            OperationState.SUCCEEDED
        )


def test_the_remedy_that_recovery_names_does_something(payments, provider):
    """`resolve` with the transaction_id of the message, as a person is told to do."""
    payment = begin(payments)
    challenge = ask(payments, payment)
    turn_back(payments, payment)
    provider.pass_challenge(challenge.transaction_id)

    payments.resolve(payment.payment_id, transaction_id=challenge.transaction_id)

    assert payments.get(payment.payment_id).flags


def test_a_refund_message_beside_money_of_an_ended_challenge(payments, provider):
    """A part of it was given back in the dashboard: the rest is still there."""
    payment = begin(payments)
    challenge = ask(payments, payment)
    turn_back(payments, payment)
    paid = provider.pass_challenge(challenge.transaction_id)
    provider._add(
        TransactionKind.REFUND, Money(100, "USD"), parent_id=paid.transaction_id
    )

    payments.receive_webhook(
        provider.message(challenge.transaction_id, kind=EventKind.REFUND)
    )

    assert payments.get(payment.payment_id).flags
