import json
from dataclasses import replace

import pytest
from oscar.core.loading import get_model

from clover_django.payments import get_payments
from clover_oscar.baskets.order_numbers import keep_number
from clover_oscar.baskets.snapshot import Snapshot, load_address
from clover_oscar.models import find_number


@pytest.fixture
def context(payment):
    return payment.context


@pytest.fixture
def payment(shopper, product, clover):
    shopper.reach_payment(product)
    shopper.pay("decline-1")
    number = get_model("clover_oscar", "OrderNumber").objects.get().number
    return get_payments().ledger.find_payments(reference=number)[0]


def test_a_snapshot_survives_the_way_through_json(context):
    snapshot = Snapshot.from_context(json.loads(json.dumps(context)))

    assert snapshot.to_context() == context
    assert snapshot.email == "guest@example.com"
    assert str(snapshot.load_price(snapshot.total).incl_tax) == "10.00"


def test_the_address_comes_back_as_it_was_typed(context):
    snapshot = Snapshot.from_context(context)

    address = load_address("ShippingAddress", snapshot.shipping_address)

    assert (address.line1, address.country_id) == ("1 Main Street", "US")
    assert load_address("BillingAddress", snapshot.billing_address) is None


def test_a_snapshot_holds_no_token(context):
    assert "decline-1" not in json.dumps(context)


def test_another_adapters_payment_is_not_ours(payment):
    assert Snapshot.of(payment) is not None
    assert Snapshot.of(replace(payment, adapter="saleor_payments")) is None
    assert Snapshot.of(replace(payment, adapter="", context={"order": 7})) is None


@pytest.mark.django_db
def test_a_basket_keeps_its_first_number():
    assert keep_number(1, lambda: "A") == "A"
    assert keep_number(1, lambda: "B") == "A"
    assert find_number(2) == ""


@pytest.mark.django_db
def test_a_number_of_another_basket_is_passed_over():
    numbers = iter(["A", "A", "B"])
    keep_number(1, lambda: next(numbers))

    assert keep_number(2, lambda: next(numbers)) == "B"
