"""Rows 44 to 49: statuses, sums, lists, two ledgers, arguments, and bare messages."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any, cast

import pytest

from payment_hooks import (
    InvalidRequest,
    MemoryLedger,
    Mode,
    OutcomeUnknown,
    PaymentError,
    PaymentSource,
    PaymentState,
    WrongState,
)
from payment_hooks.model.records import OperationKind, OperationState
from payment_hooks.recovery.reconciliation import Reconciliation
from tests.faults import breaks
from tests.faults.matrix import KINDS, TAKES
from tests.faults.messages import answer, body_of, with_body
from tests.faults.pages import Page, deliver, deliver_own, open_page
from tests.faults.proxy import Exchange, Fault
from tests.faults.rig import DUE, STATE_AFTER, Movement, Rig

STATUS = re.compile(rb'"status": ?"succeeded"')
FILTER = re.compile(rb"[?&]created[^& ]*")
TIP = 500


def saying(status: str) -> Fault:
    """Executed; the answer calls it that."""
    word = f'"status": "{status}"'.encode()

    def change(said: bytes) -> bytes:
        return with_body(said, STATUS.sub(word, body_of(said)))

    return breaks.change_answer(change)


def is_not_believed(movement: Movement) -> None:
    """The shop was not notified of a success, and nothing says that there was one."""
    assert OperationState.SUCCEEDED not in movement.states
    assert movement.payment.state is not STATE_AFTER[movement.kind]
    assert movement.times_notified == 0


@pytest.mark.matrix(row=44, kinds=KINDS)
def test_pending_is_neither_a_yes_nor_a_no(rig: Rig, kind: OperationKind) -> None:
    movement = rig.prepare(kind)

    with rig.proxy.breaking(saying("pending")), pytest.raises(OutcomeUnknown):
        movement.make()
    with rig.proxy.breaking(saying("pending"), "GET"):
        rig.recover()

    assert movement.states == [OperationState.UNKNOWN]
    is_not_believed(movement)
    movement.comes_right()


@pytest.mark.matrix(row=44, kinds=KINDS)
def test_what_is_answered_as_failed_is_a_no(rig: Rig, kind: OperationKind) -> None:
    movement = rig.prepare(kind)

    with (
        rig.proxy.breaking(saying("failed")),
        pytest.raises(PaymentError) as caught,
    ):
        movement.make()

    assert not isinstance(caught.value, OutcomeUnknown)
    assert movement.is_called_off
    is_not_believed(movement)


@pytest.mark.matrix(row=44, kinds=KINDS)
def test_what_a_look_finds_failed_is_a_no(rig: Rig, kind: OperationKind) -> None:
    movement = rig.prepare(kind)
    with rig.proxy.breaking(breaks.lose_answer()), pytest.raises(OutcomeUnknown):
        movement.make()

    with rig.proxy.breaking(saying("failed"), "GET"):
        rig.recover()

    assert movement.is_called_off
    is_not_believed(movement)


@pytest.mark.matrix(row=44, kinds=TAKES)
def test_after_a_status_that_is_a_no_another_card_is_taken(
    rig: Rig, kind: OperationKind
) -> None:
    movement = rig.prepare(kind)
    with rig.proxy.breaking(saying("failed")), pytest.raises(PaymentError):
        movement.make()

    source = PaymentSource(token=rig.simulator.token())
    Movement(rig, movement.kind, movement.payment_id, source).make()

    assert movement.payment.state is STATE_AFTER[movement.kind]
    assert movement.times_notified == 1


def reconcile(rig: Rig) -> None:
    """Compare Clover's list of today with the ledger, and write down what is certain."""
    now = rig.clock()
    since, until = now - timedelta(days=1), now + timedelta(minutes=1)
    Reconciliation(rig.payments).run(since, until, repair=True)


@pytest.mark.matrix(row=45)
def test_a_page_is_given_out_again_only_when_all_that_did_not_fit_is_back(
    rig: Rig,
) -> None:
    rig.simulator.switch(hosted_tip=TIP)
    page = open_page(rig)
    deliver(rig, page.pay())
    parts = [300, TIP, DUE.minor_units - 300]

    for part in parts:
        with pytest.raises(OutcomeUnknown, match="does not fit"):
            page.renew()
        with pytest.raises(WrongState, match="still held"):
            rig.payments.unflag(page.payment_id, "amount_differs")
        rig.simulator.refund_in_dashboard(page.charge_id, part)
        reconcile(rig)

    rig.payments.unflag(page.payment_id, "amount_differs")
    assert page.renew().url
    assert page.payment.flags == ()


def ignoring_filters() -> Fault:
    """The list is of any time, whatever was asked for."""
    return breaks.change_request(
        lambda asked: FILTER.sub(b"", asked).replace(b"charges&", b"charges?", 1)
    )


