"""Rows 1, 2 and 20: the process dies at a named point, and another one takes over.

The same with real processes and SIGKILL: test_kills.py.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import cast

import pytest

from clover_django.ledger.store import DjangoLedger
from payment_hooks.ledger.store import Ledger
from payment_hooks.model.records import OperationKind, OperationState
from tests.faults.crashes import AFTER_INTENT, BEFORE_INTENT, Crash, CrashingLedger
from tests.faults.matrix import FOLLOWS, KINDS, TAKES
from tests.faults.rig import Movement, Rig

Restart = Callable[[OperationKind, str], Movement]


@pytest.fixture
def crash(make_rig: Callable[..., Rig], durable_ledger: DjangoLedger) -> Restart:
    """Lets a process die at a point; the movement as the next process sees it."""

    def run(kind: OperationKind, point: str) -> Movement:
        dying = CrashingLedger(durable_ledger)
        movement = make_rig(cast("Ledger", dying)).prepare(kind)
        dying.crash(point, kind)
        with pytest.raises(Crash):
            movement.make()
        return replace(movement, rig=make_rig(durable_ledger))

    return run


def posts(movement: Movement) -> int:
    """How many writing requests Clover has seen."""
    return sum(r.startswith(b"POST") for r in movement.rig.proxy.requests)


@pytest.mark.matrix(row=1, kinds=KINDS)
def test_before_the_intent_is_recorded_nothing_happened(
    crash: Restart, kind: OperationKind
) -> None:
    movement = crash(kind, BEFORE_INTENT)

    assert movement.states == []
    movement.is_unmoved()
    assert movement.rig.recover().rows == ()
    movement.make()
    movement.resolve()
    movement.holds()


@pytest.mark.parametrize("point", [AFTER_INTENT, "before sending is recorded"])
@pytest.mark.matrix(row=2, kinds=FOLLOWS)
def test_what_was_recorded_and_never_sent_is_sent_once_by_recovery(
    crash: Restart, kind: OperationKind, point: str
) -> None:
    movement = crash(kind, point)
    (row,) = movement.rows
    sent = posts(movement)

    movement.rig.recover()
    movement.rig.recover()

    assert posts(movement) == sent + 1
    assert movement.rows[0].intent.idempotency_key == row.intent.idempotency_key
    movement.holds()


@pytest.mark.parametrize("point", [AFTER_INTENT, "before sending is recorded"])
@pytest.mark.matrix(row=2, kinds=TAKES)
def test_a_charge_that_was_never_sent_is_closed_and_the_shopper_pays_again(
    crash: Restart, kind: OperationKind, point: str
) -> None:
    movement = crash(kind, point)
    sent = posts(movement)

    movement.rig.recover()

    assert posts(movement) == sent
    assert movement.states == [OperationState.FAILED]
    movement.make()
    movement.resolve()
    movement.holds()


@pytest.mark.matrix(row=2, kinds=KINDS)
def test_what_may_have_been_sent_is_looked_up_and_not_called_failed(
    crash: Restart, kind: OperationKind
) -> None:
    movement = crash(kind, "after sending is recorded")

    assert movement.states == [OperationState.SENDING]
    movement.rig.recover()
    assert movement.states == [OperationState.UNKNOWN]
    movement.comes_right()


@pytest.mark.matrix(row=20, kinds=KINDS)
def test_money_that_moved_before_the_crash_is_found_by_one_pass(
    crash: Restart, kind: OperationKind
) -> None:
    movement = crash(kind, "before succeeded is recorded")
    sent = posts(movement)

    assert movement.times_moved == 1
    assert movement.states == [OperationState.SENDING]
    movement.rig.recover()

    assert posts(movement) == sent
    movement.holds()


@pytest.mark.matrix(row=20, kinds=TAKES)
def test_a_submit_after_the_crash_gets_the_money_that_moved(
    crash: Restart, kind: OperationKind
) -> None:
    movement = crash(kind, "before succeeded is recorded")
    movement.rig.let_time_pass(minutes=3)

    movement.make()

    movement.resolve()
    movement.holds()
