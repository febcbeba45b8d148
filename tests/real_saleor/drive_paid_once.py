"""Whatever a purchase was paid with, and whatever it is called by now: once."""

import pytest

from tests.real_saleor.shop import CARD, GATEWAY

MODES = ("iframe", "api", "hosted")
CENTS, TOTAL = 2499, "24.99"
GIFT_CARD = """mutation($input: GiftCardCreateInput!) {
  giftCardCreate(input: $input) { giftCard { code } errors { field message } } }"""
USE_CODE = """mutation($id: ID!, $code: String!) {
  checkoutAddPromoCode(id: $id, promoCode: $code) {
    checkout { giftCards { last4CodeChars } } errors { field message code } } }"""
UNPAID = """mutation($id: ID!, $allowed: Boolean!) {
  channelUpdate(id: $id, input: { orderSettings: { allowUnpaidOrders: $allowed } }) {
    channel { id } errors { field message code } } }"""
MARK_AS_PAID = """mutation($id: ID!) {
  orderMarkAsPaid(id: $id) { order { id isPaid } errors { field message code } } }"""


def entry(shop, mode):
    if mode == "hosted":
        return {"returnUrl": "http://localhost/done"}
    return {"card": CARD} if mode == "api" else {"token": shop.simulator.token()}


def start(shop, source, mode, **fields):
    """One submit; in hosted mode its page is paid and the message is here."""
    answer = shop.shopper.transaction_initialize(
        source, GATEWAY, entry(shop, mode), **fields
    )
    assert answer["errors"] == [], answer
    if mode == "hosted" and (answer["data"] or {}).get("redirectUrl"):
        shop.simulator.pay_hosted(answer["data"]["redirectUrl"])
        assert shop.deliver().status == 200
        answer = shop.shopper.transaction_process(answer["transaction"]["id"])
    return answer


def said(answer):
    return answer["transactionEvent"]["type"], answer["transactionEvent"]["message"]


def with_gift_card(shop):
    """A checkout of 24.99 with a gift card of 15.00 on it: 9.99 is due."""
    checkout = shop.checkout(CENTS)
    given = {
        "balance": {"amount": "15.00", "currency": "USD"},
        "isActive": True,
        "addTags": [],
    }
    code = shop.staff.do(GIFT_CARD, input=given)["giftCard"]["code"]
    shop.shopper.do(USE_CODE, id=checkout, code=code)
    return checkout


def complete(shop, checkout):
    answer = shop.shopper.complete(checkout)
    assert answer["errors"] == [], answer
    return shop.order(answer["order"]["id"])


@pytest.fixture
def unpaid_orders(shop):
    shop.staff.do(UNPAID, id=shop.channel_id, allowed=True)
    yield
    shop.staff.do(UNPAID, id=shop.channel_id, allowed=False)


@pytest.mark.parametrize("mode", MODES)
def test_beside_a_gift_card_the_rest_is_paid_once(shop, mode):
    shop.configure(mode)
    checkout = with_gift_card(shop)

    first = start(shop, checkout, mode, amount="9.99")
    second = start(shop, checkout, mode, amount="9.99")
    order = complete(shop, checkout)

    assert said(first)[0] == "CHARGE_SUCCESS", first
    assert said(second)[0] == "CHARGE_FAILURE", second
    assert "paid already" in said(second)[1]
    assert shop.charges() == [999]
    assert (order["isPaid"], order["chargeStatus"]) == (True, "FULL"), order


def test_without_an_amount_the_gift_card_is_taken_off(shop):
    shop.configure()
    checkout = with_gift_card(shop)

    answer = start(shop, checkout, "iframe")
    order = complete(shop, checkout)

    assert said(answer)[0] == "CHARGE_SUCCESS", answer
    assert shop.charges() == [999]
    assert order["chargeStatus"] == "FULL", order


@pytest.mark.parametrize("mode", MODES)
def test_more_than_is_due_is_refused(shop, mode):
    shop.configure(mode)

    answer = start(shop, shop.checkout(CENTS), mode, amount="500.00")

    assert said(answer)[0] == "CHARGE_FAILURE", answer
    assert "from 500.00 USD to 24.99 USD" in said(answer)[1]
    assert shop.charges() == []


@pytest.mark.parametrize("mode", ["iframe", "api"])
@pytest.mark.usefixtures("unpaid_orders")
def test_an_unknown_outcome_of_the_checkout_is_one_of_its_order(shop, mode):
    shop.configure(mode, time_limit="3")
    checkout = shop.checkout(CENTS)
    shop.simulator.fail("POST", "/v1/charges", "reset_after", times=2)
    begun = start(shop, checkout, mode)
    assert (begun["data"] or {}).get("status") == "checking", begun
    order = shop.shopper.complete(checkout)["order"]["id"]

    with shop.simulator.refusing_connections():
        other = shop.shopper.transaction_initialize(
            order, GATEWAY, {"token": "clv_1TSTnot-to-be-used"}
        )
    done = shop.shopper.transaction_process(begun["transaction"]["id"])

    assert said(other)[0] == "CHARGE_ACTION_REQUIRED", other
    assert said(done)[0] == "CHARGE_SUCCESS", done
    assert shop.charges() == [CENTS]
    found = shop.order(order)
    assert (found["isPaid"], found["chargeStatus"]) == (True, "FULL"), found


@pytest.mark.usefixtures("unpaid_orders")
def test_a_page_of_the_checkout_is_the_page_of_its_order(shop):
    shop.configure("hosted")
    checkout = shop.checkout(CENTS)
    begun = shop.shopper.transaction_initialize(
        checkout, GATEWAY, entry(shop, "hosted")
    )
    order = shop.shopper.complete(checkout)["order"]["id"]

    other = shop.shopper.transaction_initialize(order, GATEWAY)
    assert other["data"]["redirectUrl"] == begun["data"]["redirectUrl"]
    shop.simulator.pay_hosted(begun["data"]["redirectUrl"])
    assert shop.deliver().status == 200
    third = start(shop, order, "hosted")

    found = shop.order(order)
    assert (found["isPaid"], found["chargeStatus"]) == (True, "FULL"), found
    assert said(third)[0] == "CHARGE_FAILURE", third
    assert shop.charges() == [CENTS]


@pytest.mark.parametrize("mode", MODES)
@pytest.mark.usefixtures("unpaid_orders")
def test_an_order_that_was_marked_as_paid_is_not_charged(shop, mode):
    shop.configure(mode)
    order = shop.shopper.complete(shop.checkout(CENTS))["order"]["id"]
    shop.staff.do(MARK_AS_PAID, id=order)

    answer = start(shop, order, mode, amount=TOTAL)

    assert said(answer)[0] == "CHARGE_FAILURE", answer
    assert "paid already" in said(answer)[1]
    assert shop.charges() == []


@pytest.mark.parametrize("mode", MODES)
def test_an_order_of_the_payments_flow_is_not_charged_again(shop, mode):
    shop.configure("iframe")
    order, _ = shop.pay(CENTS)
    shop.configure(mode)

    answer = start(shop, order, mode, amount=TOTAL)

    assert said(answer)[0] == "CHARGE_FAILURE", answer
    assert "paid already" in said(answer)[1]
    assert shop.charges() == [CENTS]
