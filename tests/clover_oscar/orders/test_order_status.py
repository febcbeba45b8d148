"""The status of an order whose money went back, in the shop's own pipeline."""

import pytest
from oscar.apps.order.exceptions import InvalidOrderStatus
from oscar.core.loading import get_class, get_model

from clover_django.payments import get_payments
from clover_oscar import checks, options
from payment_hooks import Money, PaymentState
from tests.clover_oscar.shopper import orders, records

REFUNDED, VOIDED = PaymentState.REFUNDED, PaymentState.VOIDED


@pytest.fixture
def pipeline(monkeypatch):
    """Gives the shop another pipeline of statuses."""

    def change(**statuses):
        pipeline = {name.replace("_", " "): after for name, after in statuses.items()}
        monkeypatch.setattr(get_model("order", "Order"), "pipeline", pipeline)

    return change


@pytest.fixture
def paid(shopper, product, clover):
    shopper.reach_payment(product)
    shopper.pay()
    return orders()[0]


def refund(order, amount=None):
    payment = get_payments().find(order.number)[0]
    get_payments().refund(payment.payment_id, amount, intent_id="one")
    order.refresh_from_db()
    return order.status


def test_a_refunded_order_moves_to_the_status_that_the_shop_has(paid):
    assert paid.status == "Pending"

    assert refund(paid) == "Cancelled"


def test_a_part_moves_no_order(paid):
    assert refund(paid, Money(400, "USD")) == "Pending"


def test_a_voided_order_moves_too(shopper, product, clover, clover_settings):
    clover_settings(AUTO_CAPTURE=False)
    shopper.reach_payment(product)
    shopper.pay()
    payment = get_payments().find(orders()[0].number)[0]

    get_payments().void(payment.payment_id)

    assert orders()[0].status == "Cancelled"


def test_a_status_of_its_own_comes_first(paid, pipeline):
    pipeline(Pending=("Cancelled", "REFUNDED"), Cancelled=(), REFUNDED=())

    assert refund(paid) == "REFUNDED"


def test_without_such_a_status_the_order_keeps_its_own(paid, pipeline):
    pipeline(Pending=("Sent",), Sent=())

    assert refund(paid) == "Pending"
    assert records(paid)[0][2] == "10.00"


def test_stock_oscar_has_no_pipeline_and_nothing_moves(paid, pipeline):
    pipeline()

    assert refund(paid) == "Pending"


def test_an_order_moves_only_where_the_pipeline_lets_it(paid, pipeline):
    pipeline(Pending=("Sent",), Sent=("Refunded",), Refunded=())

    assert refund(paid) == "Pending"


@pytest.mark.parametrize(
    ("named", "status"), [("", "Pending"), ("Being processed", "Being processed")]
)
def test_the_settings_name_it_or_turn_it_off(paid, clover_settings, named, status):
    clover_settings(ORDER_STATUS={"refunded": named})

    assert refund(paid) == status


def test_a_handler_that_refuses_loses_no_record(paid, monkeypatch, caplog):
    def refuse(self, order, status, note_msg=None):
        order.set_status(status)
        raise InvalidOrderStatus("not today")

    handler = get_class("order.processing", "EventHandler")
    monkeypatch.setattr(handler, "handle_order_status_change", refuse)

    assert refund(paid) == "Pending"
    assert records(paid)[0][2] == "10.00"
    assert "not today" in caplog.text


def found(pipeline, **statuses):
    pipeline(**statuses)
    return [row.id for row in checks.check_money_and_statuses()]


def test_the_check_says_where_orders_would_keep_their_status(
    clover, clover_settings, pipeline
):
    missing = ["clover_oscar.I007", "clover_oscar.I007"]

    assert found(pipeline, Pending=("Sent",), Sent=()) == missing
    assert found(pipeline, Pending=("Cancelled",), Cancelled=()) == []
    assert found(pipeline) == []
    clover_settings(ORDER_STATUS={"refunded": "", "voided": ""})
    assert found(pipeline, Pending=("Sent",), Sent=()) == []


def test_the_first_usual_name_wins():
    chosen = [
        options.order_status(state, ["Canceled", "Refunded", "Voided"])
        for state in (REFUNDED, VOIDED, PaymentState.PAID)
    ]

    assert chosen == ["Refunded", "Voided", ""]
