"""What was not sent is no intent: nothing of it is kept, and nobody waits for it."""

from datetime import timedelta

import pytest

from payment_hooks import (
    CaptureRequest,
    ChargeDetails,
    InvalidRequest,
    KeyConflict,
    Level2,
    MemoryLedger,
    Mode,
    Money,
    OperationState,
    OutcomeUnknown,
    Payments,
    PaymentSource,
    PaymentState,
    ProviderUnavailable,
    hookimpl,
)
from payment_hooks.recovery.recovery import Recovery
from payment_hooks.testing import FakeProvider

CARD = PaymentSource(token="tok-good")
OTHER_CARD = PaymentSource(token="tok-other")
DUE = Money(2599, "USD")
WRONG = {
    "a mapping": {"details": {"shopper_ip": "203.0.113.7"}},
    "a text": {"details": "Mugs"},
    "an untimely class": {"details": ChargeDetails},
    "a detail by itself": {"shopper_ip": "203.0.113.7"},
    "tax in another currency": {"details": ChargeDetails(tax=Money(1, "CAD"))},
    "more tax than amount": {"details": ChargeDetails(tax=Money(2600, "USD"))},
    "more freight than amount": {
        "details": ChargeDetails(level2=Level2(freight=Money(2600, "USD")))
    },
}


@pytest.fixture
def payment_id(payments):
    return payments.open("100123", mode=Mode.IFRAME).payment_id


@pytest.mark.parametrize("take", ["charge", "authorize"])
@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_a_wrong_argument_leaves_nothing_behind(
    payments, provider, payment_id, take, wrong
):
    with pytest.raises((InvalidRequest, TypeError)):
        getattr(payments, take)(payment_id, CARD, **wrong)

    assert payments.operations(payment_id) == ()
    assert provider.calls == []
    done = getattr(payments, take)(payment_id, OTHER_CARD)
    assert done.state is OperationState.SUCCEEDED


@pytest.mark.parametrize(
    ("take", "move"),
    [
        ("authorize", "capture"),
        ("charge", "refund"),
        ("charge", "reverse"),
    ],
)
def test_another_currency_is_refused_unsent(payments, provider, payment_id, take, move):
    getattr(payments, take)(payment_id, CARD)
    intent = {} if move == "capture" else {"intent_id": "form-1"}

    with pytest.raises(InvalidRequest) as caught:
        getattr(payments, move)(payment_id, Money(500, "CAD"), **intent)

    assert caught.value.code == "currency_mismatch"
    assert len(payments.operations(payment_id)) == 1
    assert f"payment_{move}" not in provider.calls


def test_an_intent_that_cannot_be_asked_any_more_is_over_at_once(
    payments, provider, payment_id, monkeypatch, clock
):
    """Recorded by an earlier version, say, and picked up by recovery."""
    payments.authorize(payment_id, CARD)
    provider.fail("payment_capture", ProviderUnavailable("down"))
    with pytest.raises(ProviderUnavailable):
        payments.capture(payment_id)

    def refuse(self):
        raise TypeError("a field that this version does not know")

    with monkeypatch.context() as broken:
        broken.setattr(CaptureRequest, "__post_init__", refuse)
        with pytest.raises(TypeError):
            payments.capture(payment_id)
    assert all(not row.state.is_open for row in payments.operations(payment_id))

    assert payments.capture(payment_id).state is OperationState.SUCCEEDED


def test_a_second_ledger_at_the_same_merchant_has_keys_of_its_own(make_payments):
    first, second = make_payments(MemoryLedger()), make_payments(MemoryLedger())
    keys = []
    for payments in (first, second):
        payment_id = payments.open("1", mode=Mode.IFRAME).payment_id
        payments.charge(payment_id, CARD)
        payments.refund(payment_id, intent_id="form-1")
        keys.append(
            [row.intent.idempotency_key for row in payments.operations(payment_id)]
        )

    assert not set(keys[0]) & set(keys[1])


def test_the_same_ledger_gives_the_same_key_in_another_process(make_payments):
    ledger = MemoryLedger()
    payment_id = make_payments(ledger).open("1", mode=Mode.IFRAME).payment_id
    for payments in (make_payments(ledger), make_payments(ledger)):
        payments.charge(payment_id, CARD)

    assert len(ledger.operations(payment_id)) == 1


