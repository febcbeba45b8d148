"""Whoever moves money through `Payments` need not remember to notify the shop."""

import pytest

from payment_hooks import (
    Mode,
    OperationKind,
    OperationState,
    OutcomeUnknown,
    PaymentDeclined,
    PaymentSource,
    PaymentState,
    ShopBusy,
)

CARD = PaymentSource(token="tok-good")
BAD_CARD = PaymentSource(token="decline-me")
MOVES = {
    "charge": (),
    "capture": ("authorize",),
    "void": ("authorize",),
    "refund": ("charge",),
    "reverse": ("charge",),
}


def move(payments, name, payment_id, **options):
    given = [CARD] if name in ("charge", "authorize") else []
    if name in ("refund", "reverse"):
        options["intent_id"] = "form-1"
    return getattr(payments, name)(payment_id, *given, **options)


@pytest.fixture
def payment_id(payments):
    return payments.open("100123", mode=Mode.IFRAME).payment_id


@pytest.mark.parametrize("name", ["authorize", *MOVES])
def test_every_movement_notifies_the_shop(payments, shop, payment_id, name):
    for before in MOVES.get(name, ()):
        move(payments, before, payment_id)
    shop.notified.clear()

    done = move(payments, name, payment_id)

    assert [event.operation.operation_id for event in shop.notified] == [
        done.operation_id
    ]


@pytest.mark.parametrize("name", ["authorize", *MOVES])
def test_a_caller_may_notify_later(payments, shop, payment_id, name):
    for before in MOVES.get(name, ()):
        move(payments, before, payment_id)
    shop.notified.clear()

    move(payments, name, payment_id, notify=False)

    assert shop.notified == []
    payments.notify(payment_id)
    assert len(shop.notified) == 1


def test_a_decline_is_notified_too(payments, shop, payment_id):
    with pytest.raises(PaymentDeclined):
        payments.charge(payment_id, BAD_CARD)

    assert shop.states() == [(OperationKind.CHARGE, OperationState.DECLINED)]


def test_an_unknown_outcome_is_not_notified(payments, provider, shop, payment_id):
    for hook in ("payment_charge", "payment_retry"):
        provider.fail(hook, OutcomeUnknown("reset"), after=True)
    with pytest.raises(OutcomeUnknown):
        payments.charge(payment_id, CARD)

    assert shop.notified == []


def test_a_shop_that_cannot_be_notified_does_not_change_the_outcome(
    payments, shop, payment_id, monkeypatch
):
    def no_database(payment_id):
        raise ConnectionError("the database is away")

    with monkeypatch.context() as broken:
        broken.setattr(payments, "notify", no_database)
        done = payments.charge(payment_id, CARD)
    assert done.state is OperationState.SUCCEEDED
    assert shop.notified == []

    assert payments.resolve(payment_id).state is PaymentState.PAID
    assert len(shop.notified) == 1


def test_a_shop_that_is_busy_is_notified_again_and_that_is_no_error(
    payments, shop, payment_id, caplog, clock
):
    shop.failures.append(ShopBusy("the checkout is being completed"))
    with caplog.at_level("INFO"):
        move(payments, "charge", payment_id)

    assert shop.notified == []
    assert [row.levelname for row in caplog.records if "busy" in row.message] == [
        "INFO"
    ]
    assert not [row for row in caplog.records if row.exc_info]
    clock.advance(minutes=2)
    payments.notify(payment_id)
    assert len(shop.notified) == 1
