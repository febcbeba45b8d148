from dataclasses import replace
from datetime import UTC, datetime

import pytest

from clover_demo.purchases.audit import ShopOrder, find_leftovers, judge
from clover_demo.run import Outcome
from clover_simulator.state.cards import CardOnFile
from clover_simulator.state.cards import Outcome as IssuerOutcome
from clover_simulator.state.records import Charge, ChargeState
from clover_simulator.state.webhook_sender import Delivery

NOW = datetime(2026, 1, 1, tzinfo=UTC)
ORDER = ShopOrder(
    number="100001",
    charge_id="CHARGE0000001",
    cents=2100,
    currency="USD",
    status="Paid",
)
CARD = CardOnFile(
    brand="VISA",
    first6="424242",
    last4="4242",
    exp_month="12",
    exp_year="2099",
    outcome=IssuerOutcome.APPROVED,
)
CHARGE = Charge(
    id="CHARGE0000001",
    merchant_id="TESTMERCH0001",
    amount=2100,
    amount_captured=2100,
    currency="usd",
    state=ChargeState.CAPTURED,
    created=NOW,
    source_id="clv_1",
    card=CARD,
    order_id="ORDER00000001",
    ref_num="1",
    auth_code="OK1",
)


def delivery(status):
    return Delivery(
        number=1,
        merchant_id="",
        url="",
        event={},
        at=NOW,
        state="answered",
        status=status,
    )


def test_an_order_that_is_paid_in_both_records_is_right():
    verdict = judge("iframe", ORDER, [CHARGE])

    assert verdict.is_right
    assert Outcome(verdicts=(verdict,), leftovers=()).is_right


@pytest.mark.parametrize(
    ("order", "charges", "problem"),
    [
        (replace(ORDER, status="Pending"), [CHARGE], "the order is Pending, not Paid"),
        (replace(ORDER, cents=2101), [CHARGE], "comes to 21.01 USD, Clover took 21.00"),
        (replace(ORDER, currency="CAD"), [CHARGE], "comes to 21.00 CAD, Clover took"),
        (replace(ORDER, charge_id="OTHER"), [CHARGE], "Clover knows no charge OTHER"),
        (ORDER, [], "Clover knows no charge CHARGE0000001"),
        (
            ORDER,
            [replace(CHARGE, state=ChargeState.AUTHORIZED, amount_captured=0)],
            "the charge is authorized, not captured",
        ),
        (None, [CHARGE], "the shop has no order"),
    ],
)
def test_every_difference_between_the_records_is_named(order, charges, problem):
    verdict = judge("iframe", order, charges)

    assert problem in verdict.problems[0]
    assert not Outcome(verdicts=(verdict,), leftovers=()).is_right


def test_money_for_no_order_is_found():
    stray = replace(CHARGE, id="CHARGE0000002")
    declined = replace(CHARGE, id="CHARGE0000003", state=ChargeState.DECLINED)
    right = judge("iframe", ORDER, [CHARGE, stray, declined])

    found = find_leftovers([right], [CHARGE, stray, declined], [delivery(200)])

    assert found == ["Clover took 21.00 USD with CHARGE0000002, for no order"]


@pytest.mark.parametrize(("status", "shown"), [(400, "400"), (None, "nothing")])
def test_a_webhook_that_the_shop_refuses_is_found(status, shown):
    found = find_leftovers([], [], [delivery(status)])

    assert found == [f"the shop answered {shown} to Clover's webhook 1"]
