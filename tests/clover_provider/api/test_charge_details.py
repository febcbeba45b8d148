"""Each detail that Clover has a field for is sent, and nothing else."""

import json

import pytest

from clover_provider.api import charges
from payment_hooks import Address, ChargeDetails, Level2, Money, PaymentSource

HOME = Address(first_name="Ann", line1="1 Main St", postal_code="12207", country="US")
LEVEL2 = Level2(
    purchase_order="PO 7",
    customer_reference="C-100",
    product_description="Mugs",
    merchant_tax_id="12-345",
    ships_from_postal_code="99501",
    discount=Money(100, "USD"),
    freight=Money(500, "USD"),
    duty=Money(50, "USD"),
)


@pytest.fixture
def body_of(ask_for):
    """The body of a charge with these details."""
    return lambda **details: charges.build_charge(ask_for(**details), capture=True)


def test_tax_and_descriptor_are_sent(body_of):
    body = body_of(tax=Money(200, "USD"), statement_descriptor="MUGS AND MORE")

    assert body["tax_amount"] == 200
    assert body["soft_descriptor"] == {"dba_name": "MUGS AND MORE"}
    assert body["amount"] == 2599


def test_level_2_data_are_sent_with_tax_and_destination(body_of):
    body = body_of(tax=Money(200, "USD"), level2=LEVEL2, shipping_address=HOME)

    assert body["external_customer_reference"] == "C-100"
    assert body["level2"] == {
        "pc_order_number": "PO 7",
        "product_description": "Mugs",
        "merchant_tax_id": "12-345",
        "tax_amount": 200,
        "discount_amount": 100,
        "freight_amount": 500,
        "duty_amount": 50,
        "shipping_from_postal_code": "99501",
        "destination_postal_code": "12207",
    }


def test_addresses_alone_are_not_sent(body_of):
    assert body_of(billing_address=HOME, shipping_address=HOME) == body_of()
    assert "Main St" not in json.dumps(body_of(level2=LEVEL2, shipping_address=HOME))


def test_a_descriptor_that_is_too_long_vetoes_no_charge(body_of, caplog):
    body = body_of(statement_descriptor="SECRET " * 6)

    assert "soft_descriptor" not in body
    assert "42 characters is left out" in caplog.text
    assert "SECRET" not in caplog.text
    assert body_of(statement_descriptor="X" * 38)["soft_descriptor"]


def test_clover_in_a_box_takes_them_all(clover_simulator, provide, ask_for):
    source = PaymentSource(token=clover_simulator.token())
    details = ChargeDetails(
        description="Mugs",
        shopper_email="ann@shop.example",
        shopper_ip="203.0.113.7",
        metadata={"channel": "web"},
        statement_descriptor="MUGS AND MORE",
        tax=Money(200, "USD"),
        billing_address=HOME,
        shipping_address=HOME,
        level2=LEVEL2,
    )

    charge = provide().payment_charge(ask_for(source=source, details=details))

    assert charge.tax == Money(200, "USD")
