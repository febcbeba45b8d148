"""Odd forms that answers of Clover were seen in, or may come in."""

import pytest

from tests.clover_simulator.api.test_oauth import allow
from tests.clover_simulator.api.test_platform import platform
from tests.clover_simulator.api.test_refunds import read
from tests.clover_simulator.api.test_tokens import tokenize
from tests.clover_simulator.conftest import open_checkout
from tests.clover_simulator.shop import running_shop

__all__ = ["platform"]


@pytest.fixture
def switch(clover_simulator):
    return clover_simulator.switch


def test_numbers_can_be_where_text_is_expected(client, switch):
    switch(numbers_for_text=True)
    token = client.simulator.token("4000056655665556", exp_month="01", exp_year="2099")

    charge = client.charge(source=token).json()
    card = tokenize(client.simulator, exp_month="01").json()["card"]

    for source in (charge["source"], read(client, charge["id"])["source"]):
        shown = (source["last4"], source["exp_month"], source["exp_year"])
        assert shown == (5556, 1, 2099)
    assert (card["last4"], card["exp_month"]) == (4242, 1)


def test_a_number_loses_its_leading_zeros(client, switch):
    switch(numbers_for_text=True)
    token = client.simulator.token("3782822463" + "10005")

    assert client.charge(source=token).json()["source"]["last4"] == 5


def test_years_can_have_two_digits(client, switch):
    switch(year_digits=2)
    token = client.simulator.token(exp_year="2099")
    text = client.charge(source=token).json()["source"]["exp_year"]
    switch(numbers_for_text=True)
    number = tokenize(client.simulator, exp_year="2099").json()["card"]["exp_year"]

    assert (text, number) == ("99", 99)


def test_a_gift_card_charge_has_no_currency_and_no_time(client, switch):
    by_trigger = client.charge(metadata={"sim_payment_method": "giftCard"}).json()
    switch(payment_method="giftCard")
    by_switch = client.charge().json()

    for charge in (by_trigger, by_switch):
        assert charge["payment_method_details"] == "giftCard"
        assert {"currency", "created", "auth_code"}.isdisjoint(charge)
        assert charge["source"].keys() == {"id", "last4"}
        assert charge["gift_card"].keys() >= {"previous_balance", "new_balance"}
        assert read(client, charge["id"]) == charge
    assert client.get("/v1/charges", **{"created.gt": "0"}).json()["data"]


def test_merchant_ids_can_be_lower_case(client, switch, platform):
    switch(merchant_id_case="lower")
    merchant_id = client.merchant.id.lower()
    with running_shop() as shop:
        client.simulator.send_webhooks_to(shop.url)
        client.simulator.pay_hosted(open_checkout(client).json()["href"])
        client.simulator.wait_until(lambda: shop.received)

    assert f'"merchantId":"{merchant_id}"'.encode() in shop.received[0][1]
    assert client.get("/pakms/apikey").json()["merchantUuid"] == merchant_id
    assert platform(f"/v3/merchants/{client.merchant.id}").json()["id"] == merchant_id
    assert allow(client)["merchant_id"] == merchant_id
