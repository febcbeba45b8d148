"""The same attacks over HTTP, against Clover as the simulator plays it."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest

from payment_hooks import (
    ConfirmRequest,
    OutcomeUnknown,
    PaymentDeclined,
    PaymentError,
    PaymentSource,
    TransactionKind,
)
from payment_hooks.ledger import Outcome
from payment_hooks.recovery import Reconciliation, Recovery
from tests.contract.test_authentication import (  # noqa: F401 - fixtures
    DETAILS,
    DUE,
    FINALIZE,
    FRICTIONLESS_CARD,
    Killed,
    answer,
    ask,
    card,
    challenge,
    clock,
    payment,
    payments,
    provider,
    shop,
    taken,
)


def other_card(simulator):
    return PaymentSource(token=simulator.token(FRICTIONLESS_CARD))


def can_pay(payments, payment, simulator):
    try:
        payments.charge(payment.payment_id, other_card(simulator), details=DETAILS)
    except PaymentError:
        return False
    return True


def test_what_clover_takes_after_all_is_found_by_reconciliation(
    payments, payment, challenge, clover_simulator, provider
):
    """Word for word what docs/reference/hooks/payment_confirm.md promises."""
    given = answer(clover_simulator, challenge)
    with pytest.raises(PaymentDeclined):
        payments.confirm(payment.payment_id, canceled=True)
    payments.charge(payment.payment_id, other_card(clover_simulator), details=DETAILS)
    row = payments.operations(payment.payment_id)[0]
    provider.payment_confirm(  # a stray process, another installation, or Clover itself
        ConfirmRequest(
            transaction_id=challenge.transaction_id,
            kind=TransactionKind.CHARGE,
            amount=DUE,
            reference="100123",
            operation_id=row.operation_id,
            idempotency_key=row.intent.idempotency_key,
            answer=given,
        )
    )
    assert taken(clover_simulator) == [2599, 2599]

    now = datetime.now(UTC)
    report = Reconciliation(payments).run(
        now - timedelta(hours=1), now + timedelta(hours=1), repair=True
    )

    assert report.findings


def test_a_charge_killed_before_its_challenge_was_known_frees_the_order_some_day(
    payments, payment, card, clover_simulator, shop, clock
):
    shop.killed_in = "charge"
    with suppress(Killed):
        payments.charge(payment.payment_id, card, details=DETAILS)
    for days in range(1, 31):
        clock.ahead = timedelta(days=days)
        Recovery(payments).run()

    assert can_pay(payments, payment, clover_simulator), "the card token is long gone"


def test_an_answer_that_never_arrived_frees_the_order_or_is_reported(
    payments, payment, challenge, clover_simulator, clock
):
    clover_simulator.fail("POST", FINALIZE, "reset_before")
    with suppress(OutcomeUnknown):
        payments.confirm(payment.payment_id, answer(clover_simulator, challenge))
    for days in range(1, 31):
        clock.ahead = timedelta(days=days)
        report = Recovery(payments).run()

    is_free = can_pay(payments, payment, clover_simulator)
    assert is_free or not report.is_clean


def test_clocks_within_the_policy_leave_the_shopper_time(
    payments, payment, card, clock, clover_simulator
):
    """`Policy.clock_skew` allows for a quarter of an hour; the challenge lasts as long."""
    clock.ahead = timedelta(minutes=14, seconds=50)
    ask(payments, payment, card)
    clock.ahead += timedelta(minutes=1)
    Recovery(payments).run()

    assert payments.outcome(payment.payment_id) is Outcome.ACTION_REQUIRED
