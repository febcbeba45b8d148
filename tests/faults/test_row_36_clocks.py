"""Row 36: the shop's clock is off by ten minutes, or jumps by an hour during a call."""

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from clover_provider.api.webhooks import sign
from payment_hooks import OutcomeUnknown, Policy, WebhookRejected, WebhookRequest
from payment_hooks.model.records import OperationKind, OperationState
from tests.faults import breaks
from tests.faults.matrix import KINDS
from tests.faults.proxy import Exchange
from tests.faults.rig import Rig

DEADLINE, PATIENCE = 0.4, 60
"""Seconds; a deadline on the clock that jumps is an hour off, or more."""
SKEWS = {"ten minutes behind": -10, "ten minutes ahead": 10}
JUMPS = {"an hour back": -1, "an hour on": 1}


@pytest.fixture
def rig(make_rig: Callable[..., Rig]) -> Rig:
    """A shop in memory."""
    return make_rig()


@pytest.mark.parametrize("minutes", SKEWS.values(), ids=SKEWS)
@pytest.mark.matrix(row=36, kinds=KINDS)
def test_a_clock_that_is_off_moves_money_all_the_same(
    rig: Rig, kind: OperationKind, minutes: int
) -> None:
    rig.clock.advance(minutes=minutes)
    movement = rig.prepare(kind)

    movement.make()
    movement.resolve()

    movement.holds()


@pytest.mark.parametrize("minutes", SKEWS.values(), ids=SKEWS)
@pytest.mark.parametrize("is_executed", [True, False])
@pytest.mark.matrix(row=36, kinds=KINDS)
def test_a_clock_that_is_off_does_not_hide_money_from_a_look(
    rig: Rig, kind: OperationKind, minutes: int, is_executed: bool
) -> None:
    rig.clock.advance(minutes=minutes)
    movement = rig.prepare(kind)
    fault = breaks.lose_answer() if is_executed else breaks.answer_with(b"")

    with rig.proxy.breaking(fault), pytest.raises(OutcomeUnknown):
        movement.make()

    movement.comes_right()


@pytest.mark.parametrize("hours", JUMPS.values(), ids=JUMPS)
@pytest.mark.matrix(row=36, kinds=KINDS)
def test_a_clock_that_jumps_during_a_call_keeps_key_and_unknown_outcome(
    rig: Rig, kind: OperationKind, hours: int
) -> None:
    movement = rig.prepare(kind)

    def fault(exchange: Exchange) -> None:
        if rig.proxy.hits == 1:
            rig.clock.advance(hours=hours)
        breaks.lose_answer()(exchange)

    with rig.proxy.breaking(fault), pytest.raises(OutcomeUnknown):
        movement.make()

    assert movement.states == [OperationState.UNKNOWN]
    assert movement.times_moved == 1
    rig.clock.advance(hours=-hours)
    rig.let_time_pass(hours=2)
    movement.comes_right()


@pytest.mark.parametrize("hours", JUMPS.values(), ids=JUMPS)
@pytest.mark.matrix(row=36, kinds=KINDS)
def test_a_clock_that_jumps_moves_no_deadline(
    make_rig: Callable[..., Rig],
    monkeypatch: pytest.MonkeyPatch,
    kind: OperationKind,
    hours: int,
) -> None:
    patient = Policy(replay_seconds=0)
    rig = make_rig(policy=patient, DEADLINE_SECONDS=DEADLINE)
    movement = rig.prepare(kind)
    wall, started = time.time, time.monotonic()

    def fault(exchange: Exchange) -> None:
        rig.clock.advance(hours=hours)
        monkeypatch.setattr(time, "time", lambda: wall() + hours * 3600)
        breaks.drip(breaks.after_head)(exchange)

    with rig.proxy.breaking(fault), pytest.raises(OutcomeUnknown):
        movement.make()

    assert time.monotonic() - started <= PATIENCE
    assert movement.times_moved == 1


@pytest.mark.parametrize("minutes", SKEWS.values(), ids=SKEWS)
@pytest.mark.matrix(row=36, kinds=())
def test_a_webhook_that_is_stale_by_a_wrong_clock_says_so(
    rig: Rig, minutes: int
) -> None:
    signed_at = datetime.now(UTC)
    secret, body = rig.simulator.merchant.webhook_secret, b"{}"
    signature = sign(secret, int(signed_at.timestamp()), body)
    message = WebhookRequest(
        body=body,
        headers={"Clover-Signature": signature},
        received_at=signed_at + timedelta(minutes=minutes),
    )

    with pytest.raises(WebhookRejected, match="this machine's clock is off") as raised:
        rig.payments.receive_webhook(message)

    assert raised.value.code == "signature_stale"
    assert "300 s" in str(raised.value)
