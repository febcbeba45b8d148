"""What Oscar knows of the shopper reaches the provider, and vetoes no payment."""

from oscar.core.loading import get_model

from clover_oscar.checkout.charge_details import details_of
from payment_hooks import Address, ChargeDetails

ShippingAddress = get_model("order", "ShippingAddress")
BillingAddress = get_model("order", "BillingAddress")
HOME = {
    "first_name": "Ann",
    "last_name": "Lee",
    "line1": "1 Main St",
    "line4": "Albany",
    "state": "NY",
    "postcode": "12207",
    "country_id": "US",
}


def submission_of(shipping=None, billing=None):
    return {
        "shipping_address": shipping and ShippingAddress(**shipping),
        "billing_address": billing and BillingAddress(**billing),
    }


def test_the_addresses_at_hand_are_passed_on():
    given = submission_of(shipping=HOME, billing=HOME | {"line1": "2 Side St"})

    details = details_of(given, "ann@shop.example", "203.0.113.7", "")

    there = Address(
        first_name="Ann",
        last_name="Lee",
        line1="1 Main St",
        city="Albany",
        region="NY",
        postal_code="12207",
        country="US",
    )
    assert details.shipping_address == there
    assert details.billing_address.line1 == "2 Side St"
    assert (details.shopper_email, details.shopper_ip) == (
        "ann@shop.example",
        "203.0.113.7",
    )
    assert details.tax is None


def test_goods_without_a_parcel_have_no_address():
    assert details_of(submission_of(), "", "", "") == ChargeDetails()


def test_a_card_number_typed_as_address_vetoes_no_payment(caplog):
    given = submission_of(shipping=HOME | {"line1": "4242 4242 4242 4242"})

    assert details_of(given, "", "", "").shipping_address is None
    assert "4242" not in caplog.text
