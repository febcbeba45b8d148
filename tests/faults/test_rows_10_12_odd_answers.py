"""Rows 10 and 12: an answer with 200 that cannot be used, and one that leads elsewhere."""

import json
import logging
import socket
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from payment_hooks import OutcomeUnknown
from payment_hooks.model.records import OperationKind, OperationState
from tests.faults import breaks
from tests.faults.matrix import KINDS
from tests.faults.messages import END_OF_HEAD, answer, body_of, with_body
from tests.faults.proxy import Fault, Proxy
from tests.faults.rig import Movement, Rig

CANARY = "canary-4n7"
"""Stands in each odd answer and must not be found in a log or a message."""

Fields = dict[str, Any]


def body(change: Callable[[bytes], bytes]) -> Fault:
    """Executed; the body of the answer is another one."""
    return breaks.change_answer(
        lambda message: with_body(message, change(body_of(message)))
    )


def fields(change: Callable[[Fields], object]) -> Fault:
    """Executed; the JSON of the answer is another one."""
    return body(lambda text: json.dumps(change(json.loads(text))).encode())


def setting(name: str, value: object) -> Fault:
    """Executed; one field of the answer is another one."""
    return fields(lambda found: found | {name: value, "note": CANARY})


def without(name: str) -> Fault:
    """Executed; one field of the answer is missing."""
    return fields(
        lambda found: {k: v for k, v in found.items() if k != name} | {"note": CANARY}
    )


def always(text: bytes) -> Fault:
    """Executed; this is the body of the answer."""
    return body(lambda _: text)


def head_without_end(message: bytes) -> bytes:
    """What was the body looks like one more line of the head."""
    head = message.partition(END_OF_HEAD)[0]
    return head + b"\r\n" + CANARY.encode() + b" " + body_of(message) + END_OF_HEAD


NO_JSON: dict[str, Fault] = {
    "nothing": always(b""),
    "HTML": always(f"<html>{CANARY}</html>".encode()),
    "JSON that ends early": body(lambda text: text[:-2]),
    "JSON and more": body(lambda text: text + b"}"),
    "another alphabet": always(json.dumps({"note": CANARY}).encode("utf-16")),
    "a byte order mark": body(lambda text: b"\xef\xbb\xbf" + text),
    "brackets without end": always(b"[" * 100_000),
    "a key that comes twice": body(lambda text: text[:-1] + b', "id": "canary-4n7"}'),
    "NaN": body(lambda text: text[:-1] + b', "note": NaN}'),
    "a number of 10,000 digits": body(
        lambda text: text[:-1] + b', "note": ' + b"9" * 10_000 + b"}"
    ),
    "a head without end": breaks.change_answer(head_without_end),
}
NO_OBJECT: dict[str, Fault] = {
    "null": always(b"null"),
    "a list": fields(lambda found: [found]),
    "a text": always(json.dumps(CANARY).encode()),
    "no fields": always(b"{}"),
}
NO_MONEY: dict[str, Fault] = {
    "no id": without("id"),
    "an id of another type": setting("id", 12),
    "no amount": without("amount"),
    "an amount as text": setting("amount", "2599"),
    "an amount as fraction": setting("amount", 2599.0),
    "an amount below zero": setting("amount", -2599),
    "an amount that is huge": setting("amount", 10**30),
    "true for an amount": setting("amount", True),
    "an unknown status": setting("status", CANARY),
}
NO_CHARGE: dict[str, Fault] = {
    "no status": without("status"),
    "no currency": without("currency"),
    "no currency of this world": setting("currency", "XXXX"),
    "captured as text": setting("captured", "true"),
    "succeeded and not paid": setting("paid", False),
}


def is_unknown(movement: Movement, fault: Fault) -> OutcomeUnknown:
    """The error of a movement which was made, and which the shop is not sure about."""
    with movement.rig.proxy.breaking(fault), pytest.raises(OutcomeUnknown) as raised:
        movement.make()
    assert movement.states == [OperationState.UNKNOWN]
    assert movement.times_moved == 1
    return raised.value


