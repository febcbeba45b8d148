"""Money that does not fit and was refunded in part is still here in part."""

from dataclasses import replace
from datetime import timedelta

import pytest

from payment_hooks import (
    Mode,
    Money,
    OutcomeUnknown,
    TransactionKind,
    WrongState,
)
from payment_hooks.ledger.outcomes import Outcome, outcome_of
from payment_hooks.recovery.reconciliation import Reconciliation

DUE = Money(2599, "USD")
TOO_MUCH = Money(9999, "USD")
FLAG = "amount_differs"


@pytest.fixture
def misfit(payments, provider):
    """99.99 came on a page for 25.99."""
    payment_id = payments.open("100123", mode=Mode.HOSTED).payment_id
    page = payments.start_checkout(payment_id)
    paid = provider.pay_session(TOO_MUCH)
    payments.resolve(
        payment_id, transaction_id=paid.transaction_id, session_id=page.session_id
    )
    return payment_id, paid


@pytest.fixture
def refund_part(payments, provider, clock, misfit):
    def give(cents):
        _, paid = misfit
        provider._add(
            TransactionKind.REFUND,
            Money(cents, "USD"),
            parent_id=paid.transaction_id,
        )
        now = clock()
        Reconciliation(payments).run(
            now - timedelta(days=1), now + timedelta(hours=1), repair=True
        )

    return give


def test_nothing_more_is_asked_for_while_a_part_of_it_is_here(
    payments, misfit, refund_part
):
    payment_id, _ = misfit
    refund_part(100)

    with pytest.raises(OutcomeUnknown, match=r"98\.99 USD"):
        payments.start_checkout(payment_id)
    with pytest.raises(WrongState, match="still held"):
        payments.unflag(payment_id, FLAG)
    assert outcome_of(payments.operations(payment_id)) is Outcome.CHECKING


@pytest.mark.parametrize("parts", [[9999], [100, 9899], [3333, 3333, 3333]])
def test_all_of_it_refunded_opens_the_payment_again(
    payments, misfit, refund_part, parts
):
    payment_id, _ = misfit
    for cents in parts:
        refund_part(cents)

    payments.unflag(payment_id, FLAG)

    assert payments.start_checkout(payment_id).url
    assert outcome_of(payments.operations(payment_id), shopper_canceled=True) is (
        Outcome.NOT_PAID
    )


def test_a_tip_that_no_one_asked_for_is_part_of_what_is_here(payments, provider, clock):
    payment_id = payments.open("100123", mode=Mode.HOSTED).payment_id
    page = payments.start_checkout(payment_id)
    paid = provider.pay_session(DUE)
    tip = Money(500, "USD")

    provider.ledger[paid.transaction_id] = replace(paid, tip=tip)
    payments.resolve(
        payment_id, transaction_id=paid.transaction_id, session_id=page.session_id
    )
    provider._add(TransactionKind.REFUND, DUE, parent_id=paid.transaction_id)
    now = clock()
    Reconciliation(payments).run(
        now - timedelta(days=1), now + timedelta(hours=1), repair=True
    )

    with pytest.raises(OutcomeUnknown, match=r"5\.00 USD"):
        payments.start_checkout(payment_id)


def test_a_refund_in_another_currency_says_nothing_of_what_is_left(
    payments, provider, clock
):
    payment_id = payments.open("100123", mode=Mode.HOSTED).payment_id
    page = payments.start_checkout(payment_id)
    paid = provider.pay_session(Money(2599, "CAD"))
    payments.resolve(
        payment_id, transaction_id=paid.transaction_id, session_id=page.session_id
    )
    provider._add(TransactionKind.REFUND, DUE, parent_id=paid.transaction_id)
    now = clock()
    Reconciliation(payments).run(
        now - timedelta(days=1), now + timedelta(hours=1), repair=True
    )

    with pytest.raises(OutcomeUnknown, match=r"25\.99 CAD"):
        payments.start_checkout(payment_id)