CONFLICT = KeyConflict("the key was used for something else", code="idempotency_error")


def test_a_key_that_the_provider_knows_asks_for_a_person(
    payments, provider, shop, payment_id
):
    """An older copy of the ledger may have taken the money under this very key."""
    provider.fail("payment_charge", CONFLICT)
    with pytest.raises(KeyConflict):
        payments.charge(payment_id, CARD)

    payment = payments.get(payment_id)
    [operation] = payments.operations(payment_id)
    assert (payment.state, payment.flags) == (PaymentState.OPEN, ("key_conflict",))
    assert operation.state is OperationState.FAILED
    assert len(shop.notified) == 1
    for again in (
        lambda: payments.charge(payment_id, OTHER_CARD),
        lambda: payments.authorize(payment_id, CARD),
        lambda: payments.open("100123", mode=Mode.HOSTED),
        lambda: payments.close(payment_id),
    ):
        with pytest.raises(KeyConflict, match="remove the flag key_conflict"):
            again()
    assert provider.calls == ["payment_charge"]

    payments.unflag(payment_id, "key_conflict")

    done = payments.charge(payment_id, CARD)
    assert done.state is OperationState.SUCCEEDED
    assert done.intent.idempotency_key != operation.intent.idempotency_key


def test_a_conflict_is_no_endless_checking(payments, provider, payment_id, clock):
    provider.fail("payment_charge", CONFLICT)
    with pytest.raises(KeyConflict):
        payments.charge(payment_id, CARD)

    clock.advance(minutes=10)
    [row] = Recovery(payments).run().rows or [None]

    assert row is None or not row.problem


def test_a_retry_that_meets_a_conflict_stays_unknown(
    payments, provider, payment_id, clock
):
    """Something of ours came through under the key: it is looked up."""
    provider.fail("payment_charge", OutcomeUnknown("reset"), after=True)
    provider.fail("payment_retry", CONFLICT)
    with pytest.raises(OutcomeUnknown):
        payments.charge(payment_id, CARD)

    assert payments.resolve(payment_id).state is PaymentState.PAID


def test_a_provider_without_keys_is_looked_at_instead():
    class NoKeys(FakeProvider):
        payment_retry = None

    provider = NoKeys()
    payments = Payments.using(provider)
    payment_id = payments.open("1", mode=Mode.IFRAME, amount_due=DUE).payment_id
    provider.fail("payment_charge", OutcomeUnknown("reset"), after=True)
    with pytest.raises(OutcomeUnknown):
        payments.charge(payment_id, CARD)

    assert payments.charge(payment_id, CARD).state is OperationState.SUCCEEDED
    assert provider.calls == ["payment_charge", "payment_find"]


def test_a_capture_names_the_address_of_the_shopper_who_paid(
    payments, provider, payment_id, clock
):
    seen = []

    class Watch:
        @hookimpl(wrapper=True)
        def payment_capture(self, request):
            seen.append(request.shopper_ip)
            return (yield)

    payments.plugins.register(Watch())
    payments.authorize(
        payment_id, CARD, details=ChargeDetails(shopper_ip="203.0.113.7:51234")
    )
    provider.fail("payment_capture", ProviderUnavailable("down"))
    with pytest.raises(ProviderUnavailable):
        payments.capture(payment_id)

    payments.capture(payment_id)

    assert seen == ["203.0.113.7", "203.0.113.7"]


def test_recovery_captures_with_that_address_too(
    payments, provider, payment_id, clock, monkeypatch
):
    payments.authorize(
        payment_id, CARD, details=ChargeDetails(shopper_ip="203.0.113.7")
    )

    class WorkerDied(BaseException):
        pass

    def die(*arguments):
        raise WorkerDied

    with monkeypatch.context() as dying:
        dying.setattr(payments._executor, "_send", die)
        with pytest.raises(WorkerDied):
            payments.capture(payment_id)
    seen = []

    class Watch:
        @hookimpl(wrapper=True)
        def payment_capture(self, request):
            seen.append(request.shopper_ip)
            return (yield)

    payments.plugins.register(Watch())
    clock.advance(seconds=timedelta(minutes=5).total_seconds())
    Recovery(payments).run()

    assert seen == ["203.0.113.7"]
    assert payments.get(payment_id).state is PaymentState.PAID