@pytest.mark.parametrize("name", NO_JSON | NO_OBJECT)
@pytest.mark.matrix(row=10, kinds=KINDS)
def test_an_answer_that_is_no_json_object_says_nothing(
    make_rig: Callable[..., Rig],
    kind: OperationKind,
    name: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    movement = make_rig().prepare(kind)

    with caplog.at_level(logging.DEBUG):
        error = is_unknown(movement, (NO_JSON | NO_OBJECT)[name])

    assert CANARY not in f"{caplog.text} {error!r} {error} {movement.rows}"
    movement.comes_right()


@pytest.mark.parametrize("name", NO_MONEY)
@pytest.mark.matrix(row=10, kinds=KINDS)
def test_an_answer_without_a_clear_amount_id_and_status_says_nothing(
    make_rig: Callable[..., Rig], kind: OperationKind, name: str
) -> None:
    movement = make_rig().prepare(kind)

    error = is_unknown(movement, NO_MONEY[name])

    assert CANARY not in f"{error!r} {error} {movement.rows}"
    movement.comes_right()


@pytest.mark.parametrize("name", NO_CHARGE)
@pytest.mark.matrix(row=10, kinds=("authorize", "capture", "charge"))
def test_an_answer_that_is_no_clear_charge_says_nothing(
    make_rig: Callable[..., Rig], kind: OperationKind, name: str
) -> None:
    movement = make_rig().prepare(kind)

    is_unknown(movement, NO_CHARGE[name])

    movement.comes_right()


ODD = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**70), 2**70)
    | st.floats(allow_nan=False)
    | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)
NAMES = ("amount", "captured", "currency", "id", "paid", "source", "status", "metadata")


@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(name=st.sampled_from(NAMES), value=ODD, is_renamed=st.booleans())
@pytest.mark.matrix(row=10, kinds=("charge",))
def test_whatever_is_mutated_in_an_answer_the_money_is_not_called_failed(
    make_rig: Callable[..., Rig], name: str, value: object, is_renamed: bool
) -> None:
    rig = make_rig()
    rig.simulator.reset()
    movement = rig.prepare("charge")

    def mutate(found: Fields) -> Fields:
        kept = {k: v for k, v in found.items() if k != name}
        return kept if is_renamed else kept | {name: value}

    with rig.proxy.breaking(fields(mutate)), suppress(OutcomeUnknown):
        movement.make()

    assert movement.times_moved == 1
    assert not movement.is_called_off
    event(movement.states[0])
    if movement.states == [OperationState.UNKNOWN]:
        movement.comes_right()


@pytest.fixture
def elsewhere() -> Iterator[socket.socket]:
    """Another host's port, which no request of ours may reach."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        yield listener


def nobody_called(listener: socket.socket) -> bool:
    try:
        listener.accept()
    except BlockingIOError:
        return True
    return False


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.matrix(row=12, kinds=KINDS)
def test_a_redirect_is_never_followed(
    make_rig: Callable[..., Rig],
    elsewhere: socket.socket,
    kind: OperationKind,
    status: int,
) -> None:
    movement = make_rig().prepare(kind)
    port = elsewhere.getsockname()[1]
    location = f"Location: http://127.0.0.1:{port}/v1/charges"
    moved = breaks.answer_with(answer(b"{}", location, status=f"{status} Moved"))

    with movement.rig.proxy.breaking(moved), pytest.raises(OutcomeUnknown):
        movement.make()

    assert nobody_called(elsewhere)
    assert movement.states == [OperationState.UNKNOWN]
    movement.comes_right()


@pytest.mark.matrix(row=12, kinds=("charge",))
def test_a_redirected_look_is_not_followed_either(
    rig: Rig, proxy: Proxy, elsewhere: socket.socket
) -> None:
    movement = rig.prepare("charge")
    with proxy.breaking(breaks.lose_answer()), pytest.raises(OutcomeUnknown):
        movement.make()
    location = f"Location: http://127.0.0.1:{elsewhere.getsockname()[1]}/"
    moved = breaks.answer_with(answer(b"{}", location, status="307 Moved"))

    with proxy.breaking(moved, "GET"):
        assert rig.recover().unresolved

    assert nobody_called(elsewhere)
    movement.comes_right()
