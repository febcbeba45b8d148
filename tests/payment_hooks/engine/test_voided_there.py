"""A payment that was voided in the provider's dashboard while ours is under way."""

from dataclasses import replace
from datetime import timedelta

import pytest

from payment_hooks import (
    Mode,
    Money,
    OperationKind,
    OutcomeUnknown,
    PaymentSource,
    PaymentState,
    TransactionKind,
    TransactionStatus,
)
from payment_hooks.recovery.reconciliation import Reconciliation

CARD, DUE = PaymentSource(token="tok-good"), Money(2599, "USD")


@pytest.fixture
def paid(payments):
    payment_id = payments.open("100123", mode=Mode.IFRAME).payment_id
    payments.charge(payment_id, CARD)
    return payment_id


@pytest.fixture
def reconcile(payments, clock):
    def run():
        now = clock()
        return Reconciliation(payments).run(
            now - timedelta(days=1), now + timedelta(hours=1), repair=True
        )

    return run


def test_a_void_is_recorded_once_no_refund_of_ours_has_an_unknown_outcome(
    payments, provider, clock, paid, reconcile
):
    provider.fail("payment_refund", OutcomeUnknown("lost"))
    with pytest.raises(OutcomeUnknown):
        payments.refund(paid, Money(1300, "USD"), intent_id="form")
    charge = payments.operations(paid)[0].transaction_id
    voided = replace(provider.ledger[charge], status=TransactionStatus.VOIDED)
    provider.ledger[charge] = voided

    during = reconcile()
    clock.advance(hours=1)
    payments.resolve(paid)
    reconcile()

    assert [row.flag for row in during.findings] == ["refund_outcome_unknown"]
    assert payments.get(paid).state is PaymentState.REFUNDED
    assert payments.operations(paid)[-1].moved == DUE


def test_a_void_beside_a_capture_that_is_refused_is_a_void(
    payments, provider, clock, reconcile
):
    payment_id = payments.open("100124", mode=Mode.IFRAME).payment_id
    payments.authorize(payment_id, CARD)
    provider.fail("payment_capture", OutcomeUnknown("lost"))
    with pytest.raises(OutcomeUnknown):
        payments.capture(payment_id)
    authorized = payments.operations(payment_id)[0].transaction_id
    voided = replace(provider.ledger[authorized], status=TransactionStatus.VOIDED)
    provider.ledger[authorized] = voided

    during = reconcile()
    clock.advance(hours=1)
    payments.resolve(payment_id)
    reconcile()

    assert [row.flag for row in during.findings] == ["refund_outcome_unknown"]
    assert payments.get(payment_id).state is PaymentState.VOIDED


def test_a_void_that_two_rows_name_is_recorded_once(payments, provider):
    """The authorization reads as voided, and its release is a row of its own."""
    payment_id = payments.open("100124", mode=Mode.IFRAME).payment_id
    authorized = payments.authorize(payment_id, CARD).transaction_id
    release = provider._add(TransactionKind.VOID, DUE, parent_id=authorized)
    itself = replace(release, transaction_id=authorized)

    for row in (itself, release):
        payments.resolver.adopt(payments.get(payment_id), OperationKind.VOID, row)

    kinds = [row.kind for row in payments.operations(payment_id)]
    assert kinds == [OperationKind.AUTHORIZE, OperationKind.VOID]
