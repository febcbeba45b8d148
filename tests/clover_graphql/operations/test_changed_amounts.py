"""What a shopper agreed to pay is what is taken, though the cart has changed since."""

import json

import pytest

from payment_hooks import Money
from tests.clover_graphql.documents import (
    CHECKOUT,
    COMPLETE,
    INITIALIZE,
    PAYMENT_CREATE,
    PROCESS,
)
from tests.clover_graphql.shop import GATEWAY, RETURN_URL

DEARER = Money.of("1000.00", "USD")


def charges(simulator):
    return [charge.amount for charge in simulator.ledger.charges]


def create(storefront, simulator, amount):
    sent = {"gateway": GATEWAY, "amount": amount, "token": simulator.token()}
    return storefront.run(PAYMENT_CREATE, id=CHECKOUT, input=sent)


def test_completing_takes_no_other_amount_than_the_payment_was_begun_with(
    storefront, shop, clover_simulator
):
    create(storefront, clover_simulator, 25.99)
    shop.change(amount_due=DEARER, lines=())
    refused = storefront.run(COMPLETE, id=CHECKOUT)

    assert refused["order"] is None
    assert refused["errors"][0]["code"] == "CHECKOUT_NOT_FULLY_PAID"
    assert "25.99 USD" in refused["errors"][0]["message"]
    assert charges(clover_simulator) == []


def test_a_payment_that_is_begun_anew_is_of_the_new_amount(
    storefront, shop, clover_simulator
):
    create(storefront, clover_simulator, 25.99)
    shop.change(amount_due=DEARER, lines=())
    create(storefront, clover_simulator, 1000)
    done = storefront.run(COMPLETE, id=CHECKOUT)

    assert done["errors"] == []
    assert charges(clover_simulator) == [100000]


@pytest.mark.parametrize("amount", [{"amount": 25.99}, {}])
def test_going_on_with_a_card_takes_no_other_amount_than_was_begun(
    storefront, shop, clover_simulator, amount
):
    begun = storefront.run(INITIALIZE, id=CHECKOUT, gateway={"id": GATEWAY}, **amount)
    shop.change(amount_due=DEARER, lines=())
    token = {"token": clover_simulator.token()}
    refused = storefront.run(PROCESS, id=begun["transaction"]["id"], data=token)

    assert refused["transactionEvent"] is None
    assert refused["errors"][0]["code"] == "INVALID"
    assert refused["errors"][0]["field"] == "amount"
    assert charges(clover_simulator) == []


def test_going_on_with_a_transaction_that_was_given_up_begins_no_other(
    storefront, shop, clover_simulator
):
    first = storefront.run(INITIALIZE, id=CHECKOUT, gateway={"id": GATEWAY})
    shop.change(amount_due=DEARER, lines=())
    storefront.run(INITIALIZE, id=CHECKOUT, gateway={"id": GATEWAY})
    token = {"token": clover_simulator.token()}
    refused = storefront.run(PROCESS, id=first["transaction"]["id"], data=token)

    assert refused["errors"][0]["code"] == "INVALID"
    assert charges(clover_simulator) == []


def test_what_is_paid_is_notified_whatever_the_cart_comes_to(
    storefront, shop, clover_simulator
):
    gateway = {"id": GATEWAY, "data": {"token": clover_simulator.token()}}
    paid = storefront.run(INITIALIZE, id=CHECKOUT, gateway=gateway)
    shop.change(amount_due=DEARER, lines=())
    token = {"token": clover_simulator.token()}
    said = storefront.run(PROCESS, id=paid["transaction"]["id"], data=token)

    assert said["transactionEvent"]["type"] == "CHARGE_SUCCESS"
    assert charges(clover_simulator) == [2599]


def test_an_unknown_outcome_is_looked_at_before_anything_is_said_of_the_new_amount(
    storefront, shop, clover_simulator
):
    create(storefront, clover_simulator, 25.99)
    clover_simulator.fail("POST", "/v1/charges", "reset_after", times=2)
    first = storefront.run(COMPLETE, id=CHECKOUT)
    shop.change(amount_due=DEARER, lines=())
    second = storefront.run(COMPLETE, id=CHECKOUT)

    assert "checking" in first["confirmationData"]
    assert second["order"] is None
    assert "25.99 USD was paid" in second["errors"][0]["message"]
    assert charges(clover_simulator) == [2599]


def test_a_page_that_may_be_paid_is_waited_for_though_the_cart_has_changed(
    storefront, shop, clover_simulator
):
    sent = {"gateway": GATEWAY, "amount": 25.99, "returnUrl": RETURN_URL}
    storefront.run(PAYMENT_CREATE, id=CHECKOUT, input=sent)
    page = json.loads(storefront.run(COMPLETE, id=CHECKOUT)["confirmationData"])
    shop.change(amount_due=DEARER, lines=())
    clover_simulator.pay_hosted(page["redirectUrl"])
    said = storefront.run(COMPLETE, id=CHECKOUT)

    assert said["errors"] == []
    assert json.loads(said["confirmationData"]) == {
        "mode": "hosted",
        "status": "waiting",
    }
