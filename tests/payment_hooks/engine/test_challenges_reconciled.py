"""What the provider lists of charges that waited for the shopper: 3-D Secure."""

from dataclasses import replace
from datetime import timedelta

import pytest

from payment_hooks import (
    ActionRequired,
    Flag,
    Mode,
    PaymentDeclined,
    PaymentSource,
    PaymentState,
    TransactionStatus,
)
from payment_hooks.recovery import FindingKind, Reconciliation


@pytest.fixture
def payment(payments):
    return payments.open("100123", mode=Mode.IFRAME)


@pytest.fixture
def challenge(payments, payment):
    """The challenge of a card that was charged."""
    with pytest.raises(ActionRequired) as caught:
        payments.charge(payment.payment_id, PaymentSource(token="challenge-1"))
    return caught.value.next_action


def reconcile(payments, *, repair=True):
    day = timedelta(days=1)
    now = payments.now()
    return Reconciliation(payments).run(now - day, now + day, repair=repair).findings


@pytest.mark.parametrize("repair", [True, False])
def test_money_that_came_while_the_challenge_waits_is_recovered(
    payments, payment, provider, challenge, repair
):
    """Histories 20313 and 22440."""
    provider.pass_challenge(challenge.transaction_id)

    findings = reconcile(payments, repair=repair)

    assert [row.kind for row in findings] == [FindingKind.RECOVERED]
    state = payments.get(payment.payment_id).state
    assert state is (PaymentState.PAID if repair else PaymentState.OPEN)


def test_money_that_comes_after_the_decline_is_flagged(
    payments, payment, provider, challenge
):
    """As in history 20313, where the card is given up and its money comes after all."""
    decline_and_take(payments, payment, provider, challenge)

    findings = reconcile(payments)

    assert [row.flag for row in findings] == [Flag.LATE_SUCCESS]
    assert payments.get(payment.payment_id).flags == (Flag.LATE_SUCCESS,)


def test_a_message_of_money_after_the_decline_flags_it(
    payments, payment, provider, challenge
):
    """The same, where a message or the shopper's return names the transaction."""
    decline_and_take(payments, payment, provider, challenge)

    payments.resolve(payment.payment_id, transaction_id=challenge.transaction_id)

    assert payments.get(payment.payment_id).flags == (Flag.LATE_SUCCESS,)


def decline_and_take(payments, payment, provider, challenge):
    """A bank that takes the money which the shop was told would not be taken."""
    with pytest.raises(PaymentDeclined):
        payments.confirm(payment.payment_id, canceled=True)
    row = provider.ledger[challenge.transaction_id]
    taken = replace(row, status=TransactionStatus.SUCCEEDED)
    provider.ledger[challenge.transaction_id] = taken
