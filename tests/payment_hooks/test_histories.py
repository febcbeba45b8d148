"""Seeded histories of shoppers, faults and settling; the oracle is the provider."""

import random

import pytest

from payment_hooks import (
    Gateway,
    MemoryLedger,
    Mode,
    Money,
    OutcomeUnknown,
    PaymentError,
    Payments,
    PaymentSource,
    Policy,
    ProviderUnavailable,
    RateLimited,
)
from payment_hooks.kinds import TransactionKind

HISTORIES = 400
REFERENCES = ("A", "B")


def random_fault(dice, provider):
    hook = dice.choice(["payment_charge", "payment_refund", "payment_look_up"])
    error = dice.choice(
        [
            OutcomeUnknown("lost"),
            ProviderUnavailable("down"),
            RateLimited("busy"),
            KeyboardInterrupt(),
        ]
    )
    after = (
        isinstance(error, OutcomeUnknown | KeyboardInterrupt) and dice.random() < 0.7
    )
    provider.fail(hook, error, after=after and hook != "payment_look_up")


def step(dice, payments, clock):
    payment_id = payments.open(dice.choice(REFERENCES), mode=Mode.IFRAME).payment_id
    token = dice.choice(["tok-1", "tok-2", "decline-1"])
    action = dice.choice(["charge", "charge", "refund", "settle", "wait"])
    if action == "charge":
        payments.charge(payment_id, PaymentSource(token=token))
    elif action == "refund":
        payments.refund(
            payment_id, Money(500, "USD"), request_id=str(dice.randrange(3))
        )
    elif action == "settle":
        payments.settle(payment_id)
    else:
        clock.advance(minutes=dice.randrange(1, 30))


def finish(payments, provider, clock):
    provider.mend()
    for hours in (0, 13):
        clock.advance(hours=hours, minutes=5)
        for reference in REFERENCES:
            payments.settle(payments.open(reference, mode=Mode.IFRAME).payment_id)


def by_reference(payments, provider, reference):
    """What really moved for a reference, found through the operations' ids."""
    ids = {
        operation.operation_id
        for payment in payments.ledger.find_payments(reference=reference)
        for operation in payments.operations(payment.payment_id)
    }
    rows = [row for row in provider.ledger.values() if row.operation_id in ids]
    charged = [row for row in rows if row.kind is TransactionKind.CHARGE]
    refunded = [row for row in rows if row.kind is TransactionKind.REFUND]
    return charged, refunded


@pytest.mark.parametrize("block", range(4))
def test_no_history_charges_twice_or_loses_a_payment(
    block, registry, provider, shop, clock
):
    for seed in range(block * HISTORIES // 4, (block + 1) * HISTORIES // 4):
        dice, clock = random.Random(seed), type(clock)()
        provider.ledger.clear()
        shop.told.clear()
        payments = Payments(
            Gateway(registry, "fake"),
            MemoryLedger(),
            policy=Policy(wait_seconds=0),
            now=clock,
        )
        for _ in range(25):
            if dice.random() < 0.4:
                random_fault(dice, provider)
            try:
                step(dice, payments, clock)
            except PaymentError:
                pass
            except KeyboardInterrupt:
                clock.advance(minutes=2)
        finish(payments, provider, clock)

        for reference in REFERENCES:
            charged, refunded = by_reference(payments, provider, reference)
            state = payments.open(reference, mode=Mode.IFRAME).state
            assert len(charged) <= 1, seed
            assert bool(charged) == (state not in ("open", "closed")), (seed, state)
            assert sum(row.amount.minor_units for row in refunded) <= 2599, seed
        told = [event.event_id for event in shop.told]
        assert len(told) == len(set(told)), seed
