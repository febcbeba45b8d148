"""A message about money that no page waits for: flagged where it is real second money."""

from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

import pytest

from payment_hooks import (
    Mode,
    Money,
    OutcomeUnknown,
    PaymentSource,
    PaymentState,
    ProviderUnavailable,
    TransactionStatus,
)
from payment_hooks.engine.payments import Payments
from payment_hooks.testing import FakeProvider

DUE = Money(1000, "USD")
CARD = PaymentSource(token="tok-1")


@pytest.fixture
def fake():
    return FakeProvider()


@pytest.fixture
def payments(fake):
    return Payments.using(fake)


def open_payment(payments, mode, reference="100123"):
    return payments.open(reference, mode=mode, amount_due=DUE).payment_id


@pytest.fixture
def charged(payments):
    payment_id = open_payment(payments, Mode.IFRAME)
    payments.charge(payment_id, CARD)
    return payment_id


@pytest.fixture
def hosted(payments, fake):
    """A payment that was made on its page, and the page's session."""
    payment_id = open_payment(payments, Mode.HOSTED)
    session = payments.start_checkout(payment_id).session_id
    paid = fake.pay_session(DUE)
    payments.resolve(payment_id, transaction_id=paid.transaction_id, session_id=session)
    return payment_id, session


def deliver(payments, payment_id, transaction, session_id=""):
    resolved = payments.resolve(
        payment_id, transaction_id=transaction.transaction_id, session_id=session_id
    )
    return resolved.state, resolved.flags


def test_the_money_that_a_charge_waits_for_is_no_second_one(payments, fake):
    payment_id = open_payment(payments, Mode.IFRAME)
    fake.fail("payment_charge", OutcomeUnknown("lost"), after=True)
    fake.fail("payment_retry", OutcomeUnknown("lost"))
    with suppress(OutcomeUnknown):
        payments.charge(payment_id, CARD)
    (taken,) = fake.ledger.values()

    assert deliver(payments, payment_id, taken) == (PaymentState.PAID, ())


def test_what_is_not_shown_to_be_this_payments_is_not_flagged(payments, fake, charged):
    unknown = fake.pay_session(DUE)

    assert deliver(payments, charged, unknown) == (PaymentState.PAID, ())


def test_money_of_another_payment_is_not_flagged(payments, fake, charged):
    other = open_payment(payments, Mode.IFRAME, "100124")
    payments.charge(other, CARD)
    (row,) = payments.operations(other)

    resolved = payments.resolve(charged, transaction_id=row.transaction_id)

    assert resolved.flags == ()


def test_a_second_charge_with_this_payments_mark_is_flagged(payments, fake, charged):
    (row,) = payments.operations(charged)
    second = replace(fake.pay_session(DUE), operation_id=row.operation_id)
    fake.ledger[second.transaction_id] = second

    state, flags = deliver(payments, charged, second)

    assert (state, flags) == (PaymentState.PAID, ("double_capture",))


@pytest.mark.parametrize("named", [True, False])
def test_a_page_that_was_paid_twice_is_flagged(payments, fake, hosted, named):
    payment_id, session = hosted
    second = fake.pay_session(DUE)

    said = deliver(payments, payment_id, second, session if named else "")

    assert said == (PaymentState.PAID, ("double_capture",))


def test_a_refund_of_the_payment_is_no_second_money(payments, fake, hosted):
    payment_id, session = hosted
    payments.refund(payment_id, Money(400, "USD"), intent_id="r")
    refund = list(fake.ledger.values())[-1]
    (elsewhere,) = [replace(refund, transaction_id="R9")]
    fake.ledger["R9"] = elsewhere

    assert deliver(payments, payment_id, elsewhere, session)[1] == ()


@pytest.mark.parametrize(
    "status",
    [status for status in TransactionStatus if status.value != "succeeded"],
)
def test_what_was_not_taken_is_no_second_money(payments, fake, hosted, status):
    payment_id, session = hosted
    second = fake.become(fake.pay_session(DUE).transaction_id, status)

    assert deliver(payments, payment_id, second, session)[1] == ()


def test_a_payment_from_before_the_page_is_not_flagged(payments, fake, hosted):
    payment_id, _ = hosted
    old = fake.pay_session(DUE)
    old = replace(old, created_at=old.created_at - timedelta(days=1))
    fake.ledger[old.transaction_id] = old

    assert deliver(payments, payment_id, old)[1] == ()


def test_nothing_is_flagged_before_the_provider_was_asked(payments, fake, hosted):
    payment_id, session = hosted
    second = fake.pay_session(DUE)
    fake.fail("payment_retrieve", ProviderUnavailable("down"))

    with pytest.raises(ProviderUnavailable):
        deliver(payments, payment_id, second, session)

    assert payments.get(payment_id).flags == ()
    assert deliver(payments, payment_id, second, session)[1] == ("double_capture",)


def test_a_transaction_that_the_provider_does_not_show_is_not_flagged(
    payments, charged
):
    with pytest.raises(OutcomeUnknown, match="cannot be read yet"):
        payments.resolve(charged, transaction_id="T-nobody-knows")

    assert payments.get(charged).flags == ()


def test_money_with_the_mark_of_a_waiting_page_pays_it(payments, fake):
    """Whatever session the message names: the mark is proof, and the name is not."""
    payment_id = open_payment(payments, Mode.HOSTED)
    payments.start_checkout(payment_id)
    (page,) = payments.operations(payment_id)
    paid = replace(fake.pay_session(DUE), operation_id=page.operation_id)
    fake.ledger[paid.transaction_id] = paid

    said = deliver(payments, payment_id, paid, "another session")

    assert said == (PaymentState.PAID, ())
