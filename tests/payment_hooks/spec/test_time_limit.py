"""A limit on all that a caller waits for."""

import math

from payment_hooks import Mode, OutcomeUnknown, PaymentSource
from payment_hooks.ledger.intents import new_operation
from payment_hooks.model.records import OperationKind
from payment_hooks.spec.time_limit import seconds_left, time_limit
from payment_hooks.storefront import pay
from tests.patience import ends_in_time


def test_without_a_limit_there_is_no_end():
    assert seconds_left() == math.inf


def test_the_tighter_limit_holds_and_ends_with_its_block():
    with time_limit(500):
        with time_limit(6000):
            assert 400 < seconds_left() <= 500
        with time_limit(100):
            assert seconds_left() <= 100
        assert seconds_left() > 400
    with time_limit(-1):
        assert seconds_left() == 0


def test_a_second_submit_waits_for_the_first_no_longer_than_that(payments):
    payment = payments.open("100123", mode=Mode.IFRAME)
    source = PaymentSource(token="tok-good")
    elsewhere = new_operation(
        payment,
        OperationKind.CHARGE,
        payment.amount_due,
        installation_id="elsewhere",
        now=payments.now(),
    )
    payments.ledger.add_operation(payments.store.lease(elsewhere))

    def submit(seconds):
        with time_limit(seconds):
            progress = pay(payments, payment, source)
        assert isinstance(progress.refusal, OutcomeUnknown)

    ends_in_time(submit)
