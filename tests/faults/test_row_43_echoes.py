"""Row 43: what answers repeats the request, with the key and the token in it."""

import logging
from base64 import b64encode
from collections.abc import Callable

import pytest

from payment_hooks import InvalidRequest, OutcomeUnknown, PaymentError
from payment_hooks.model.records import OperationKind, OperationState
from tests.faults import breaks
from tests.faults.matrix import KINDS
from tests.faults.rig import Movement, Rig

NOTATIONS: dict[str, Callable[[str], str]] = {
    "as it came": str,
    "spaced": " ".join,
    "in base64": lambda text: b64encode(text.encode()).decode(),
    "percent-encoded": lambda text: "".join(f"%{ord(letter):02X}" for letter in text),
}


def everything_kept(movement: Movement, error: PaymentError) -> str:
    """What the ledger, the error and a report of recovery say."""
    report = movement.rig.recover()
    kept = f"{movement.rows}{movement.payment}{report}"
    for row in movement.rows:
        kept += f"{row.message}{row.code}{dict(row.details)}"
    return f"{kept}{error}{vars(error)}"


def assert_nothing_shows(movement: Movement, shown: str, write: Callable[[str], str]):
    for secret in (movement.rig.simulator.merchant.private_key, movement.source.token):
        assert secret not in shown
        assert write(secret) not in shown
        assert secret not in shown.replace(" ", "")


@pytest.mark.parametrize("write", NOTATIONS.values(), ids=NOTATIONS)
@pytest.mark.matrix(row=43, kinds=KINDS)
def test_a_refusal_that_repeats_the_request_shows_no_key(
    rig: Rig,
    caplog: pytest.LogCaptureFixture,
    kind: OperationKind,
    write: Callable[[str], str],
) -> None:
    caplog.set_level(logging.DEBUG)
    movement = rig.prepare(kind)
    fault = breaks.repeat_request("400 Bad Request", write)

    with rig.proxy.breaking(fault), pytest.raises(InvalidRequest) as caught:
        movement.make()

    assert movement.states == [OperationState.FAILED]
    assert_nothing_shows(movement, everything_kept(movement, caught.value), write)
    assert_nothing_shows(movement, str([vars(row) for row in caplog.records]), write)


@pytest.mark.parametrize("write", NOTATIONS.values(), ids=NOTATIONS)
@pytest.mark.matrix(row=43, kinds=KINDS)
def test_an_error_that_repeats_an_executed_request_shows_no_key_and_comes_right(
    rig: Rig,
    caplog: pytest.LogCaptureFixture,
    kind: OperationKind,
    write: Callable[[str], str],
) -> None:
    caplog.set_level(logging.DEBUG)
    movement = rig.prepare(kind)
    fault = breaks.repeat_request("502 Bad Gateway", write, executed=True)

    with rig.proxy.breaking(fault), pytest.raises(OutcomeUnknown) as caught:
        movement.make()
    kept = f"{movement.rows}{[row.message for row in movement.rows]}{caught.value}"
    movement.comes_right()

    assert_nothing_shows(movement, kept + str(vars(caught.value)), write)
    assert_nothing_shows(movement, str([vars(row) for row in caplog.records]), write)
