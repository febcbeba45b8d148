"""Messages, times and abilities that meet a charge which waits for the shopper."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from payment_hooks import (
    Ability,
    EventKind,
    Money,
    OperationState,
    OutcomeUnknown,
    PaymentDeclined,
    PaymentError,
    PaymentState,
    TransactionKind,
    hookimpl,
)
from payment_hooks.recovery import Recovery
from tests.attack_common import *  # noqa: F403


@pytest.fixture(autouse=True)
def _signed(provider):
    provider.secret = "a secret of the tests"


def test_a_capture_message_of_a_challenged_authorization_resolves_it(
    payments, provider
):
    """Captured in the provider's dashboard before the shop heard of the answer."""
    payment = begin(payments)
    challenge = ask(payments, payment, how="authorize")
    held = provider.pass_challenge(challenge.transaction_id)
    provider.ledger[held.transaction_id] = replace(
        held, kind=TransactionKind.CHARGE, captured=DUE
    )

    payments.receive_webhook(
        provider.message(challenge.transaction_id, kind=EventKind.CAPTURE)
    )

    assert payments.get(payment.payment_id).state is PaymentState.PAID
    rows = payments.operations(payment.payment_id)
    assert [row.state for row in rows] == [OperationState.SUCCEEDED] * len(rows)
    payments.refund(payment.payment_id, intent_id="1")  # it can be given back


def test_a_partial_capture_message_of_a_challenged_authorization(payments, provider):
    payment = begin(payments)
    challenge = ask(payments, payment, how="authorize")
    held = provider.pass_challenge(challenge.transaction_id)
    part = Money(1000, "USD")
    provider.ledger[held.transaction_id] = replace(
        held, kind=TransactionKind.CHARGE, captured=part, amount=part
    )
    payments.receive_webhook(
        provider.message(challenge.transaction_id, kind=EventKind.CAPTURE)
    )
    try:
        payments.resolve(payment.payment_id)
    except PaymentError:
        pass

    assert payments.get(payment.payment_id).state is PaymentState.PAID
    assert payments.refundable(payment.payment_id) == part
    payments.refund(payment.payment_id, intent_id="1")


def test_recovery_looks_before_a_long_challenge_ends(
    payments, provider, registry, clock
):
    """The shopper answered and left; no message comes; the bank gives three days."""

    class Patient:
        @hookimpl(wrapper=True)
        def payment_charge(self, request):
            answer = yield
            return replace(answer, expires_at=clock() + timedelta(days=3))

    registry.register(Patient())
    payment = begin(payments)
    challenge = ask(payments, payment)
    provider.pass_challenge(challenge.transaction_id)
    clock.advance(hours=2)

    Recovery(payments).run()

    assert payments.get(payment.payment_id).state is PaymentState.PAID


def test_a_release_of_another_charge_is_no_refund_of_this_one(
    payments, provider, registry
):
    """`several_refunds`: "Refund a charge more than once". This charge never was."""
    provider.abilities -= {Ability.SEVERAL_REFUNDS}

    class PartOnce:
        is_done = False

        @hookimpl(wrapper=True)
        def payment_charge(self, request):
            answer = yield
            is_first, self.is_done = not self.is_done, True
            return replace(answer, partial_approval=is_first)

    registry.register(PartOnce())
    payment = begin(payments)
    with pytest.raises(PaymentDeclined):
        payments.charge(payment.payment_id, card("good-1"))
    payments.charge(payment.payment_id, card("good-2"))

    assert payments.refund(payment.payment_id, intent_id="1").moved == DUE


def test_a_challenge_that_no_store_can_keep_is_found_at_the_hook(
    make_payments, provider, registry, clock, tmp_path
):
    """In memory it works; in a database the order hangs, and the shopper sees a 500."""
    from sqlalchemy import create_engine

    from clover_sqlalchemy import SqlAlchemyLedger, create_tables

    class Odd:
        @hookimpl(wrapper=True)
        def payment_charge(self, request):
            answer = yield
            if hasattr(answer, "data"):
                return replace(answer, data={**answer.data, "amount": Decimal("25.99")})
            return answer

    registry.register(Odd())
    engine = create_engine(f"sqlite:///{tmp_path}/ledger.db")
    create_tables(engine)
    ledger = SqlAlchemyLedger(engine)
    try:
        payments = make_payments(ledger)
        payment = begin(payments)
        with pytest.raises(PaymentError):
            payments.charge(payment.payment_id, card())
        clock.advance(days=2)
        try:
            payments.resume(payment.payment_id)
        except OutcomeUnknown:
            pass
        assert payments.charge(payment.payment_id, card("good")).moved == DUE
    finally:
        ledger.close()
        engine.dispose()
