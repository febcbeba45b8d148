"""Rows 21 and 24 to 27: crashes, rollbacks, double clicks, lost answers, changed carts."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from django.db import transaction

from clover_django.ledger.store import DjangoLedger
from payment_hooks import (
    ConfigurationError,
    InvalidRequest,
    Mode,
    Money,
    OutcomeUnknown,
    PaymentSource,
    WrongState,
)
from payment_hooks.model.records import Operation, OperationKind, OperationState
from tests.faults import breaks
from tests.faults.matrix import KINDS, TAKES
from tests.faults.rig import DUE, STATE_AFTER, Movement, Rig
from tests.faults.stores import ALIAS
from tests.faults.together import at_once

CLICKS = 4
OTHER = Money(3000, "USD")


class Undone(Exception):
    """What makes the shop's transaction roll back."""


@pytest.mark.matrix(row=21, kinds=KINDS)
def test_what_was_recorded_before_the_crash_is_notified_once_after_it(
    make_rig: Callable[..., Rig], durable_ledger: DjangoLedger, kind: OperationKind
) -> None:
    died = make_rig(durable_ledger).prepare(kind)
    died.make(notify=False)
    alive = replace(died, rig=make_rig(durable_ledger))

    alive.rig.recover()
    alive.rig.recover()

    assert died.times_notified == 0
    alive.holds()


@pytest.mark.matrix(row=21, kinds=KINDS)
def test_a_shop_that_fails_is_notified_again_until_it_has_understood(
    rig: Rig, kind: OperationKind
) -> None:
    movement = rig.prepare(kind)
    rig.shop.failures = [RuntimeError("down"), RuntimeError("down")]

    movement.make()
    rig.payments.notify(movement.payment_id)
    for _ in range(3):
        rig.recover()

    movement.holds()


@pytest.mark.matrix(row=24, kinds=KINDS)
def test_inside_a_transaction_that_could_undo_the_record_nothing_is_sent(
    rig: Rig, kind: OperationKind
) -> None:
    movement = rig.prepare(kind)
    sent = posts(rig)

    with (
        pytest.raises(ConfigurationError, match="transaction"),
        transaction.atomic(using=ALIAS),
    ):
        movement.make()

    assert posts(rig) == sent
    movement.is_unmoved()
    movement.make()
    movement.resolve()
    movement.holds()


@pytest.mark.django_db(transaction=True)
@pytest.mark.matrix(row=24, kinds=KINDS)
def test_the_record_outlives_the_rollback_of_the_shop(
    rig: Rig, kind: OperationKind
) -> None:
    movement = rig.prepare(kind)

    with pytest.raises(Undone):
        make_and_undo(movement)

    assert movement.states == [OperationState.SUCCEEDED]
    movement.resolve()
    movement.holds()


@pytest.mark.matrix(row=25, kinds=KINDS)
def test_clicks_at_the_same_moment_are_one_movement_and_one_answer(
    rig: Rig, kind: OperationKind
) -> None:
    movement = rig.prepare(kind)
    rig.simulator.fail("POST", "*", "delay_after", seconds=0.3)
    sent = posts(rig)

    answers = at_once(CLICKS, lambda _: movement.make())

    assert posts(rig) == sent + 1
    ids = {row.operation_id for row in answers if isinstance(row, Operation)}
    assert ids == {movement.rows[0].operation_id}
    assert len(answers) == CLICKS
    movement.resolve()
    movement.holds()


@pytest.mark.matrix(row=25, kinds=TAKES)
def test_two_tabs_with_two_cards_are_one_movement(
    rig: Rig, kind: OperationKind
) -> None:
    one = rig.prepare(kind)
    other = with_another_card(one)
    rig.simulator.fail("POST", "*", "delay_after", seconds=0.3)

    answers = at_once(2, lambda number: (one, other)[number].make())

    assert len({row.operation_id for row in answers if isinstance(row, Operation)}) == 1
    one.resolve()
    one.holds()


