"""Why a refund was asked for is recorded with it, and sent also by whoever resumes it."""

from dataclasses import replace

import pytest

from payment_hooks import (
    Mode,
    Money,
    Movement,
    OperationState,
    OutcomeUnknown,
    Payments,
    PaymentSource,
    RefundReason,
    StaffAction,
    hookimpl,
)
from payment_hooks.testing import FakeProvider

DUE = Money.of("10.00", "USD")
DUPLICATE = RefundReason.DUPLICATE


class Shop:
    """Lets everybody."""

    @hookimpl
    def shop_allows(self, request):
        return True


@pytest.fixture
def provider():
    return FakeProvider()


@pytest.fixture
def payments(provider):
    return Payments.using(provider, Shop())


@pytest.fixture
def paid(payments):
    payment = payments.open("100123", mode=Mode.IFRAME, amount_due=DUE)
    payments.charge(payment.payment_id, PaymentSource(token="tok-1"))
    return payment.payment_id


def reasons(payments, payment_id):
    return [row.refund_reason for row in payments.operations(payment_id)]


def test_the_reason_is_recorded(payments, paid):
    payments.refund(paid, intent_id="one", reason=DUPLICATE)

    assert reasons(payments, paid) == [None, DUPLICATE]


def test_the_reason_that_staff_names_is_recorded(payments, paid):
    asked = Movement(
        action=StaffAction.REFUND, amount=DUE, intent_id="one", reason=DUPLICATE
    )

    payments.move(paid, asked, caller=None)

    assert reasons(payments, paid) == [None, DUPLICATE]


def test_an_unknown_outcome_keeps_its_reason(payments, provider, paid):
    provider.fail("payment_refund", OutcomeUnknown("no answer"), after=True)
    with pytest.raises(OutcomeUnknown):
        payments.refund(paid, intent_id="one", reason=DUPLICATE)
    provider.mend()

    payments.resolve(paid)

    assert payments.operations(paid)[1].state is OperationState.SUCCEEDED
    assert reasons(payments, paid) == [None, DUPLICATE]


def test_what_no_one_sent_is_sent_with_its_reason(payments, provider, paid):
    sent = []

    class Watcher:
        @hookimpl(wrapper=True)
        def payment_refund(self, request):
            sent.append(request.reason)
            return (yield)

    payments.plugins.register(Watcher())
    provider.fail("payment_refund", OutcomeUnknown("no answer"))
    with pytest.raises(OutcomeUnknown):
        payments.refund(paid, intent_id="one", reason=DUPLICATE)
    provider.mend()
    refund = payments.operations(paid)[1]
    unsent = replace(refund, state=OperationState.PENDING, lease_until=None)
    payments.ledger.replace_operation(unsent)

    payments.resume(paid)

    assert sent == [DUPLICATE, DUPLICATE]
