"""Rows 22 and 23: the database fails at the intent's commit, or at the result's."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack
from typing import Any

import pytest
from django.db import DatabaseError
from pytest_django import DjangoDbBlocker

from payment_hooks.model.records import OperationKind, OperationState
from tests.clover_django.postgres import postgres  # noqa: F401 - a fixture
from tests.faults.failing_stores import FAULTS, AfterTheAnswer, postgres_ledger
from tests.faults.matrix import KINDS
from tests.faults.rig import Rig

Broken = Callable[[], AbstractContextManager[None]]


@pytest.fixture(params=FAULTS, ids=lambda fault: fault[1])
def failing(
    request: pytest.FixtureRequest,
    make_rig: Callable[..., Rig],
    django_db_blocker: DjangoDbBlocker,
) -> Iterator[tuple[Rig, Broken]]:
    """A shop, and what breaks its database."""
    database, _, fault = request.param
    server: Any = None
    with ExitStack() as stack:
        if database == "sqlite":
            ledger = request.getfixturevalue("durable_ledger")
        else:
            server = request.getfixturevalue("postgres")
            stack.enter_context(django_db_blocker.unblock())
            ledger = stack.enter_context(postgres_ledger(server))
        yield make_rig(ledger), lambda: fault(server)


@pytest.mark.matrix(row=22, kinds=KINDS)
def test_when_the_intent_cannot_be_recorded_nothing_is_sent(
    failing: tuple[Rig, Broken], kind: OperationKind
) -> None:
    rig, broken = failing
    movement = rig.prepare(kind)
    seen = len(rig.simulator.requests)

    with broken(), pytest.raises(DatabaseError):
        movement.make()

    assert len(rig.simulator.requests) == seen
    assert movement.states == []
    movement.is_unmoved()
    movement.make()
    movement.resolve()
    movement.holds()


@pytest.mark.matrix(row=23, kinds=KINDS)
def test_when_the_result_cannot_be_recorded_the_row_stays_open_until_it_is_found(
    failing: tuple[Rig, Broken], kind: OperationKind
) -> None:
    rig, broken = failing
    movement = rig.prepare(kind)

    with ExitStack() as until_mended:
        plugin = AfterTheAnswer(lambda: until_mended.enter_context(broken()))
        rig.payments.provider.registry.register(plugin)
        with pytest.raises(DatabaseError):
            movement.make()
        rig.payments.provider.registry.unregister(plugin)

    assert movement.times_moved == 1
    assert movement.states == [OperationState.SENDING]
    movement.comes_right()
