"""Rows 13 and 15 to 19: Clover says no, not now, or that something broke."""

import json
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import chain, repeat

import pytest

from payment_hooks import (
    AuthenticationFailed,
    ChargeDetails,
    InvalidRequest,
    KeyConflict,
    Money,
    OutcomeUnknown,
    PaymentDeclined,
    PaymentSource,
    RateLimited,
    WrongState,
)
from payment_hooks.model.records import OperationKind, OperationState
from tests.faults import breaks
from tests.faults.matrix import FOLLOWS, KINDS, TAKES
from tests.faults.messages import answer, body_of
from tests.faults.proxy import Fault
from tests.faults.rig import SHOPPER, Movement, Rig

DECLINED_CARD = "4005571702222222"
ERRORS = {500: "Error", 502: "Bad Gateway", 503: "Unavailable", 504: "Timeout"}


def refusal(status: str, code: str = "", kind: str = "", *headers: str) -> bytes:
    """An error as Clover words it."""
    error = {"message": "no", "code": code, "type": kind}
    return answer(json.dumps({"error": error}).encode(), *headers, status=status)


def after(first: Fault, then: Fault) -> Fault:
    """`first` is done to one request, `then` to all behind it."""
    faults = chain([first], repeat(then))
    return lambda exchange: next(faults)(exchange)


def is_closed_unmoved(movement: Movement, state: OperationState) -> None:
    """A definitive no: nothing is open, nothing moved."""
    assert movement.states == [state]
    movement.is_unmoved()


@pytest.mark.matrix(row=13, kinds=TAKES)
def test_a_declined_card_is_declined_and_another_card_gets_another_key(
    rig: Rig, kind: OperationKind
) -> None:
    good = rig.prepare(kind)
    bad = replace(good, source=PaymentSource(token=rig.simulator.token(DECLINED_CARD)))

    with pytest.raises(PaymentDeclined):
        bad.make()
    is_closed_unmoved(bad, OperationState.DECLINED)
    good.make()
    good.resolve()

    keys = {row.intent.idempotency_key for row in good.rows}
    assert (len(keys), good.states[-1]) == (2, OperationState.SUCCEEDED)
    good.holds()


@pytest.mark.matrix(row=13, kinds=TAKES)
def test_a_declined_form_sent_again_is_answered_without_asking(
    rig: Rig, kind: OperationKind
) -> None:
    movement = rig.prepare(kind)
    source = PaymentSource(token=rig.simulator.token(DECLINED_CARD))
    declined = replace(movement, source=source)

    for _ in range(2):
        with pytest.raises(PaymentDeclined):
            declined.make()

    assert rig.simulator.count("POST", "/v1/charges") == 1


@pytest.mark.parametrize("code", ["invalid_request", "processing_error", "missing"])
@pytest.mark.matrix(row=13, kinds=KINDS)
def test_what_is_refused_as_wrong_moves_nothing_and_is_asked_anew(
    rig: Rig, kind: OperationKind, code: str
) -> None:
    movement = rig.prepare(kind)
    no = breaks.answer_with(refusal("400 Bad Request", code))

    with rig.proxy.breaking(no), pytest.raises(InvalidRequest):
        movement.make()

    is_closed_unmoved(movement, OperationState.FAILED)
    movement.comes_right()
    assert len({row.intent.idempotency_key for row in movement.rows}) == 2


@pytest.mark.parametrize("kept", ["json", "page"])
@pytest.mark.matrix(row=15, kinds=KINDS)
def test_a_forbidden_key_is_a_mistake_of_the_shop_and_not_of_the_card(
    rig: Rig, kind: OperationKind, kept: str
) -> None:
    movement = rig.prepare(kind)
    page = answer(b"<html>blocked</html>", status="403 Forbidden")
    no = refusal("403 Forbidden", "forbidden") if kept == "json" else page

    with (
        rig.proxy.breaking(breaks.answer_with(no)),
        pytest.raises(AuthenticationFailed),
    ):
        movement.make()

    is_closed_unmoved(movement, OperationState.FAILED)
    movement.comes_right()


@pytest.mark.matrix(row=15, kinds=KINDS)
def test_a_key_that_no_one_has_moves_nothing(
    rig: Rig, make_rig: Callable[..., Rig], kind: OperationKind
) -> None:
    movement = rig.prepare(kind)
    stranger = make_rig(rig.ledger, PRIVATE_KEY="a-key-that-nobody-has")
    elsewhere = replace(movement, rig=stranger)

    with pytest.raises(AuthenticationFailed):
        elsewhere.make()

    is_closed_unmoved(movement, OperationState.FAILED)
    movement.comes_right()


