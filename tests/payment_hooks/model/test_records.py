"""What the records say of themselves."""

from datetime import UTC, datetime

import pytest

from payment_hooks import (
    REVERSED,
    Intent,
    Mode,
    Money,
    Operation,
    OperationKind,
    Payment,
    PaymentState,
)


@pytest.mark.parametrize(
    ("state", "is_paid"),
    [
        (PaymentState.OPEN, False),
        (PaymentState.AUTHORIZED, False),
        (PaymentState.PAID, True),
        (PaymentState.PARTLY_REFUNDED, True),
        (PaymentState.REFUNDED, False),
        (PaymentState.VOIDED, False),
        (PaymentState.CLOSED, False),
    ],
)
def test_a_payment_is_paid_from_its_capture_until_all_of_it_is_refunded(state, is_paid):
    payment = Payment(
        payment_id="p1",
        provider="fake",
        merchant_id="M1",
        reference="100123",
        mode=Mode.IFRAME,
        amount_due=Money(2599, "USD"),
        state=state,
        created_at=datetime.now(UTC),
    )

    assert payment.is_paid is is_paid


@pytest.mark.parametrize(
    ("moved", "effective"),
    [(None, 2599), (Money(1000, "USD"), 1000), (Money(0, "USD"), 0)],
)
def test_an_operations_amount_is_what_it_moved_or_what_was_asked(moved, effective):
    operation = Operation(
        operation_id="o1",
        payment_id="p1",
        kind=OperationKind.CHARGE,
        amount=Money(2599, "USD"),
        intent=Intent(fingerprint="f", idempotency_key="k", slot="s"),
        moved=moved,
        created_at=datetime.now(UTC),
        updated_at=datetime.now(UTC),
    )

    assert operation.effective_amount == Money(effective, "USD")


def test_money_is_here_from_its_authorization_until_all_of_it_is_back():
    here = {state for state in PaymentState if state.holds_money}

    assert here == {"authorized", "paid", "partly_refunded"}
    assert not here & REVERSED
