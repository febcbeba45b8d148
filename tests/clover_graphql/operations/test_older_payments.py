"""checkoutPaymentCreate and checkoutComplete, as storefronts of the older API call them."""

import json

import pytest

from clover_graphql.request.ids import encode
from clover_simulator.shopper import DECLINED_CARD
from tests.clover_graphql.documents import (
    CARDS,
    CHECKOUT,
    COMPLETE,
    FORGET,
    INITIALIZE,
    PAYMENT_CREATE,
)
from tests.clover_graphql.shop import GATEWAY, RETURN_URL, Storefront


def create(storefront, **sent):
    return storefront.run(
        PAYMENT_CREATE, id=CHECKOUT, input={"gateway": GATEWAY, "amount": 25.99} | sent
    )


def complete(storefront, data=None):
    text = json.dumps(data) if data is not None else None
    return storefront.run(COMPLETE, id=CHECKOUT, data=text)


def test_a_token_is_charged_when_the_checkout_is_completed(
    storefront, clover_simulator
):
    begun = create(storefront, token=clover_simulator.token())
    before = list(clover_simulator.ledger.charges)
    done = complete(storefront)

    assert begun["errors"] == begun["paymentErrors"] == []
    assert begun["payment"]["chargeStatus"] == "NOT_CHARGED"
    assert begun["checkout"]["id"] == CHECKOUT
    assert before == []
    assert done["order"]["isPaid"] is True
    assert done["confirmationNeeded"] is False
    assert [row.amount for row in clover_simulator.ledger.charges] == [2599]


def test_the_token_is_kept_sealed_and_not_after_it_was_used(
    storefront, payments, clover_simulator
):
    token = clover_simulator.token()
    create(storefront, token=token)
    kept = repr(payments.ledger.find_payments(reference="ref-c-1")[0].context)
    complete(storefront)
    after = payments.ledger.find_payments(reference="ref-c-1")[0].context

    assert token not in kept
    assert "token" in kept
    assert after["older"] == {"save": False}


def test_without_a_secret_key_the_token_comes_with_the_completion(
    build_api, clover_simulator
):
    storefront = Storefront(build_api(secret_key=""))
    refused = create(storefront, token=clover_simulator.token())
    create(storefront)
    done = complete(storefront, {"token": clover_simulator.token()})

    assert refused["errors"][0]["field"] == "token"
    assert "paymentData" in refused["errors"][0]["message"]
    assert done["order"]["isPaid"] is True


def test_a_decline_is_an_error_and_another_card_pays(storefront, clover_simulator):
    create(storefront, token=clover_simulator.token(DECLINED_CARD))
    refused = complete(storefront)
    done = complete(storefront, {"token": clover_simulator.token()})

    assert refused["order"] is None
    assert refused["errors"][0]["code"] == "PAYMENT_ERROR"
    assert "declined" in refused["errors"][0]["message"]
    assert done["order"]["isPaid"] is True


def test_a_hosted_page_is_confirmed(storefront, webhooks, clover_simulator):
    create(storefront, returnUrl=RETURN_URL)
    begun = complete(storefront)
    data = json.loads(begun["confirmationData"])
    early = json.loads(complete(storefront)["confirmationData"])
    clover_simulator.pay_hosted(data["redirectUrl"])
    clover_simulator.wait_until(lambda: webhooks)
    done = complete(storefront)

    assert begun["confirmationNeeded"] is True
    assert data["mode"] == "hosted"
    assert "status" not in data
    assert (early["status"], early["redirectUrl"]) == ("waiting", data["redirectUrl"])
    assert done["order"]["isPaid"] is True
    assert [row.amount for row in clover_simulator.ledger.charges] == [2599]


def test_a_lost_answer_needs_confirmation(storefront, clover_simulator):
    create(storefront, token=clover_simulator.token())
    clover_simulator.fail("POST", "/v1/charges", "reset_after")
    clover_simulator.fail("*", "/v1/charges*", "error_before", nth=2, times=1)
    unknown = complete(storefront)
    done = complete(storefront)

    assert unknown["confirmationNeeded"] is True
    assert json.loads(unknown["confirmationData"])["status"] == "checking"
    assert done["order"]["isPaid"] is True
    assert [row.amount for row in clover_simulator.ledger.charges] == [2599]


@pytest.mark.parametrize(
    ("sent", "field", "code"),
    [
        ({"gateway": "somebody.else"}, "paymentGateway", "NOT_SUPPORTED_GATEWAY"),
        ({"amount": 0}, "amount", "PARTIAL_PAYMENT_NOT_ALLOWED"),
        ({"amount": 10}, "amount", "PARTIAL_PAYMENT_NOT_ALLOWED"),
        ({"returnUrl": "https://evil.example/"}, "returnUrl", "INVALID"),
    ],
)
def test_what_cannot_be_right_is_refused(storefront, payments, sent, field, code):
    refused = create(storefront, **sent)

    assert refused["payment"] is None
    assert refused["errors"][0]["field"] == field
    assert refused["errors"][0]["code"] == code
    assert payments.ledger.find_payments(reference="ref-c-1") == ()


def test_a_kept_card_pays_again_and_is_forgotten(storefront, shop, clover_simulator):
    create(storefront, token=clover_simulator.token(), storePaymentMethod="ON_SESSION")
    complete(storefront)
    (card,) = storefront.run(CARDS, id=CHECKOUT)["storedPaymentMethods"]
    shop.add("c-2")
    other = encode("Checkout", "c-2")
    gateway = {"id": GATEWAY, "data": {"savedMethodId": card["paymentMethodId"]}}
    paid = storefront.run(INITIALIZE, id=other, gateway=gateway)
    gone = storefront.run(FORGET, id=card["id"], channel="default")

    assert card["creditCardInfo"]["lastDigits"] == "4242"
    assert card["gateway"]["id"] == GATEWAY
    assert paid["transactionEvent"]["type"] == "CHARGE_SUCCESS"
    assert gone == {"result": "SUCCESSFULLY_DELETED", "errors": []}
    assert storefront.run(CARDS, id=CHECKOUT)["storedPaymentMethods"] == []


def test_another_customers_card_is_not_there(
    storefront, stranger, shop, clover_simulator
):
    create(storefront, token=clover_simulator.token(), storePaymentMethod="ON_SESSION")
    complete(storefront)
    (card,) = storefront.run(CARDS, id=CHECKOUT)["storedPaymentMethods"]
    shop.add("c-3", owner="bob")
    gateway = {"id": GATEWAY, "data": {"savedMethodId": card["paymentMethodId"]}}
    other = encode("Checkout", "c-3")
    refused = stranger.run(INITIALIZE, id=other, gateway=gateway)
    kept = stranger.run(FORGET, id=card["id"], channel="default")

    assert refused["errors"][0]["code"] == "NOT_FOUND"
    assert kept["result"] == "FAILED_TO_DELETE"
    assert kept["errors"][0]["code"] == "NOT_FOUND"
    assert len(clover_simulator.ledger.charges) == 1