def refusing_filters() -> Fault:
    """A list that is asked for with a time is refused; every other is given."""
    refusal = answer(b'{"message": "400 Bad Request"}', status="400 Bad Request")

    def fault(exchange: Exchange) -> None:
        asked = exchange.read()
        is_filtered = FILTER.search(asked.partition(b"\r\n")[0]) is not None
        exchange.send(refusal if is_filtered else exchange.execute(asked))

    return fault


@pytest.mark.matrix(row=46, kinds=TAKES)
@pytest.mark.parametrize("filters", [ignoring_filters, refusing_filters])
def test_what_was_taken_is_found_in_a_list_whatever_its_filter_does(
    rig: Rig, kind: OperationKind, filters: Callable[[], Fault]
) -> None:
    for _ in range(3):
        rig.prepare("charge").make()
    movement = rig.prepare(kind)
    with rig.proxy.breaking(breaks.lose_answer()), pytest.raises(OutcomeUnknown):
        movement.make()

    with rig.proxy.breaking(filters(), "GET"):
        rig.recover()

    assert not movement.is_called_off
    movement.comes_right()


@pytest.mark.matrix(row=46, kinds=TAKES)
def test_a_list_that_is_refused_proves_no_absence(
    rig: Rig, kind: OperationKind
) -> None:
    movement = rig.prepare(kind)
    with rig.proxy.breaking(breaks.lose_answer()), pytest.raises(OutcomeUnknown):
        movement.make()
    rig.let_time_pass(hours=13)

    refusal = answer(b'{"message": "400 Bad Request"}', status="400 Bad Request")
    with rig.proxy.breaking(breaks.answer_with(refusal), "GET"):
        rig.recover()

    assert movement.states == [OperationState.UNKNOWN]
    rig.let_time_pass(hours=1)
    movement.comes_right()


@pytest.mark.matrix(row=47, kinds=TAKES)
def test_two_ledgers_at_one_merchant_sell_the_same_order_number(
    make_rig: Callable[..., Rig], kind: OperationKind
) -> None:
    rigs = [make_rig(MemoryLedger()) for _ in range(2)]
    sold = []
    for rig in rigs:
        payment = rig.payments.open("order-1", mode=Mode.IFRAME, amount_due=DUE)
        source = PaymentSource(token=rig.simulator.token())
        sold.append(Movement(rig, OperationKind(kind), payment.payment_id, source))

    rows = [movement.make() for movement in sold]
    for rig in rigs:
        reconcile(rig)

    assert len({row.intent.idempotency_key for row in rows}) == 2
    for movement in sold:
        assert movement.payment.state is STATE_AFTER[movement.kind]
        assert movement.payment.flags == ()
        assert len(movement.rig.ledger.operations(movement.payment_id)) == 1


WRONG: list[dict[str, Any]] = [
    {"description": None},
    {"description": "4242 4242 4242 4242"},
    {"shopper_adress": "203.0.113.7"},
]


@pytest.mark.matrix(row=48, kinds=TAKES)
@pytest.mark.parametrize("details", WRONG, ids=["no text", "a card", "misspelt"])
def test_what_cannot_be_asked_is_no_intent_and_keeps_no_one_waiting(
    rig: Rig, kind: OperationKind, details: dict[str, Any]
) -> None:
    movement = rig.prepare(kind)
    take = getattr(rig.payments, movement.kind.value)
    seen = len(rig.proxy.requests)

    with pytest.raises((InvalidRequest, TypeError)):
        take(movement.payment_id, movement.source, **details)

    assert movement.rows == []
    assert len(rig.proxy.requests) == seen
    movement.make()
    movement.holds()


@pytest.fixture
def page(rig: Rig) -> Page:
    return open_page(rig)


@pytest.mark.matrix(row=49)
def test_a_message_without_a_session_is_kept_and_named_to_a_person(
    rig: Rig, page: Page
) -> None:
    page.pay()

    deliver_own(rig, id=page.charge_id)

    assert page.payment.state is PaymentState.OPEN
    [message] = rig.payments.match_messages()
    assert message.transaction_id == page.charge_id
    assert "resolve" in message.remedy
    rig.payments.resolve(page.payment_id, transaction_id=message.transaction_id)
    assert cast("PaymentState", page.payment.state) is PaymentState.PAID
    assert page.times_notified == 1


@pytest.mark.matrix(row=49)
def test_a_message_without_a_session_and_for_no_page_of_ours_pays_nothing(
    rig: Rig, page: Page
) -> None:
    charge = rig.prepare("charge")
    done = charge.make()

    deliver_own(rig, id="SOMEBODYELSE1")
    deliver_own(rig, id=done.transaction_id)

    assert page.row.state is OperationState.WAITING
    charge.holds()
