"""A worker that is held up between its intent and its request."""

import pytest

from payment_hooks import (
    MemoryLedger,
    Mode,
    OperationState,
    OutcomeUnknown,
    PaymentSource,
    PaymentState,
)

CARD = PaymentSource(token="tok-good")


class Slow(MemoryLedger):
    """Twenty minutes pass while it writes down that something is being sent."""

    clock = None

    def replace_operation(self, operation, payment=None, **options):
        written = super().replace_operation(operation, payment, **options)
        if self.clock and operation.state is OperationState.SENDING:
            clock, self.clock = self.clock, None
            clock.advance(minutes=20)
        return written


@pytest.mark.parametrize("kind", ["charge", "refund"])
def test_nothing_is_sent_once_the_lease_is_over(make_payments, provider, clock, kind):
    ledger = Slow()
    payments = make_payments(ledger=ledger)
    payment_id = payments.open("100123", mode=Mode.IFRAME).payment_id
    move = {
        "charge": lambda: payments.charge(payment_id, CARD),
        "refund": lambda: payments.refund(payment_id, intent_id="form"),
    }[kind]
    if kind == "refund":
        payments.charge(payment_id, CARD)
    sent, ledger.clock = list(provider.calls), clock

    with pytest.raises(OutcomeUnknown):
        move()

    assert provider.calls == sent
    clock.advance(minutes=20)
    payments.resolve(payment_id)
    move()
    state = PaymentState.PAID if kind == "charge" else PaymentState.REFUNDED
    assert payments.get(payment_id).state is state
    assert len(provider.ledger) == (1 if kind == "charge" else 2)
