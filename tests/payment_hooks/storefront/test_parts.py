"""A purchase paid in parts: what of it is here, and which part is paid next."""

from collections import Counter

import pytest

from payment_hooks import (
    KeyConflict,
    Mode,
    Money,
    OutcomeUnknown,
    PaymentSource,
    ProviderUnavailable,
)
from payment_hooks.storefront.parts import find_parts, money_of_parts, next_part

CARD = PaymentSource(token="tok-good")
REFERENCE = "checkout-1"


@pytest.fixture
def pay(payments):
    """One part of that many cents, with the reference that is next."""

    def run(cents, *, kind="charge"):
        name = next_part(REFERENCE, find_parts(payments, REFERENCE))
        due = Money(cents, "USD")
        payment = payments.open(name, mode=Mode.IFRAME, amount_due=due, again=True)
        getattr(payments, kind)(payment.payment_id, CARD)
        return payment.payment_id

    return run


def here(payments):
    return money_of_parts(find_parts(payments, REFERENCE), "USD").minor_units


def coming(payments):
    return next_part(REFERENCE, find_parts(payments, REFERENCE))


def test_without_a_payment_the_first_part_is_next(payments):
    assert (coming(payments), here(payments)) == (REFERENCE, 0)


def test_each_part_has_a_reference_of_its_own(payments, pay):
    pay(1000)
    pay(1599)

    assert (coming(payments), here(payments)) == (f"{REFERENCE}/3", 2599)


def test_a_part_that_was_refunded_is_paid_again(payments, pay):
    first = pay(1000)
    pay(1599)
    payments.refund(first, intent_id="form-1")

    assert (coming(payments), here(payments)) == (REFERENCE, 1599)


def test_what_was_refunded_in_part_is_here_in_part(payments, pay):
    payments.refund(pay(1000), Money(300, "USD"), intent_id="form-1")

    assert (coming(payments), here(payments)) == (f"{REFERENCE}/2", 700)


@pytest.mark.parametrize(
    ("captured", "left"), [(None, 2599), (1000, 1000)], ids=["reserved", "captured"]
)
def test_what_is_reserved_is_here_and_what_a_capture_leaves_is_not(
    payments, pay, captured, left
):
    payment_id = pay(2599, kind="authorize")
    if captured:
        payments.capture(payment_id, Money(captured, "USD"))

    assert here(payments) == left


def test_what_was_captured_and_refunded_is_not_here(payments, pay):
    payment_id = pay(2599, kind="authorize")
    payments.capture(payment_id, Money(1000, "USD"))
    payments.refund(payment_id, intent_id="form-1")

    assert (coming(payments), here(payments)) == (REFERENCE, 0)


def test_what_was_released_is_not_here(payments, pay):
    payments.void(pay(2599, kind="authorize"))

    assert (coming(payments), here(payments)) == (REFERENCE, 0)


def test_a_part_of_unknown_outcome_blocks_the_rest(payments, provider, pay):
    provider.fail("payment_charge", OutcomeUnknown("reset"), after=True)
    provider.fail("payment_retry", ProviderUnavailable("no answer"))
    provider.fail("payment_find", ProviderUnavailable("no answer"))
    with pytest.raises(OutcomeUnknown):
        pay(1000)

    with pytest.raises(OutcomeUnknown, match="being made already"):
        coming(payments)


def test_a_page_that_waits_does_not(payments):
    payment = payments.open(REFERENCE, mode=Mode.HOSTED)
    payments.start_checkout(payment.payment_id)

    assert coming(payments) == REFERENCE


def test_money_that_does_not_fit_blocks_every_part(payments, provider):
    payment_id = payments.open(REFERENCE, mode=Mode.HOSTED).payment_id
    page = payments.start_checkout(payment_id)
    paid = provider.pay_session(Money(500, "USD"))
    payments.resolve(
        payment_id, transaction_id=paid.transaction_id, session_id=page.session_id
    )

    assert here(payments) == 500
    with pytest.raises(OutcomeUnknown, match="a person must look"):
        coming(payments)


def test_a_key_that_was_used_elsewhere_does_as_well(payments, pay):
    payments.flag(pay(1000), "key_conflict")

    with pytest.raises(KeyConflict):
        coming(payments)


def test_a_reference_is_read_once_however_many_payments_it_has(payments, monkeypatch):
    for _ in range(3):
        payment = payments.open(REFERENCE, mode=Mode.IFRAME, again=True)
        payments.charge(payment.payment_id, CARD)
        payments.refund(payment.payment_id, intent_id="form-1")
    asked = Counter()
    for name in ("find_related", "find_payments", "operations", "get_payment"):
        count_calls_of(payments.ledger, name, asked, monkeypatch)

    parts = find_parts(payments, REFERENCE)

    assert [part.payment.sequence for part in parts] == [1, 2, 3]
    assert asked == {"find_related": 2}  # the second finds no second part


def count_calls_of(ledger, name, asked, monkeypatch):
    method = getattr(ledger, name)

    def counted(*args, **kwargs):
        asked[name] += 1
        return method(*args, **kwargs)

    monkeypatch.setattr(ledger, name, counted)
