"""Rows 7 and 9: Clover is slow, in twelve ways. The deadline is for the whole call."""

import gzip
import time
from collections.abc import Callable, Iterator
from itertools import repeat

import pytest

from payment_hooks import OutcomeUnknown, Policy
from payment_hooks.model.records import OperationKind, OperationState
from tests.faults import breaks
from tests.faults.matrix import KINDS
from tests.faults.messages import END_OF_HEAD, body_of
from tests.faults.proxy import Fault
from tests.faults.report import Report
from tests.faults.rig import Movement, Rig
from tests.patience import DEADLINES, LATE

DEADLINE = 0.4

CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


def endless(start: bytes, again: bytes) -> Callable[[bytes], Iterator[bytes]]:
    """`start`, and then the same piece for ever."""

    def pieces(answer: bytes) -> Iterator[bytes]:
        yield start
        yield from repeat(again)

    return pieces


def chunks_of_a_byte(answer: bytes) -> Iterator[bytes]:
    yield CHUNKED
    for byte in breaks.bytes_of(body_of(answer)):
        yield b"1\r\n" + byte + b"\r\n"


def endless_trailers(answer: bytes) -> Iterator[bytes]:
    body = body_of(answer)
    yield CHUNKED + b"%x\r\n" % len(body) + body + b"\r\n0\r\n"
    yield from repeat(b"X-Trailer: more\r\n")


def packed(answer: bytes) -> Iterator[bytes]:
    body = gzip.compress(body_of(answer))
    yield (
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d" % len(body)
        + END_OF_HEAD
    )
    yield from breaks.bytes_of(body)


def head_only(answer: bytes) -> Iterator[bytes]:
    yield answer.partition(END_OF_HEAD)[0] + END_OF_HEAD


def all_but_the_last_byte(answer: bytes) -> Iterator[bytes]:
    yield answer[:-1]


SLOW: dict[str, Fault] = {
    "read, and never answered": breaks.black_hole(),
    "executed, and never answered": breaks.execute_and_fall_silent(),
    "a status line without end": breaks.drip(endless(b"HTTP/1.1 200 ", b"O")),
    "byte by byte from the first": breaks.drip(breaks.bytes_of),
    "byte by byte behind the head": breaks.drip(breaks.after_head),
    "nothing behind the head": breaks.drip(head_only),
    "all but the last byte": breaks.drip(all_but_the_last_byte),
    "headers without end": breaks.drip(
        endless(b"HTTP/1.1 200 OK\r\n", b"X-More: 1\r\n")
    ),
    "100 Continue without end": breaks.drip(
        endless(b"", b"HTTP/1.1 100 Go on\r\n\r\n")
    ),
    "chunks of a byte": breaks.drip(chunks_of_a_byte),
    "trailers without end": breaks.drip(endless_trailers),
    "gzip byte by byte": breaks.drip(packed),
}


@pytest.fixture(scope="module")
def longest(report: Report) -> Iterator[dict[str, float]]:
    """Where each slow server leaves how long its call took."""
    seconds: dict[str, float] = {}
    yield seconds
    report.line(
        "deadlines",
        f"{len(seconds)} slow servers, deadline {DEADLINES[0]} s: the longest call took "
        f"{max(seconds.values()):.3f} s",
    )


@pytest.fixture
def hurry(make_rig: Callable[..., Rig]) -> Callable[[float], Rig]:
    """Builds a shop with so little patience, which asks once."""
    return lambda seconds: make_rig(
        policy=Policy(replay_seconds=0), DEADLINE_SECONDS=seconds
    )


def leave_unknown(movement: Movement, fault: Fault) -> None:
    """Make the movement, whose outcome is unknown."""
    with movement.rig.proxy.breaking(fault), pytest.raises(OutcomeUnknown):
        movement.make()
    assert movement.states == [OperationState.UNKNOWN]


def make_in_time(
    hurry: Callable[[float], Rig], kind: OperationKind | str, fault: Fault
) -> tuple[Movement, float]:
    """A movement that ended within its deadline, and how long it took."""
    for given in DEADLINES:
        movement = hurry(given).prepare(kind)
        started = time.monotonic()
        leave_unknown(movement, fault)
        seconds = time.monotonic() - started
        if seconds <= given * (1 + LATE):
            return movement, seconds
    raise AssertionError(f"{kind} took {seconds:.2f} s where {given} s were given")


@pytest.mark.parametrize("name", SLOW)
@pytest.mark.matrix(row=9, kinds=("charge",))
def test_every_call_ends_within_its_deadline(
    hurry: Callable[[float], Rig], name: str, longest: dict[str, float]
) -> None:
    movement, longest[name] = make_in_time(hurry, "charge", SLOW[name])

    movement.comes_right()


@pytest.mark.matrix(row=9, kinds=KINDS)
def test_an_answer_that_drips_ends_with_the_deadline(
    hurry: Callable[[float], Rig], kind: OperationKind
) -> None:
    movement, _ = make_in_time(hurry, kind, SLOW["byte by byte behind the head"])

    assert movement.times_moved == 1
    movement.comes_right()


@pytest.mark.matrix(row=7, kinds=KINDS)
def test_a_request_that_is_never_answered_has_an_unknown_outcome(
    hurry: Callable[[float], Rig], kind: OperationKind
) -> None:
    movement, _ = make_in_time(hurry, kind, SLOW["executed, and never answered"])

    assert movement.times_moved == 1
    movement.comes_right()


@pytest.mark.matrix(row=7, kinds=KINDS)
def test_money_that_moves_after_the_deadline_is_found(
    hurry: Callable[[float], Rig], kind: OperationKind
) -> None:
    movement, _ = make_in_time(hurry, kind, breaks.execute_when_the_client_has_gone())
    movement.rig.simulator.wait_until(lambda: movement.times_moved)

    movement.comes_right()


@pytest.mark.matrix(row=7, kinds=("authorize", "charge"))
def test_a_charge_is_not_asked_for_again_once_it_is_late(
    make_rig: Callable[..., Rig], kind: OperationKind
) -> None:
    late = Policy(replay_seconds=DEADLINE / 2)
    rig = make_rig(policy=late, DEADLINE_SECONDS=DEADLINE)

    leave_unknown(rig.prepare(kind), SLOW["read, and never answered"])

    assert rig.proxy.hits == 1