@pytest.mark.matrix(row=15, kinds=TAKES)
def test_a_forbidden_look_does_not_end_an_unknown_outcome(
    rig: Rig, kind: OperationKind
) -> None:
    movement = rig.prepare(kind)
    forbidden = breaks.answer_with(refusal("403 Forbidden"))

    with (
        rig.proxy.breaking(after(breaks.lose_answer(), forbidden)),
        pytest.raises(OutcomeUnknown),
    ):
        movement.make()

    assert movement.states == [OperationState.UNKNOWN]
    movement.comes_right()


@pytest.mark.matrix(row=16, kinds=TAKES)
def test_a_key_whose_first_request_still_runs_leaves_an_unknown_outcome_and_one_movement(
    make_rig: Callable[..., Rig], kind: OperationKind
) -> None:
    rig = make_rig(DEADLINE_SECONDS=1.5)
    movement = rig.prepare(kind)
    rig.simulator.switch(processing_seconds=4)

    with pytest.raises(OutcomeUnknown):
        movement.make()

    assert body_of(rig.proxy.answers[-1]).count(b"idempotency_error") == 1
    assert movement.states == [OperationState.UNKNOWN]
    rig.simulator.wait_until(lambda: movement.times_moved)
    movement.comes_right()


@pytest.mark.matrix(row=16, kinds=KINDS)
def test_a_key_that_is_in_use_before_it_was_sent_is_another_ledgers(
    rig: Rig, kind: OperationKind
) -> None:
    movement = rig.prepare(kind)
    busy = breaks.answer_with(refusal("409 Conflict", "busy", "idempotency_error"))

    with rig.proxy.breaking(busy), pytest.raises(KeyConflict):
        movement.make()

    is_flagged_for_its_key(rig, movement)


@pytest.mark.matrix(row=17, kinds=TAKES)
def test_another_card_is_not_sent_under_the_key_of_an_unknown_outcome(
    rig: Rig, kind: OperationKind
) -> None:
    movement = rig.prepare(kind)
    other = replace(movement, source=PaymentSource(token=rig.simulator.token()))
    with rig.proxy.breaking(breaks.lose_answer()), pytest.raises(OutcomeUnknown):
        movement.make()
    sent = len(rig.proxy.requests)

    done = other.make()

    assert done.operation_id == movement.rows[0].operation_id
    assert [r for r in rig.proxy.requests[sent:] if r.startswith(b"POST")] == []
    movement.resolve()
    movement.holds()


@pytest.mark.matrix(row=17, kinds=TAKES)
def test_a_charge_and_an_authorization_are_one_intent(
    rig: Rig, kind: OperationKind
) -> None:
    movement = rig.prepare(kind)
    (opposite,) = (OperationKind(other) for other in TAKES if other != kind)
    with rig.proxy.breaking(breaks.lose_answer()), pytest.raises(OutcomeUnknown):
        movement.make()

    replace(movement, kind=opposite).make()

    movement.resolve()
    movement.holds()
    assert replace(movement, kind=opposite).times_moved == 0


@pytest.mark.matrix(row=17, kinds=TAKES)
def test_other_details_are_not_sent_under_the_key_of_an_unknown_outcome(
    rig: Rig, kind: OperationKind
) -> None:
    movement = rig.prepare(kind)
    take = rig.payments.charge if kind == "charge" else rig.payments.authorize
    with rig.proxy.breaking(breaks.lose_answer()), pytest.raises(OutcomeUnknown):
        take(
            movement.payment_id,
            movement.source,
            details=ChargeDetails(shopper_ip=SHOPPER, shopper_email="a@shop.example"),
        )
    sent = len(rig.proxy.requests)

    take(
        movement.payment_id,
        movement.source,
        details=ChargeDetails(shopper_ip=SHOPPER, shopper_email="b@shop.example"),
    )

    assert [r for r in rig.proxy.requests[sent:] if r.startswith(b"POST")] == []
    movement.resolve()
    movement.holds()


@pytest.mark.parametrize("is_lost", [True, False])
@pytest.mark.matrix(row=17, kinds=("capture", "refund"))
def test_the_same_intent_with_another_amount_is_not_sent(
    rig: Rig, kind: OperationKind, is_lost: bool
) -> None:
    movement = rig.prepare(kind)
    fault = breaks.lose_answer() if is_lost else breaks.carry()
    with rig.proxy.breaking(fault):
        try:
            movement.make()
        except OutcomeUnknown:
            assert is_lost
    sent = len(rig.proxy.requests)

    with pytest.raises((InvalidRequest, WrongState, OutcomeUnknown)):
        ask_for(movement, Money(1000, "USD"))

    assert [r for r in rig.proxy.requests[sent:] if r.startswith(b"POST")] == []
    assert movement.times_moved == 1


