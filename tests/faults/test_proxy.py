"""The proxy and the rig without faults, and that each fault does what it says."""

import pytest

from payment_hooks import OutcomeUnknown
from payment_hooks.model.records import OperationKind
from tests.faults import breaks
from tests.faults.messages import answer, body_of, is_complete, method_of, with_body
from tests.faults.proxy import Close
from tests.faults.rig import Rig


@pytest.mark.matrix(row=0, kinds=("authorize", "capture", "charge", "refund", "void"))
def test_without_a_fault_money_moves_once_and_the_shop_is_notified(
    rig: Rig, kind: OperationKind
) -> None:
    movement = rig.prepare(kind)

    movement.make()
    movement.resolve()

    movement.holds()


def test_a_cut_request_does_not_arrive(rig: Rig) -> None:
    movement = rig.prepare("charge")

    with (
        rig.proxy.breaking(breaks.cut_request(300, Close.RESET)),
        pytest.raises(OutcomeUnknown),
    ):
        movement.make()

    assert rig.proxy.hits == 2
    assert movement.times_moved == 0


def test_a_cut_answer_was_executed(rig: Rig) -> None:
    movement = rig.prepare("charge")

    with (
        rig.proxy.breaking(breaks.cut_answer(300, Close.ORDERLY)),
        pytest.raises(OutcomeUnknown),
    ):
        movement.make()

    assert movement.times_moved == 1


def test_a_message_is_whole_with_its_last_byte() -> None:
    message = answer(b'{"a": 1}')

    assert is_complete(message)
    assert not is_complete(message[:-1])
    assert body_of(with_body(message, b"{}")) == b"{}"
    assert is_complete(with_body(message, b"{}"))
    assert method_of(b"POST /v1/charges HTTP/1.1") == "POST"
    assert method_of(b"POS") == ""
