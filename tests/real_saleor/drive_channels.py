"""Granted refunds, and a second channel with a merchant of its own, in a real Saleor."""

import pytest

from clover_simulator.shopper import APPROVED_CARD, tokenize
from tests.real_saleor.shop import AMOUNT, GATEWAY, credentials

GRANT = """mutation($id: ID!, $transaction: ID!, $amount: Decimal) {
  orderGrantRefundCreate(id: $id, input: {
    amount: $amount, reason: "late", transactionId: $transaction }) {
    grantedRefund { id status } errors { field message code } } }"""
REQUEST = """mutation($id: ID!, $grant: ID!) {
  transactionRequestRefundForGrantedRefund(id: $id, grantedRefundId: $grant) {
    transaction { id } errors { field message code } } }"""
GRANTED = """query($id: ID!) { order(id: $id) {
  grantedRefunds { status amount { amount } }
  totalRefunded { amount } totalCharged { amount } } }"""


def test_a_granted_refund_ends_as_done(shop):
    shop.configure()
    checkout = shop.checkout()
    token = {"token": shop.simulator.token()}
    started = shop.shopper.transaction_initialize(checkout, GATEWAY, token)
    transaction = started["transaction"]["id"]
    order = shop.shopper.complete(checkout)["order"]["id"]

    granted = shop.staff.do(GRANT, id=order, transaction=transaction, amount=10)
    shop.staff.do(REQUEST, id=transaction, grant=granted["grantedRefund"]["id"])

    said = shop.staff.execute(GRANTED, id=order)["order"]
    assert said["grantedRefunds"] == [{"status": "SUCCESS", "amount": {"amount": 10}}]
    assert said["totalRefunded"]["amount"] == 10
    assert shop.refunds() == [1000]


@pytest.fixture
def canadian(shop):
    """The Canadian channel's merchant, one of its own."""
    merchant = shop.simulator.merchants[1]
    values = credentials(shop.simulator) | {
        "merchant_id": merchant.id,
        "private_key": merchant.private_key,
        "public_key": merchant.public_key,
        "hosted_private_key": merchant.hosted_private_key,
        "platform_token": merchant.platform_token,
        "webhook_secret": merchant.webhook_secret,
        "supported_currencies": "CAD",
    }
    channel = shop.saleor.seeds["channels"]["ca"]
    shop.staff.plugin_update(GATEWAY, channel, True, **values)
    yield merchant
    shop.staff.plugin_update(GATEWAY, channel, False)


def test_each_channel_pays_its_own_merchant_in_both_flows(shop, canadian):
    shop.configure()
    merchant = canadian
    url, card = shop.simulator.url, APPROVED_CARD
    first, second = shop.checkout(channel="ca"), shop.checkout(channel="ca")
    token = {"token": tokenize(url, merchant.public_key, card)}

    listed = shop.shopper.gateways(first)[GATEWAY]
    started = shop.shopper.transaction_initialize(first, GATEWAY, token)
    shop.shopper.payment_create(
        second, GATEWAY, amount=AMOUNT, token=tokenize(url, merchant.public_key, card)
    )
    orders = [shop.shopper.complete(checkout)["order"] for checkout in (first, second)]

    assert listed["currencies"] == ["CAD"]
    assert started["transactionEvent"]["type"] == "CHARGE_SUCCESS", started
    assert all(order["isPaid"] for order in orders)
    charges = shop.new_charges()
    assert [charge.currency.upper() for charge in charges] == ["CAD", "CAD"]
