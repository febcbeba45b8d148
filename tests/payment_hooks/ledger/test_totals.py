"""What a payment's operations add up to, and what that is called in Saleor's words."""

import pytest

from payment_hooks import Mode, Money, OutcomeUnknown, PaymentSource
from payment_hooks.ledger import add_up, sum_up
from payment_hooks.storefront import (
    authorize_status,
    charge_status,
    order_actions,
    payment_actions,
    payment_status,
    transaction_kind,
)

CARD, DUE = PaymentSource(token="tok-good"), Money(2599, "USD")
ZERO, TEN = Money(0, "USD"), Money(1000, "USD")


@pytest.fixture
def payment_id(payments):
    return payments.open("100123", mode=Mode.IFRAME).payment_id


@pytest.fixture
def totals(payments, payment_id):
    return lambda: add_up(payments.operations(payment_id), "USD")


@pytest.fixture
def status(payments, payment_id):
    def read():
        known = payments.operations(payment_id)
        return payment_status(payments.get(payment_id), known)

    return read


def test_nothing_is_nothing(totals, status):
    assert totals() == sum_up([], "USD")
    assert status() == "NOT_CHARGED"
    assert charge_status(DUE, totals()) == authorize_status(DUE, totals()) == "NONE"


def test_what_is_reserved_is_authorized_and_not_charged(
    payments, payment_id, totals, status
):
    payments.authorize(payment_id, CARD)

    assert (totals().authorized, totals().charged) == (DUE, ZERO)
    assert (status(), order_actions(totals())) == ("NOT_CHARGED", ("CAPTURE", "VOID"))
    assert authorize_status(DUE, totals()) == "FULL"
    actions = payment_actions(payments.operations(payment_id), payments.provider.info)
    assert actions == ("CAPTURE", "VOID")


def test_after_a_capture_of_a_part_the_rest_is_not_authorized(
    payments, payment_id, totals, status
):
    payments.authorize(payment_id, CARD)
    payments.capture(payment_id, TEN)

    assert (totals().authorized, totals().charged) == (ZERO, TEN)
    assert (status(), charge_status(DUE, totals())) == ("PARTIALLY_CHARGED", "PARTIAL")


def test_what_was_refunded_is_not_charged_any_more(
    payments, payment_id, totals, status
):
    payments.charge(payment_id, CARD)
    payments.refund(payment_id, TEN, intent_id="form-1")

    assert (totals().charged, totals().refunded) == (DUE - TEN, TEN)
    assert (status(), order_actions(totals())) == ("PARTIALLY_REFUNDED", ("REFUND",))
    assert charge_status(TEN, totals()) == "OVERCHARGED"


def test_what_is_on_its_way_back_is_pending(payments, provider, payment_id, totals):
    payments.charge(payment_id, CARD)
    provider.fail("payment_refund", OutcomeUnknown("reset"))
    with pytest.raises(OutcomeUnknown):
        payments.refund(payment_id, TEN, intent_id="form-1")

    assert (totals().charged, totals().refund_pending) == (DUE - TEN, TEN)
    last = payments.operations(payment_id)[-1]
    assert transaction_kind(last) == "REFUND_ONGOING"


def test_what_was_released_is_voided(payments, payment_id, totals, status):
    payments.authorize(payment_id, CARD)
    payments.void(payment_id)

    assert (totals().authorized, totals().voided) == (ZERO, DUE)
    assert status() == "CANCELLED"


def test_payments_add_up(payments, payment_id, totals):
    payments.charge(payment_id, CARD)

    assert sum_up([totals(), totals()], "USD").charged == DUE + DUE
