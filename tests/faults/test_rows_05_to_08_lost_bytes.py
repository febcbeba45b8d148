"""Rows 5, 6 and 8: the connection ends at any byte, on the way there or back.

Every 64th byte of a charge and every 256th of the other movements, and the bytes next to
the edges, are cut in three ways (eight times as many in the long run).
"""

from collections.abc import Callable, Iterator
from itertools import chain, repeat

import pytest

from clover_django.ledger.store import DjangoLedger
from payment_hooks import OutcomeUnknown
from payment_hooks.model.records import OperationKind, OperationState
from tests.faults import breaks
from tests.faults.matrix import FOLLOWS, KINDS, TAKES
from tests.faults.messages import END_OF_HEAD
from tests.faults.proxy import Close, Fault
from tests.faults.report import Report, is_long
from tests.faults.rig import Movement, Rig


@pytest.fixture(scope="module")
def cuts(report: Report) -> Iterator[list[str]]:
    """Where each cut writes down how it ended."""
    endings: list[str] = []
    yield endings
    said = {word: endings.count(word) for word in sorted(set(endings))}
    report.line("cuts", f"{len(endings)} cuts: {said}, 0 declined or failed")


@pytest.fixture
def rig(
    kind: OperationKind, make_rig: Callable[..., Rig], durable_ledger: DjangoLedger
) -> Rig:
    """On a durable ledger for charges; the other movements are swept in memory."""
    return make_rig(durable_ledger if kind is OperationKind.CHARGE else None)


def offsets(message: bytes, kind: OperationKind) -> list[int]:
    """Where to cut this message."""
    head = message.index(END_OF_HEAD) + len(END_OF_HEAD)
    step = 64 if kind is OperationKind.CHARGE else 256
    edges = {0, head, len(message) - 1}
    every = range(0, len(message), step // 8 if is_long() else step)
    return sorted(edges.union(every))


def measure(rig: Rig, kind: OperationKind) -> tuple[bytes, bytes]:
    """The request and the answer of a movement that nothing breaks."""
    rig.prepare(kind).make()
    return rig.proxy.requests[-1], rig.proxy.answers[-1]


def break_once(rig: Rig, kind: OperationKind, fault: Fault) -> Movement:
    """A movement whose every sending was broken; it is unknown and nothing else."""
    movement = rig.prepare(kind)
    with rig.proxy.breaking(fault), pytest.raises(OutcomeUnknown):
        movement.make()
    assert movement.states == [OperationState.UNKNOWN]
    return movement


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("how", Close)
@pytest.mark.matrix(row=5, kinds=KINDS)
def test_a_request_cut_at_any_byte_is_never_a_no(
    rig: Rig, kind: OperationKind, how: Close, cuts: list[str]
) -> None:
    request, _ = measure(rig, kind)

    for at in offsets(request, kind):
        movement = break_once(rig, kind, breaks.cut_request(at, how))

        assert movement.times_moved == 0
        movement.comes_right()
        cuts.append("request cut, unknown, then moved once")


@pytest.mark.timeout(1200)
@pytest.mark.parametrize("how", Close)
@pytest.mark.matrix(row=8, kinds=KINDS)
def test_an_answer_cut_at_any_byte_is_never_a_no(
    rig: Rig, kind: OperationKind, how: Close, cuts: list[str]
) -> None:
    _, answer = measure(rig, kind)

    for at in offsets(answer, kind):
        movement = break_once(rig, kind, breaks.cut_answer(at, how))

        assert movement.times_moved == 1
        movement.comes_right()
        cuts.append("answer cut, unknown, then found once")


@pytest.mark.matrix(row=5, kinds=KINDS)
def test_a_request_that_arrives_whole_before_the_reset_is_found(
    rig: Rig, kind: OperationKind
) -> None:
    request, _ = measure(rig, kind)

    movement = break_once(rig, kind, breaks.cut_request(len(request), Close.RESET))

    assert movement.times_moved == 1
    movement.comes_right()


@pytest.mark.matrix(row=6, kinds=TAKES)
def test_a_lost_answer_is_asked_for_again_under_the_same_key(
    rig: Rig, kind: OperationKind
) -> None:
    movement = rig.prepare(kind)
    faults = chain([breaks.lose_answer()], repeat(breaks.carry()))

    with rig.proxy.breaking(lambda exchange: next(faults)(exchange)):
        done = movement.make()

    assert done.state is OperationState.SUCCEEDED
    assert rig.proxy.hits == 2
    assert rig.proxy.requests[-1] == rig.proxy.requests[-2]
    movement.resolve()
    movement.holds()


@pytest.mark.matrix(row=6, kinds=KINDS)
def test_a_movement_whose_answers_are_all_lost_is_found_by_one_pass(
    rig: Rig, kind: OperationKind
) -> None:
    movement = break_once(rig, kind, breaks.lose_answer())

    assert movement.times_moved == 1
    movement.comes_right()


@pytest.mark.matrix(row=6, kinds=FOLLOWS)
def test_what_is_asked_again_after_a_lost_answer_is_not_done_again(
    rig: Rig, kind: OperationKind
) -> None:
    movement = break_once(rig, kind, breaks.lose_answer())

    done = movement.make()

    assert done.state is OperationState.SUCCEEDED
    movement.resolve()
    movement.holds()


@pytest.mark.matrix(row=8, kinds=KINDS)
def test_an_answer_shorter_than_its_length_is_no_success(
    rig: Rig, kind: OperationKind
) -> None:
    promised_more = breaks.change_answer(
        lambda answer: answer.replace(b"content-length: ", b"content-length: 9")
    )

    movement = break_once(rig, kind, promised_more)

    movement.comes_right()


@pytest.mark.matrix(row=8, kinds=KINDS)
def test_a_chunked_answer_without_its_end_is_no_success(
    rig: Rig, kind: OperationKind
) -> None:
    movement = break_once(rig, kind, breaks.change_answer(breaks.in_chunks_without_end))

    movement.comes_right()
