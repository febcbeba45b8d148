"""Rows 37, 38 and 40: renewals at once, followers at once, and forgotten keys.

Row 37 between processes is proved where the stores are; here it is threads of one.
"""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clover_provider.oauth import REFRESH_PATH
from payment_hooks import (
    AuthenticationFailed,
    Money,
    OutcomeUnknown,
    PaymentError,
    PaymentState,
)
from payment_hooks.model.records import Operation, OperationKind, OperationState
from tests.faults import breaks
from tests.faults.matrix import FOLLOWS, TAKES
from tests.faults.proxy import Close
from tests.faults.report import is_long
from tests.faults.rig import DUE, STATE_AFTER, Movement, Records, Rig
from tests.faults.test_row_14_refused_token import (  # noqa: F401 - a fixture
    app_rig,
    forget_access_tokens,
    renewals,
)
from tests.faults.together import at_once

SHOPPERS = 8


@pytest.mark.matrix(row=37)
def test_many_shoppers_at_once_renew_a_refused_token_once(
    app_rig: Rig,  # noqa: F811 - the fixture
) -> None:
    charges = [app_rig.prepare("charge") for _ in range(SHOPPERS)]
    forget_access_tokens(app_rig.simulator)

    at_once(SHOPPERS, lambda number: charges[number].make())

    assert renewals(app_rig) == 1
    for charge in charges:
        charge.resolve()
        charge.holds()


@pytest.mark.matrix(row=37)
def test_a_renewal_whose_answer_is_lost_says_reconnect_and_charges_nothing(
    app_rig: Rig,  # noqa: F811 - the fixture
) -> None:
    charges = [app_rig.prepare("charge") for _ in range(SHOPPERS)]
    forget_access_tokens(app_rig.simulator)
    app_rig.simulator.fail("POST", REFRESH_PATH, "reset_after", times=None)

    first = at_once(SHOPPERS, lambda number: charges[number].make())
    again = at_once(SHOPPERS, lambda number: charges[number].make())

    for refusal in first + again:
        assert isinstance(refusal, PaymentError)
        assert not isinstance(refusal, OutcomeUnknown)
    for charge in charges:
        charge.is_unmoved()


@pytest.mark.matrix(row=37)
def test_a_renewal_token_that_was_used_up_says_reconnect(
    app_rig: Rig,  # noqa: F811 - the fixture
) -> None:
    charge = app_rig.prepare("charge")
    forget_access_tokens(app_rig.simulator)
    app_rig.simulator.fail("POST", REFRESH_PATH, "reset_after", times=1)
    at_once(1, lambda _: charge.make())

    with pytest.raises(AuthenticationFailed, match="connect"):
        charge.make()

    charge.is_unmoved()


@pytest.mark.matrix(row=38, kinds=FOLLOWS)
def test_a_follower_that_was_lost_and_is_clicked_again_at_once_moves_once(
    rig: Rig, kind: OperationKind
) -> None:
    movement = rig.prepare(kind)
    with rig.proxy.breaking(breaks.lose_answer()), pytest.raises(OutcomeUnknown):
        movement.make()

    at_once(4, lambda _: movement.make())

    movement.comes_right()
    assert len(movement.rows) == 1


@pytest.mark.matrix(row=38, kinds=("refund",))
def test_partial_refunds_at_once_never_refund_more_than_was_taken(
    rig: Rig,
) -> None:
    charge = rig.prepare("charge")
    charge.make()
    part = Money(1000, DUE.currency)

    ends = at_once(
        6,
        lambda number: rig.payments.refund(
            charge.payment_id, part, intent_id=f"clerk {number}"
        ),
    )

    assert sum(isinstance(end, Operation) for end in ends) == 2
    assert refunded(charge) == 2000
    assert rig.payments.refundable(charge.payment_id) == Money(599, DUE.currency)


@pytest.mark.matrix(row=38, kinds=("capture", "void"))
@pytest.mark.parametrize("later", ["/v1/refunds", "/v1/charges/*/capture"])
def test_of_a_capture_and_a_void_at_once_the_ledger_knows_what_became(
    rig: Rig, later: str
) -> None:
    capture = rig.prepare("capture")
    void = Movement(rig, OperationKind.VOID, capture.payment_id, capture.source)
    rig.simulator.fail("POST", later, "delay_before", seconds=0.3)

    ends = at_once(2, lambda number: (capture, void)[number].make())

    assert sum(isinstance(end, Operation) for end in ends) == 1
    rig.recover()
    is_taken = charged(capture) > refunded(capture)
    expected = PaymentState.PAID if is_taken else PaymentState.VOIDED
    assert capture.payment.state is expected