def ask_for(movement: Movement, amount: Money) -> None:
    """The same intent, with another amount."""
    payments = movement.rig.payments
    if movement.kind is OperationKind.CAPTURE:
        payments.capture(movement.payment_id, amount)
    else:
        payments.refund(movement.payment_id, amount, intent_id="the form")


@pytest.mark.matrix(row=17, kinds=KINDS)
def test_a_key_that_was_used_for_something_else_waits_for_a_person(
    rig: Rig, kind: OperationKind
) -> None:
    movement = rig.prepare(kind)
    mismatch = refusal("400 Bad Request", "invalid_request", "idempotency_error")

    with rig.proxy.breaking(breaks.answer_with(mismatch)), pytest.raises(KeyConflict):
        movement.make()

    is_flagged_for_its_key(rig, movement)


def is_flagged_for_its_key(rig: Rig, movement: Movement) -> None:
    """Nothing moved, was sent again or is unknown: a person compares, then unflags."""
    is_closed_unmoved(movement, OperationState.FAILED)
    assert "key_conflict" in movement.payment.flags
    assert rig.proxy.hits <= 2
    sent = rig.proxy.requests[-rig.proxy.hits :]
    assert len({body_of(request) for request in sent}) == 1


@pytest.mark.parametrize("headers", [(), ("Retry-After: 60",)])
@pytest.mark.matrix(row=18, kinds=KINDS)
def test_too_many_calls_move_nothing_and_are_not_slept_through(
    rig: Rig, kind: OperationKind, headers: tuple[str, ...]
) -> None:
    movement = rig.prepare(kind)
    busy = refusal("429 Too Many Requests", "rate_limit", "", *headers)
    started = time.monotonic()

    with (
        rig.proxy.breaking(breaks.answer_with(busy)),
        pytest.raises(RateLimited) as raised,
    ):
        movement.make()

    assert time.monotonic() - started < 30  # half of what the answer asks for
    assert raised.value.retry_after_seconds == (60 if headers else None)
    movement.is_unmoved()
    movement.comes_right()


@pytest.mark.matrix(row=18, kinds=TAKES)
def test_too_many_calls_do_not_end_an_unknown_outcome(
    rig: Rig, kind: OperationKind
) -> None:
    movement = rig.prepare(kind)
    busy = breaks.answer_with(refusal("429 Too Many Requests", "rate_limit"))

    with (
        rig.proxy.breaking(after(breaks.lose_answer(), busy)),
        pytest.raises(OutcomeUnknown),
    ):
        movement.make()

    assert movement.states == [OperationState.UNKNOWN]
    movement.comes_right()


@pytest.mark.parametrize("status", ERRORS)
@pytest.mark.parametrize("is_executed", [True, False])
@pytest.mark.matrix(row=19, kinds=KINDS)
def test_a_broken_server_leaves_an_unknown_outcome_whether_or_not_it_executed(
    make_rig: Callable[..., Rig], kind: OperationKind, status: int, is_executed: bool
) -> None:
    rig = make_rig()
    movement = rig.prepare(kind)
    broken = answer(b'{"message": "oops"}', status=f"{status} {ERRORS[status]}")
    said = breaks.change_answer(lambda _: broken)
    fault = said if is_executed else breaks.answer_with(broken)

    with rig.proxy.breaking(fault), pytest.raises(OutcomeUnknown):
        movement.make()

    assert movement.states == [OperationState.UNKNOWN]
    assert movement.times_moved == is_executed
    assert rig.proxy.hits == (1 if kind in FOLLOWS else 2)
    movement.comes_right()


@pytest.mark.matrix(row=19, kinds=TAKES)
def test_a_server_that_recovers_at_once_answers_with_the_first_charge(
    rig: Rig, kind: OperationKind
) -> None:
    movement = rig.prepare(kind)
    broken = answer(b"{}", status="500 Error")
    said = breaks.change_answer(lambda _: broken)

    with rig.proxy.breaking(after(said, breaks.carry())):
        movement.make()

    first, second = rig.proxy.requests[-2:]
    assert first == second
    movement.resolve()
    movement.holds()
