"""Two ledgers at one merchant, with orders of the same numbers."""

from dataclasses import replace
from datetime import timedelta

import pytest

from payment_hooks import Mode, Money, PaymentSource, PaymentState, TransactionKind
from payment_hooks.ledger.intents import is_of_another_installation
from payment_hooks.recovery import FindingKind
from payment_hooks.recovery.reconciliation import Reconciliation

CARD, DUE = PaymentSource(token="tok-good"), Money(2599, "USD")


@pytest.fixture
def order(payments):
    return payments.open("100123", mode=Mode.IFRAME).payment_id


@pytest.fixture
def reconcile(payments, clock):
    def run():
        now = clock()
        return Reconciliation(payments).run(
            now - timedelta(days=1), now + timedelta(hours=1), repair=True
        )

    return run


def sell(provider, operation_id):
    """A charge of order 100123 that carries this operation's id."""
    row = provider._add(TransactionKind.CHARGE, DUE, operation_id=operation_id)
    named = replace(row, reference="100123")
    provider.ledger[row.transaction_id] = named
    return named


def test_what_another_installation_sold_keeps_no_order_waiting(
    payments, provider, order, reconcile
):
    other = sell(provider, "of-another-installation")

    report = reconcile()

    assert [
        (row.flag, row.transaction_id, row.payment_id) for row in report.findings
    ] == [("unknown_charge", other.transaction_id, "")]
    assert payments.operations(order) == ()
    payments.charge(order, CARD)
    assert payments.get(order).state is PaymentState.PAID


def test_its_refund_is_no_finding_beside_the_charge(provider, order, reconcile):
    other = sell(provider, "of-another-installation")
    provider._add(TransactionKind.REFUND, DUE, parent_id=other.transaction_id)

    findings = reconcile().of(FindingKind.FLAGGED)

    assert [row.flag for row in findings] == ["unknown_charge"]


def test_a_row_of_ours_that_was_lost_is_kept_and_flagged(
    payments, provider, order, reconcile
):
    """As after a restored backup: the installation is the same, the row is gone."""
    ours = payments.ledger.installation_id()[:8] + "0" * 24
    sell(provider, ours)

    reconcile()

    assert [row.flag for row in payments.operations(order)] == ["unknown_charge"]


def test_an_operation_says_which_installation_made_it(payments, order):
    payments.charge(order, CARD)

    [row] = payments.operations(order)
    own = payments.ledger.installation_id()
    assert not is_of_another_installation(row.operation_id, own)
    assert is_of_another_installation(row.operation_id, "f" * 32) or own[0] == "f"
    assert not is_of_another_installation("", own)