FAULTS = {"answer lost": breaks.lose_answer(), "fine": breaks.carry()}


@pytest.mark.matrix(row=38, kinds=("refund",))
@settings(
    max_examples=200 if is_long() else 15,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    asked=st.lists(
        st.tuples(
            st.integers(1, 1500), st.sampled_from(sorted(FAULTS)), st.integers(1, 3)
        ),
        min_size=1,
        max_size=5,
    )
)
def test_whatever_is_refunded_and_lost_both_records_agree(
    rig: Rig, asked: list[tuple[int, str, int]]
) -> None:
    charge = rig.prepare("charge")
    charge.make()
    rig.payments.notify(charge.payment_id)

    for number, (minor_units, fault, clicks) in enumerate(asked):
        for _ in range(clicks):
            refund(charge, minor_units, fault, f"form {number}")
    rig.recover()

    left = rig.payments.refundable(charge.payment_id)
    assert 0 <= refunded(charge) <= DUE.minor_units
    assert left.minor_units == DUE.minor_units - refunded(charge)
    assert not any(
        row.state.is_open for row in rig.ledger.operations(charge.payment_id)
    )


def refund(charge: Movement, minor_units: int, fault: str, form: str) -> None:
    rig, amount = charge.rig, Money(minor_units, DUE.currency)
    with rig.proxy.breaking(FAULTS[fault]):
        at_once(
            1,
            lambda _: rig.payments.refund(charge.payment_id, amount, intent_id=form),
        )


def charged(movement: Movement) -> int:
    """What Clover took, in minor units."""
    records = Records(movement.rig.simulator.ledger, movement.payment.reference)
    return sum(row.amount_captured for row in records.charges)


def refunded(movement: Movement) -> int:
    """What Clover gave back, in minor units."""
    records = Records(movement.rig.simulator.ledger, movement.payment.reference)
    return sum(row.amount for row in records.refunds)


def let_a_day_pass(rig: Rig) -> None:
    """Longer than Clover remembers a key, and than it is trusted to."""
    rig.clock.advance(hours=25)
    rig.simulator.clock.advance(hours=25)


@pytest.mark.matrix(row=40, kinds=TAKES)
def test_a_forgotten_key_is_looked_up_and_not_replayed(
    rig: Rig, kind: OperationKind
) -> None:
    movement = rig.prepare(kind)
    with rig.proxy.breaking(breaks.lose_answer()), pytest.raises(OutcomeUnknown):
        movement.make()
    let_a_day_pass(rig)
    sent = len(posts(rig))

    found = movement.make()

    assert len(posts(rig)) == sent
    assert found.operation_id == movement.rows[0].operation_id
    movement.resolve()
    movement.holds()


@pytest.mark.matrix(row=40, kinds=TAKES)
def test_recovery_looks_up_a_forgotten_key(rig: Rig, kind: OperationKind) -> None:
    movement = rig.prepare(kind)
    with rig.proxy.breaking(breaks.lose_answer()), pytest.raises(OutcomeUnknown):
        movement.make()
    let_a_day_pass(rig)
    sent = len(posts(rig))

    rig.recover()

    assert len(posts(rig)) == sent
    movement.holds()


@pytest.mark.matrix(row=40, kinds=TAKES)
def test_what_never_arrived_is_made_under_another_key_a_day_later(
    rig: Rig, kind: OperationKind
) -> None:
    movement = rig.prepare(kind)
    with rig.proxy.breaking(breaks.cut_request(40, Close.RESET)):
        at_once(1, lambda _: movement.make())
    let_a_day_pass(rig)

    movement.make()

    absent, made = movement.rows
    assert absent.state is OperationState.FAILED
    assert absent.intent.idempotency_key != made.intent.idempotency_key
    assert movement.payment.state is STATE_AFTER[kind]
    assert movement.times_moved == 1


def posts(rig: Rig) -> list[bytes]:
    """The requests that could have moved money."""
    return [request for request in rig.proxy.requests if request.startswith(b"POST")]
