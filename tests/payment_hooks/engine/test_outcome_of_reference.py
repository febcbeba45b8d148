"""What a shop may offer for a reference, whatever payments there are of it."""

import pytest

from payment_hooks import (
    Mode,
    Money,
    Outcome,
    OutcomeUnknown,
    Payments,
    PaymentSource,
)
from payment_hooks.testing import FakeProvider

CARD = PaymentSource(token="tok-1")
DUE = Money.of("25.99", "USD")


@pytest.fixture
def at_the_page(payments):
    """A payment whose page at the provider is open."""
    payment = payments.open("100123", mode=Mode.HOSTED)
    return payment, payments.start_checkout(payment.payment_id)


def test_nothing_is_paid_where_there_is_no_payment(payments):
    assert payments.outcome_for("100123") is Outcome.NOT_PAID


def test_an_open_page_counts_unless_the_shopper_canceled(payments, at_the_page):
    payment, _ = at_the_page

    assert payments.outcome(payment.payment_id) is Outcome.CHECKING
    assert payments.outcome_for("100123") is Outcome.CHECKING
    canceled = payments.outcome(payment.payment_id, shopper_canceled=True)
    assert canceled is Outcome.NOT_PAID
    canceled = payments.outcome_for("100123", shopper_canceled=True)
    assert canceled is Outcome.NOT_PAID


def test_money_in_an_earlier_payment_counts(payments, provider, at_the_page):
    earlier, page = at_the_page
    latest = payments.open("100123", mode=Mode.IFRAME)
    assert latest.payment_id != earlier.payment_id

    paid = provider.pay_session(DUE, page.session_id)
    payments.resolve(earlier.payment_id, transaction_id=paid.transaction_id)

    assert payments.outcome(latest.payment_id) is Outcome.NOT_PAID
    assert payments.outcome_for("100123").may_hold_money


def test_an_unknown_outcome_counts_though_the_shopper_canceled(payments, provider):
    payment = payments.open("100123", mode=Mode.IFRAME)
    provider.fail("payment_charge", OutcomeUnknown("reset"), after=True)
    provider.fail("payment_retry", OutcomeUnknown("reset"))
    with pytest.raises(OutcomeUnknown):
        payments.charge(payment.payment_id, CARD)

    canceled = payments.outcome_for("100123", shopper_canceled=True)
    assert canceled is Outcome.CHECKING


def test_without_money_the_latest_payment_decides(payments):
    refunded = payments.open("100123", mode=Mode.IFRAME)
    payments.charge(refunded.payment_id, CARD)
    payments.refund(refunded.payment_id, intent_id="form-1")
    assert payments.outcome_for("100123") is Outcome.REVERSED

    payments.open("100123", mode=Mode.IFRAME, again=True)

    assert payments.outcome_for("100123") is Outcome.NOT_PAID


def test_another_merchants_payment_of_that_name_does_not_count(payments):
    other = Payments.using(FakeProvider(merchant_id="ANOTHER"), ledger=payments.ledger)
    payment = other.open("100123", mode=Mode.IFRAME, amount_due=DUE)
    other.charge(payment.payment_id, CARD)

    assert other.outcome_for("100123") is Outcome.PAID
    assert payments.outcome_for("100123") is Outcome.NOT_PAID
