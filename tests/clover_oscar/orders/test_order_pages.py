"""The shopper's pages of an order say which card paid it, and what was refunded."""

import re

import pytest
from django.contrib.auth import get_user_model
from django.core import mail
from oscar.core.loading import get_model

from clover_django.models import Operation
from clover_django.payments import get_payments
from payment_hooks import ConfigurationError, Money
from tests.clover_oscar.checkout.test_return_pages import (
    come_back,
    pay_on_the_page,
    the_payment,
)
from tests.clover_oscar.shopper import EMAIL, orders

THANK_YOU = "/checkout/thank-you/"
PAID = "Paid by card: Visa •••• 4242, $10.00"


def text(shopper, path):
    Operation.objects.update(details={"brand": "VISA", "last4": "4242"})
    page = shopper.client.get(path).content.decode()
    return re.sub(r"\s+", " ", page)


def guest_page(shopper, order):
    """The address of the guest's page, once the e-mail address was confirmed."""
    key = f"{order.number}/{order.verification_hash()}"
    shopper.client.post(f"/accounts/order-status-form/{key}/", {"email": EMAIL})
    return f"/accounts/order-status/{key}/"


@pytest.fixture(params=["iframe", "api", "hosted"])
def bought(request, shopper, product, clover, clover_settings):
    """A guest who has paid in one of the modes; the order."""
    clover_settings(MODE=request.param)
    shopper.reach_payment(product)
    if request.param == "hosted":
        shopper.place_order()
        pay_on_the_page(clover, the_payment())
        come_back(shopper, the_payment())
    else:
        shopper.pay()
    (order,) = orders()
    return order


def test_the_thank_you_page_names_the_card_in_every_mode(bought, shopper):
    page = text(shopper, THANK_YOU)

    assert PAID in page
    assert "Allocation" not in page
    assert "reference:" not in page


def test_the_guests_order_page_names_it_as_well(bought, shopper):
    assert PAID in text(shopper, guest_page(shopper, bought))


def test_a_part_that_was_refunded_is_said(bought, shopper):
    get_payments().refund(
        the_payment().payment_id, Money.of("4.00", "USD"), intent_id="1"
    )

    for path in THANK_YOU, guest_page(shopper, bought):
        page = text(shopper, path)
        assert PAID in page
        assert "Refunded to your card: $4.00" in page


@pytest.fixture
def customers_order(shopper, product, clover):
    user = get_user_model().objects.create_user("ada", "ada@example.com", "a password")
    shopper.client.force_login(user)
    shopper.reach_payment(product)
    shopper.pay()
    (order,) = orders()
    return order


def test_the_customers_order_page_names_the_card(customers_order, shopper):
    assert PAID in text(shopper, f"/accounts/orders/{customers_order.number}/")


def test_what_is_only_reserved_is_not_called_paid(
    shopper, product, clover, clover_settings
):
    clover_settings(AUTO_CAPTURE=False)
    shopper.reach_payment(product)
    shopper.pay()

    page = text(shopper, THANK_YOU)
    get_payments().void(the_payment().payment_id)
    later = text(shopper, THANK_YOU)

    assert "Reserved on your card: Visa •••• 4242, $10.00. It is charged later." in page
    assert "Paid by card" not in page
    assert (
        "Cancelled: $10.00 was reserved on your card and has not been charged" in later
    )
    assert "Reserved on your card" not in later


def test_another_kind_of_payment_keeps_its_line(bought, shopper):
    kind, _ = get_model("payment", "SourceType").objects.get_or_create(name="Gift card")
    bought.sources.create(source_type=kind, currency="USD", amount_allocated="3.00")

    page = text(shopper, THANK_YOU)

    assert "Gift card: $3.00" in page
    assert PAID in page


@pytest.mark.parametrize("path", [THANK_YOU])
def test_an_order_without_a_payment_of_ours_keeps_the_shops_page(
    shopper, product, clover, path
):
    product.stockrecords.update(price="0.00")
    shopper.reach_payment(product)
    shopper.place_order()

    answer = shopper.client.get(path)

    assert answer.status_code == 200
    assert "clover_oscar/thank_you.html" not in [row.name for row in answer.templates]


def test_records_that_cannot_be_read_leave_the_shops_page(bought, shopper, monkeypatch):
    def fail(_order):
        raise ConfigurationError("the settings are broken")

    monkeypatch.setattr("clover_oscar.orders.order_pages.find_payments", fail)

    assert shopper.client.get(THANK_YOU).status_code == 200


def test_the_confirmation_speaks_of_no_allocation(bought):
    (sent,) = mail.outbox

    assert "Allocation" not in sent.body
    assert "Clover" not in sent.body
