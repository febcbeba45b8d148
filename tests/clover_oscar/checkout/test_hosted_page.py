"""What the provider's page is sent of the basket."""

from decimal import Decimal
from types import SimpleNamespace

import pytest
from oscar.core.loading import get_model
from oscar.core.prices import Price
from oscar.test import factories

from clover_django.payments import get_payments
from clover_oscar.checkout.hosted_page import breakdown
from payment_hooks import Money, hookimpl


class Witness:
    """Keeps the checkout requests that pass by."""

    def __init__(self):
        self.seen = []

    @hookimpl(wrapper=True)
    def payment_start_checkout(self, request):
        self.seen.append(request)
        return (yield)


@pytest.fixture
def witness(clover_settings):
    clover_settings(MODE="hosted")
    witness = Witness()
    get_payments().plugins.register(witness)
    return witness


def total_of(request):
    lines = sum(line.unit_price.minor_units * line.quantity for line in request.lines)
    parts = request.tax.minor_units + request.shipping.minor_units
    return Money(lines + parts - request.discount.minor_units, request.amount.currency)


def test_the_lines_come_to_the_amount(witness, shopper, product):
    shopper.reach_payment(product, quantity=3)

    shopper.place_order()

    (request,) = witness.seen
    (line,) = request.lines
    assert (line.name, line.quantity) == (product.get_title(), 3)
    assert total_of(request) == request.amount == Money(3000, "USD")


def test_a_discount_is_shown_as_one(witness, shopper, product):
    factories.create_offer()
    get_model("offer", "Benefit").objects.update(type="Percentage", value=20)
    shopper.reach_payment(product, quantity=2)

    shopper.place_order()

    (request,) = witness.seen
    assert request.discount == Money(400, "USD")
    assert total_of(request) == request.amount == Money(1600, "USD")


def test_lines_that_miss_the_total_by_rounding_are_left_out():
    line = SimpleNamespace(
        product=SimpleNamespace(get_title=lambda: "Tea"),
        unit_price_excl_tax=Decimal("3.3333"),
        quantity=3,
    )
    submission = {
        "basket": SimpleNamespace(all_lines=lambda: [line], total_discount=Decimal(0)),
        "order_total": Price("USD", Decimal("10.00"), incl_tax=Decimal("10.00")),
        "shipping_charge": Price("USD", Decimal(0), incl_tax=Decimal(0)),
        "surcharges": None,
    }

    assert breakdown(Money(1000, "USD"), submission) == {}


def test_the_shopper_comes_back_to_this_payment(witness, shopper, product):
    shopper.reach_payment(product)

    shopper.place_order()

    (request,) = witness.seen
    number = get_model("clover_oscar", "OrderNumber").objects.get().number
    (payment,) = get_payments().ledger.find_payments(reference=number)
    base = "http://localhost/clover"
    assert request.return_urls.success == f"{base}/return/{payment.payment_id}/"
    assert request.return_urls.cancel == f"{base}/cancel/{payment.payment_id}/"
    assert request.customer.email == "guest@example.com"
    assert request.customer.last_name == "Lovelace"


def test_a_shop_behind_another_name_is_come_back_to_there(
    witness, shopper, product, clover_settings
):
    clover_settings(RETURN_BASE_URL="https://shop.example")
    get_payments().plugins.register(witness)
    shopper.reach_payment(product)

    shopper.place_order()

    (request,) = witness.seen
    assert request.return_urls.success.startswith("https://shop.example/clover/return/")
    assert request.return_urls.cancel.startswith("https://shop.example/clover/cancel/")
