"""A sale that came without the shopper's address, and Clover's answer to it."""

import pytest

from clover_provider import CloverConfig, CloverProvider
from clover_simulator.simulator import Simulator
from payment_hooks import (
    ChargeDetails,
    InvalidRequest,
    Mode,
    Money,
    Payments,
    PaymentSource,
    hookimpl,
)

REMEDY = "CLIENT_IP, client_ip"


class Shop:
    @hookimpl
    def shop_amount_due(self, reference):
        return Money.of("25.99", "USD")


@pytest.fixture
def clover():
    with Simulator() as simulator:
        yield simulator


@pytest.fixture
def charge(clover):
    merchant = clover.merchant
    config = CloverConfig.from_mapping(
        {
            "ENVIRONMENT": "local",
            "BASE_URL": clover.url,
            "MERCHANT_ID": merchant.id,
            "PRIVATE_KEY": merchant.private_key,
            "PUBLIC_KEY": merchant.public_key,
        }
    )
    payments = Payments.using(CloverProvider(config), Shop())

    def send(shopper_ip="", **card):
        payment = payments.open("100123", mode=Mode.IFRAME)
        source = PaymentSource(token=clover.token(**card))
        return payments.charge(
            payment.payment_id, source, details=ChargeDetails(shopper_ip=shopper_ip)
        )

    return send


@pytest.mark.parametrize("shopper_ip", ["", "unknown", "/run/gunicorn.sock"])
def test_the_shop_is_informed_what_to_set_and_the_shopper_nothing_wrong(
    charge, caplog, shopper_ip
):
    with pytest.raises(InvalidRequest) as caught:
        charge(shopper_ip)

    assert caught.value.code == "shopper_ip_missing"
    assert REMEDY in str(caught.value)
    assert "not available right now" in caught.value.shopper_message()
    assert "pas disponible" in caught.value.shopper_message("fr-CA")
    logged = [row for row in caplog.records if row.levelname == "ERROR"]
    assert any(REMEDY in row.getMessage() for row in logged)


def test_a_clover_that_takes_the_sale_without_an_address_gets_it(clover, charge):
    clover.switch(require_forwarded_for=False)

    assert str(charge().moved) == "25.99 USD"


def test_once_the_setting_is_right_the_same_payment_is_taken(charge):
    with pytest.raises(InvalidRequest):
        charge()

    assert str(charge("203.0.113.7").moved) == "25.99 USD"


def test_with_an_address_another_refusal_says_nothing_of_it(clover, charge):
    error = {"code": "invalid_request", "message": "Not x-forwarded-for."}
    body = {"error": error}
    clover.fail("POST", "/v1/charges", "answer", status=400, body=body)

    with pytest.raises(InvalidRequest) as caught:
        charge("203.0.113.7")

    assert caught.value.code == "invalid_request"
    assert REMEDY not in str(caught.value)
