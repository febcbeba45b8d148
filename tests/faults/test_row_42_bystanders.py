"""Row 42: what only watches a payment fails: log handlers, receivers, metrics."""

import logging
from collections.abc import Callable, Iterator
from typing import cast

import pytest

from clover_django.ledger.store import DjangoLedger
from payment_hooks import OutcomeUnknown, PaymentRequest, hookimpl
from payment_hooks.ledger.store import Ledger
from payment_hooks.model.records import OperationKind, OperationState
from tests.faults import breaks
from tests.faults.crashes import CrashingLedger
from tests.faults.matrix import KINDS, TAKES
from tests.faults.rig import Rig

LOGGERS = ("clover_provider", "payment_hooks")


class BrokenHandler(logging.Handler):
    """Raises with each record, as a handler without a network does."""

    records = 0

    def emit(self, record: logging.LogRecord) -> None:
        self.records += 1
        raise RuntimeError("the log is full")


@pytest.fixture
def broken_log() -> Iterator[BrokenHandler]:
    """Everything the packages log meets a handler that raises."""
    handler = BrokenHandler()
    for logger in map(logging.getLogger, LOGGERS):
        logger.addHandler(handler)
        logger.setLevel(logging.DEBUG)
    yield handler
    for logger in map(logging.getLogger, LOGGERS):
        logger.removeHandler(handler)
        logger.setLevel(logging.NOTSET)


@pytest.mark.matrix(row=42, kinds=KINDS)
def test_a_log_that_fails_does_not_change_a_success(
    rig: Rig, broken_log: BrokenHandler, kind: OperationKind
) -> None:
    movement = rig.prepare(kind)
    sent, broken_log.records = len(rig.proxy.requests), 0

    done = movement.make()

    assert done.state is OperationState.SUCCEEDED
    assert broken_log.records
    assert sum(r.startswith(b"POST") for r in rig.proxy.requests[sent:]) == 1
    movement.resolve()
    movement.holds()


@pytest.mark.matrix(row=42, kinds=KINDS)
def test_a_log_that_fails_does_not_change_an_unknown_outcome(
    rig: Rig, broken_log: BrokenHandler, kind: OperationKind
) -> None:
    movement = rig.prepare(kind)

    with rig.proxy.breaking(breaks.lose_answer()), pytest.raises(OutcomeUnknown):
        movement.make()

    assert broken_log.records
    assert movement.states == [OperationState.UNKNOWN]
    movement.comes_right()


@pytest.mark.matrix(row=42, kinds=KINDS)
def test_a_shop_that_cannot_be_notified_is_notified_later_with_a_broken_log_too(
    rig: Rig, broken_log: BrokenHandler, kind: OperationKind
) -> None:
    movement = rig.prepare(kind)
    rig.shop.failures = [RuntimeError("the mail server is away")]

    movement.make()

    assert (movement.times_notified, rig.shop.failures) == (0, [])
    assert movement.states[-1] is OperationState.SUCCEEDED
    rig.recover()
    movement.holds()


@pytest.mark.matrix(row=42, kinds=("charge",))
def test_one_shop_that_cannot_be_notified_keeps_no_other_waiting(
    rig: Rig, broken_log: BrokenHandler
) -> None:
    movements = [rig.prepare("charge") for _ in range(3)]
    rig.shop.failures = [RuntimeError("the mail server is away") for _ in range(4)]
    for movement in movements:
        movement.make()

    report = rig.recover()

    assert [movement.times_notified for movement in movements] == [0, 1, 1]
    assert len(report.unresolved) == 1


@pytest.mark.matrix(row=42, kinds=("charge",))
def test_a_pass_goes_on_when_neither_ledger_nor_log_can_be_written(
    make_rig: Callable[..., Rig],
    durable_ledger: DjangoLedger,
    broken_log: BrokenHandler,
) -> None:
    failing = CrashingLedger(durable_ledger)
    rig = make_rig(cast("Ledger", failing))
    movements = [rig.prepare("charge") for _ in range(3)]
    for movement in movements:
        with rig.proxy.breaking(breaks.lose_answer()), pytest.raises(OutcomeUnknown):
            movement.make()
    failing.crash("before succeeded is recorded", OperationKind.CHARGE, OSError("full"))

    report = rig.recover()

    assert [row.problem for row in report.unresolved] == ["OSError: see the log"]
    assert [movement.times_notified for movement in movements] == [0, 1, 1]
    movements[0].comes_right()


class BrokenMetrics:
    """A wrapper that counts what moved, and breaks behind it."""

    hits = 0

    def _count(self) -> Iterator[None]:
        done = yield
        self.hits += 1
        if self.hits == 1:
            raise RuntimeError("no metrics today")
        return done

    @hookimpl(wrapper=True)
    def payment_authorize(self, request: PaymentRequest) -> Iterator[None]:
        return (yield from self._count())

    @hookimpl(wrapper=True)
    def payment_charge(self, request: PaymentRequest) -> Iterator[None]:
        return (yield from self._count())

    @hookimpl(wrapper=True)
    def payment_capture(self, request: object) -> Iterator[None]:
        return (yield from self._count())

    @hookimpl(wrapper=True)
    def payment_refund(self, request: object) -> Iterator[None]:
        return (yield from self._count())

    @hookimpl(wrapper=True)
    def payment_void(self, request: object) -> Iterator[None]:
        return (yield from self._count())


@pytest.mark.matrix(row=42, kinds=KINDS)
def test_metrics_that_fail_behind_a_movement_do_not_call_it_failed(
    rig: Rig, kind: OperationKind
) -> None:
    movement = rig.prepare(kind)
    metrics = BrokenMetrics()
    rig.payments.provider.registry.register(metrics)

    try:
        movement.make()
    except OutcomeUnknown:
        assert kind not in TAKES

    assert metrics.hits == 1
    assert movement.times_moved == 1
    assert not movement.is_called_off
    rig.recover()
    movement.holds()
