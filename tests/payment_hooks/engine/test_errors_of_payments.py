"""Callers of `Payments` see errors of the tree, and all that is wrong at once."""

from dataclasses import replace
from itertools import count

import pytest

from payment_hooks import (
    MemoryLedger,
    Mode,
    Money,
    OutcomeUnknown,
    PaymentError,
    PaymentSource,
    ProviderUnavailable,
    StaleVersion,
)

CARD = PaymentSource(token="tok-good")
DUE = Money(2599, "USD")
WRITES = ("replace_payment", "replace_operation", "add_operation")


class Overtaken(MemoryLedger):
    """Another process writes first: once, or from some write on for ever."""

    def __init__(self, write, first, *, for_ever):
        super().__init__()
        self.write, self.first, self.for_ever = write, first, for_ever
        self.calls = count(1)

    def _overtake(self, write):
        if write != self.write:
            return
        number = next(self.calls)
        if number == self.first or (self.for_ever and number > self.first):
            raise StaleVersion("another process was first")

    def replace_payment(self, payment):
        self._overtake("replace_payment")
        return super().replace_payment(payment)

    def replace_operation(self, operation, payment=None, **options):
        self._overtake("replace_operation")
        return super().replace_operation(operation, payment, **options)

    def add_operation(self, operation):
        self._overtake("add_operation")
        return super().add_operation(operation)


def drive(payments, provider):
    """A whole life of a payment; each step as a shop calls it."""
    iframe = payments.open("1", mode=Mode.IFRAME, context={"a": 1}).payment_id
    hosted = payments.open("2", mode=Mode.HOSTED).payment_id
    steps = [
        lambda: payments.open("1", mode=Mode.IFRAME, context={"a": 2}),
        lambda: payments.authorize(iframe, CARD),
        lambda: payments.capture(iframe),
        lambda: payments.refund(iframe, Money(100, "USD"), intent_id="a"),
        lambda: payments.flag(iframe, "look"),
        lambda: payments.unflag(iframe, "look"),
        lambda: payments.start_checkout(hosted),
        lambda: payments.resolve(
            hosted, transaction_id=provider.pay_session(DUE).transaction_id
        ),
        lambda: payments.notify(hosted),
        lambda: payments.close(hosted),
        lambda: payments.open("2", mode=Mode.IFRAME),
        lambda: payments.resume(iframe),
    ]
    for step in steps:
        try:
            step()
        except PaymentError:
            continue


@pytest.mark.parametrize("for_ever", [False, True])
@pytest.mark.parametrize("write", WRITES)
@pytest.mark.parametrize("first", range(1, 25))
def test_no_call_leaks_the_stores_own_exception(
    make_payments, provider, write, first, for_ever
):
    ledger = Overtaken(write, first, for_ever=for_ever)

    drive(make_payments(ledger, wait_seconds=0), provider)


def test_what_was_notified_is_not_notified_again_when_the_row_changed_meanwhile(
    make_payments, shop
):
    payments = make_payments()
    payment_id = payments.open("1", mode=Mode.IFRAME).payment_id

    said = shop.shop_payment_changed

    def meddle(event):
        """As recovery does that looks at the payment at the same time."""
        known = payments.ledger.get_operation(event.operation.operation_id)
        payments.ledger.replace_operation(known)
        return said(event)

    payments.shop.payment_changed = meddle
    payments.charge(payment_id, CARD)
    payments.resolve(payment_id)

    assert len(shop.notified) == 1
    assert payments.operations(payment_id)[0].notified


def test_all_that_cannot_be_resolved_is_named(payments, provider):
    payment_id = payments.open("1", mode=Mode.IFRAME).payment_id
    payments.charge(payment_id, CARD)
    provider.fail("payment_refund", OutcomeUnknown("reset"), after=True)
    with pytest.raises(OutcomeUnknown):
        payments.refund(payment_id, Money(100, "USD"), intent_id="a")
    provider.fail("payment_retrieve", ProviderUnavailable("first host is down"))
    known = payments.operations(payment_id)

    second = replace(
        known[1],
        operation_id="second",
        intent=replace(known[1].intent, idempotency_key="second", slot="second"),
    )
    payments.ledger.add_operation(second)
    provider.fail("payment_retrieve", ProviderUnavailable("second host is down"))

    with pytest.raises(ProviderUnavailable) as caught:
        payments.resolve(payment_id)

    assert "first host" in str(caught.value)
    assert "second host" in str(caught.value)
