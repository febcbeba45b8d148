"""Cards that a customer of a real Saleor keeps, in both flows."""

import pytest

from tests.real_saleor.shop import AMOUNT, GATEWAY

CARD = {"brand": "VISA", "last4": "4242", "expMonth": 12, "expYear": 2099}
DELETE = """mutation($id: ID!, $channel: String!) {
  storedPaymentMethodRequestDelete(id: $id, channel: $channel) {
    result errors { field code message } } }"""
SOURCES = """query($channel: String) { me { storedPaymentSources(channel: $channel) {
  gateway paymentMethodId creditCardInfo { lastDigits expMonth } } } }"""


@pytest.fixture
def customer(saleor):
    return saleor.customer()


def listed(customer, shop):
    checkout = shop.checkout(caller=customer)
    return checkout, customer.stored_payment_methods(checkout)["storedPaymentMethods"]


def forget_all(customer, shop):
    for row in listed(customer, shop)[1]:
        customer.ask(DELETE, id=row["id"], channel="us")


def test_a_card_is_kept_used_and_deleted(shop, customer):
    shop.configure()
    forget_all(customer, shop)
    checkout = shop.checkout(caller=customer)
    token = {"token": shop.simulator.token(), "save": True, **CARD}

    first = customer.transaction_initialize(checkout, GATEWAY, token)
    second, (method,) = listed(customer, shop)
    saved = {"savedMethodId": method["paymentMethodId"]}
    again = customer.transaction_initialize(second, GATEWAY, saved)
    gone = customer.ask(DELETE, id=method["id"], channel="us")

    assert first["transactionEvent"]["type"] == "CHARGE_SUCCESS", first
    assert method["creditCardInfo"]["lastDigits"] == "4242"
    assert again["transactionEvent"]["type"] == "CHARGE_SUCCESS", again
    assert (gone["result"], gone["errors"]) == ("SUCCESSFULLY_DELETED", [])
    assert listed(customer, shop)[1] == []
    assert shop.charges() == [2599, 2599]


def test_the_older_flow_keeps_it_as_well(shop, customer):
    shop.configure()
    forget_all(customer, shop)
    checkout = shop.checkout(caller=customer)
    customer.payment_create(
        checkout,
        GATEWAY,
        amount=AMOUNT,
        token=shop.simulator.token(),
        storePaymentMethod="ON_SESSION",
    )

    done = customer.complete(checkout)

    assert done["order"], done
    sources = customer.execute(SOURCES, channel="us")["me"]["storedPaymentSources"]
    assert [row["gateway"] for row in sources] == [GATEWAY]
    assert sources[0]["creditCardInfo"]["lastDigits"] == "4242"
    assert shop.charges() == [2599]
