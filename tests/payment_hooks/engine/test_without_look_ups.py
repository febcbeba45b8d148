"""A provider that cannot be looked up: what is unknown stays unknown, and says so."""

import pytest

from payment_hooks import (
    MemoryLedger,
    Mode,
    Money,
    OperationState,
    OutcomeUnknown,
    Payments,
    PaymentSource,
    PaymentState,
    ProviderHooks,
    hookimpl,
)
from payment_hooks.testing import FakeProvider

CARD = PaymentSource(token="tok-good")
DUE = Money(2599, "USD")


class Silent(FakeProvider):
    """It moves money, and shows none of it."""

    @hookimpl
    def payment_retrieve(self, request):
        return None

    @hookimpl
    def payment_find(self, request):
        return None

    @hookimpl
    def payment_retry(self, request):
        return None


@pytest.fixture
def fake():
    return Silent(secret="the webhooks' own")


@pytest.fixture
def payments(fake, clock):
    return Payments(ProviderHooks.to(fake), MemoryLedger(), now=clock)


@pytest.fixture
def payment_id(payments):
    return payments.open("100123", mode=Mode.IFRAME, amount_due=DUE).payment_id


def lose(fake, hook):
    fake.fail(hook, OutcomeUnknown("reset"), after=True)


@pytest.mark.parametrize("days", [0, 2])
def test_a_lost_charge_stays_unknown_however_old_it_is(
    payments, fake, payment_id, clock, days
):
    lose(fake, "payment_charge")
    with pytest.raises(OutcomeUnknown):
        payments.charge(payment_id, CARD)
    clock.advance(days=days)

    with pytest.raises(
        OutcomeUnknown, match=r"no payment_find.* stays unknown"
    ) as caught:
        payments.resolve(payment_id)

    [row] = payments.operations(payment_id)
    assert (row.state, row.lease_until) == (OperationState.UNKNOWN, None)
    assert caught.value.code == "unsupported"
    assert payments.get(payment_id).state is PaymentState.OPEN


def test_a_lost_refund_stays_unknown(payments, fake, payment_id):
    payments.charge(payment_id, CARD)
    lose(fake, "payment_refund")
    with pytest.raises(OutcomeUnknown):
        payments.refund(payment_id, intent_id="a")

    with pytest.raises(OutcomeUnknown, match="no payment_retrieve"):
        payments.resolve(payment_id)

    assert payments.operations(payment_id)[1].state is OperationState.UNKNOWN


def test_a_message_waits_for_a_person(payments, fake):
    page_of = payments.open("100124", mode=Mode.HOSTED, amount_due=DUE).payment_id
    session = payments.start_checkout(page_of)
    paid = fake.pay_session(DUE, session.session_id)

    with pytest.raises(OutcomeUnknown, match="no payment_retrieve"):
        payments.receive_webhook(fake.message(paid.transaction_id, session.session_id))

    assert payments.get(page_of).state is PaymentState.OPEN
    assert len(payments.ledger.find_events(session.session_id)) == 1
