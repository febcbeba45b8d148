"""What a shopper may be shown, from every mixture of operations that matters."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from payment_hooks import Mode, Money, OperationKind, OperationState, Payment
from payment_hooks.ledger.intents import new_operation
from payment_hooks.ledger.outcomes import Outcome, outcome_of
from payment_hooks.ledger.state import is_worth_a_look

NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
PAYMENT = Payment(
    payment_id="p1",
    provider="fake",
    merchant_id="M1",
    reference="100123",
    mode=Mode.HOSTED,
    amount_due=Money(2599, "USD"),
    created_at=NOW,
)


def row(kind, state="succeeded", **changes):
    operation = new_operation(
        PAYMENT,
        OperationKind(kind),
        PAYMENT.amount_due,
        installation_id="here",
        now=NOW,
    )
    return replace(operation, state=OperationState(state), **changes)


HELD = row("authorize", transaction_id="T1")
TAKEN = row("charge", transaction_id="T1")
ODD = row("hosted_page", transaction_id="T2", flag="amount_differs")


@pytest.mark.parametrize(
    ("operations", "outcome"),
    [
        ([], Outcome.NOT_PAID),
        ([row("charge", "declined")], Outcome.NOT_PAID),
        ([row("charge", "failed")], Outcome.NOT_PAID),
        ([row("charge", "pending")], Outcome.CHECKING),
        ([row("charge", "sending")], Outcome.CHECKING),
        ([row("authorize", "unknown")], Outcome.CHECKING),
        ([row("hosted_page", "waiting")], Outcome.CHECKING),
        ([TAKEN], Outcome.PAID),
        ([HELD], Outcome.PAID),
        ([row("charge", "declined"), TAKEN], Outcome.PAID),
        ([TAKEN, row("refund", "unknown", parent_id="T1")], Outcome.PAID),
        ([TAKEN, row("refund", parent_id="T1")], Outcome.REVERSED),
        (
            [TAKEN, row("refund", parent_id="T1", moved=Money(1, "USD"))],
            Outcome.PAID,
        ),
        ([HELD, row("void", parent_id="T1")], Outcome.REVERSED),
        ([ODD], Outcome.CHECKING),
        ([TAKEN, ODD], Outcome.PAID),
        ([ODD, row("refund", parent_id="T2")], Outcome.NOT_PAID),
        ([ODD, row("refund", "unknown", parent_id="T2")], Outcome.CHECKING),
        ([ODD, row("refund", "declined", parent_id="T2")], Outcome.CHECKING),
        ([ODD, row("refund", parent_id="T9")], Outcome.CHECKING),
    ],
)
def test_not_paid_is_said_only_when_no_money_is_anywhere(operations, outcome):
    assert outcome_of(operations) is outcome


@pytest.mark.parametrize(
    ("operations", "outcome"),
    [
        ([row("hosted_page", "waiting")], Outcome.NOT_PAID),
        ([row("hosted_page", "waiting"), row("charge", "unknown")], Outcome.CHECKING),
        ([row("hosted_page", "waiting"), ODD], Outcome.CHECKING),
        ([row("hosted_page", "waiting"), TAKEN], Outcome.PAID),
    ],
)
def test_who_shopper_canceled_is_believed_about_the_page_alone(operations, outcome):
    assert outcome_of(operations, shopper_canceled=True) is outcome


SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("operation", "is_worth"),
    [
        (row("charge", "unknown", updated_at=NOW - 2 * SECOND), False),
        (row("charge", "unknown", updated_at=NOW - 3 * SECOND), True),
        (row("charge", "unknown", updated_at=NOW, lease_until=NOW + SECOND), False),
        (
            row(
                "charge",
                "sending",
                updated_at=NOW - 90 * SECOND,
                lease_until=NOW - SECOND,
            ),
            True,
        ),
        (row("charge", notified=True, due=None), False),
        (row("charge", notified=False, due=NOW), True),
        (row("charge", notified=False, due=NOW + SECOND), False),
    ],
)
def test_a_look_is_worth_it_where_no_one_has_just_looked(operation, is_worth):
    assert is_worth_a_look([operation], NOW) is is_worth


def test_nothing_to_look_at_is_not_worth_a_look():
    assert is_worth_a_look([], NOW) is False


def test_a_look_at_one_page_is_a_look_at_the_payment():
    old = row("hosted_page", "waiting", updated_at=NOW - 90 * SECOND)
    fresh = row("hosted_page", "waiting", updated_at=NOW - SECOND)

    assert is_worth_a_look([old, fresh], NOW) is False
    assert is_worth_a_look([old], NOW) is True
