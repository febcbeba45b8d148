"""Ecommerce orders."""

import pytest

from tests.clover_simulator.conftest import error_of

ITEMS = [
    {"type": "sku", "amount": 1000, "quantity": 2, "description": "Mug"},
    {"type": "shipping", "amount": 500},
    {"type": "discount", "amount": 300},
]


def create(client, **fields):
    return client.post("/v1/orders", {"currency": "USD", "items": ITEMS} | fields)


@pytest.fixture
def order(client):
    return create(client).json()["id"]


def pay(client, order, **fields):
    fields.setdefault("source", client.simulator.token())
    return client.post(f"/v1/orders/{order}/pay", fields)


def refund_order(client, order, **fields):
    return client.post(f"/v1/orders/{order}/returns", fields)


def test_an_order_adds_up(client):
    order = create(client, email="buyer@example.test").json()

    assert (order["amount"], order["status"]) == (2200, "created")
    assert order["email"] == "buyer@example.test"


def test_an_order_is_paid(client, order):
    paid = pay(client, order).json()

    assert (paid["status"], paid["amount_paid"]) == ("paid", 2200)
    assert paid["charge"] == client.simulator.ledger.charges[0].id
    assert client.get(f"/v1/orders/{order}").json() == paid


def test_an_order_is_paid_in_parts(client, order):
    first = pay(client, order, amount=1000).json()
    second = pay(client, order).json()

    assert (first["status"], second["status"]) == ("created", "paid")
    assert second["past_charges"] == [first["charge"]]


def test_a_paid_order_is_not_paid_again(client, order):
    pay(client, order)

    message = f"Order with id {order} has been already paid."
    assert error_of(pay(client, order)) == (409, "order_already_paid", message)


def test_a_decline_leaves_the_order_unpaid(client, order):
    answer = pay(client, order, source=client.simulator.token("4005571702222222"))

    assert answer.status == 402
    assert client.get(f"/v1/orders/{order}").json()["amount_paid"] == 0


@pytest.mark.parametrize("fields", [{"amount": 2201}, {"source": "", "amount": 1}])
def test_a_malformed_payment_is_refused(client, order, fields):
    assert pay(client, order, **fields).status == 400


def test_a_payment_needs_a_source(client, order):
    assert client.post(f"/v1/orders/{order}/pay", {}).status == 400


def test_an_order_without_items_cannot_be_paid(client):
    order = create(client, items=[]).json()["id"]

    message = f"Order with id {order} has no line items"

    assert error_of(pay(client, order)) == (404, "invalid_request", message)


def test_an_order_is_returned(client, order):
    pay(client, order)

    part = refund_order(client, order, items=[{"amount": 500, "quantity": 2}]).json()
    rest = refund_order(client, order).json()

    assert (part["status"], part["amount_returned"]) == ("returned", 1000)
    assert rest["amount_returned"] == 2200
    assert refund_order(client, order).status == 404


def test_a_return_over_several_payments(client, order):
    pay(client, order, amount=1000)
    pay(client, order)

    refund_order(client, order, items=[{"amount": 1500}])

    refunded = [charge.amount_refunded for charge in client.simulator.ledger.charges]
    assert refunded == [1000, 500]


def test_more_than_was_paid_is_not_returned(client, order):
    pay(client, order)

    answer = refund_order(client, order, items=[{"amount": 2201}])

    assert error_of(answer)[:2] == (400, "processing_error")


def test_an_unpaid_order_has_nothing_to_return(client, order):
    message = "Order has no payments. Nothing to refund"

    assert error_of(refund_order(client, order)) == (404, "invalid_request", message)


def test_a_payment_of_an_order_is_not_refunded_as_a_charge(client, order):
    charge = pay(client, order).json()["charge"]

    assert client.post("/v1/refunds", {"charge": charge}).status == 400


@pytest.mark.parametrize("fields", [{"currency": "CAD"}, {"items": [{"amount": -1}]}])
def test_a_malformed_order_is_refused(client, fields):
    assert create(client, **fields).status == 400


def test_an_order_of_another_merchant_is_unknown(canadian, order):
    assert canadian.get(f"/v1/orders/{order}").status == 404