@pytest.mark.matrix(row=26, kinds=KINDS)
def test_while_an_earlier_submit_has_an_unknown_outcome_nothing_more_is_sent(
    rig: Rig, kind: OperationKind
) -> None:
    movement = unknown(rig, kind)
    sent = posts(rig)
    is_more_than_left = kind is OperationKind.REFUND
    refusal = InvalidRequest if is_more_than_left else OutcomeUnknown

    with rig.proxy.breaking(breaks.lose_answer(), "GET"), pytest.raises(refusal):
        another(movement)()

    assert posts(rig) == sent
    assert movement.times_moved == 1
    rig.recover()
    movement.holds()


@pytest.mark.matrix(row=26, kinds=KINDS)
def test_the_same_submit_again_joins_the_unknown_one(
    rig: Rig, kind: OperationKind
) -> None:
    movement = unknown(rig, kind)

    again = movement.make()

    assert again.operation_id == movement.rows[0].operation_id
    movement.resolve()
    movement.holds()


@pytest.mark.matrix(row=27, kinds=TAKES)
def test_another_amount_waits_while_a_payment_has_an_unknown_outcome(
    rig: Rig, kind: OperationKind
) -> None:
    movement = unknown(rig, kind)
    reference = movement.payment.reference

    with pytest.raises(OutcomeUnknown):
        rig.payments.open(reference, mode=Mode.IFRAME, amount_due=OTHER)

    assert len(rig.ledger.find_payments(reference=reference)) == 1
    rig.recover()
    movement.holds()
    known = rig.payments.open(reference, mode=Mode.IFRAME, amount_due=OTHER)
    assert (known.payment_id, known.amount_due) == (movement.payment_id, DUE)


@pytest.mark.matrix(row=27, kinds=TAKES)
def test_another_amount_is_another_payment_under_another_key(
    rig: Rig, kind: OperationKind
) -> None:
    declined = replace(rig.prepare(kind), source=PaymentSource(token="clv_1TSTSnone"))
    with pytest.raises(InvalidRequest):
        declined.make()
    reference = declined.payment.reference

    dearer = rig.payments.open(reference, mode=Mode.IFRAME, amount_due=OTHER)
    movement = replace(with_another_card(declined), payment_id=dearer.payment_id)
    done = movement.make()

    assert done.moved == OTHER
    assert done.intent.idempotency_key != declined.rows[0].intent.idempotency_key
    assert movement.payment.state is STATE_AFTER[kind]
    assert movement.times_moved == 1


@pytest.mark.matrix(row=27, kinds=TAKES)
def test_the_page_with_the_old_amount_takes_nothing_any_more(
    rig: Rig, kind: OperationKind
) -> None:
    stale = rig.prepare(kind)
    reference = stale.payment.reference
    rig.payments.open(reference, mode=Mode.IFRAME, amount_due=OTHER)

    with pytest.raises(WrongState, match="given up"):
        stale.make()

    assert stale.times_moved == 0
    assert stale.states == [OperationState.FAILED]


@transaction.atomic
def make_and_undo(movement: Movement) -> None:
    """A view of the shop that pays, and fails afterwards."""
    movement.make()
    raise Undone


def posts(rig: Rig) -> int:
    """How many requests could have moved money."""
    return sum(request.startswith(b"POST") for request in rig.proxy.requests)


def with_another_card(movement: Movement) -> Movement:
    """The same shopper in another tab, where another card was entered."""
    source = PaymentSource(token=movement.rig.simulator.token())
    return replace(movement, source=source)


def unknown(rig: Rig, kind: OperationKind) -> Movement:
    """A movement that was made, and whose every answer was lost."""
    movement = rig.prepare(kind)
    with rig.proxy.breaking(breaks.lose_answer()), pytest.raises(OutcomeUnknown):
        movement.make()
    assert movement.states == [OperationState.UNKNOWN]
    return movement


def another(movement: Movement) -> Callable[[], Operation]:
    """Another submit of the same money: another card, form or amount."""
    payments, payment_id = movement.rig.payments, movement.payment_id
    if movement.kind in (OperationKind.AUTHORIZE, OperationKind.CHARGE):
        return with_another_card(movement).make
    if movement.kind is OperationKind.REFUND:
        return lambda: payments.refund(payment_id, DUE, intent_id="another form")
    return movement.make
