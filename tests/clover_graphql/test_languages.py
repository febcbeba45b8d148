"""The shopper's language in everything that the API says."""

import json

import pytest

from clover_simulator.shopper import DECLINED_CARD
from payment_hooks.model.messages import TEXTS
from tests.clover_graphql.documents import CHECKOUT, GATEWAY, INITIALIZE
from tests.clover_graphql.shop import GATEWAY as OURS

FRENCH = {"accept-language": "fr-CA,fr;q=0.9,en;q=0.5"}
NO = {language: texts["card_declined"] for language, texts in TEXTS.items()}
TRANSACTION = """
query Transaction($id: ID!) { transaction(id: $id) { message events { message } } }
"""
OLDER_CREATE = """
mutation Create($id: ID!, $input: PaymentInput!) {
  checkoutPaymentCreate(id: $id, input: $input) { payment { id } errors { message } }
}
"""
OLDER_COMPLETE = """
mutation Complete($id: ID!) { checkoutComplete(id: $id) { errors { message } } }
"""
OLDER_PAYMENT = """
query Older($id: ID!) { payment(id: $id) { transactions { error } } }
"""


def decline(storefront, simulator, headers=None):
    token = simulator.token(DECLINED_CARD)
    _, answer = storefront.post(
        INITIALIZE,
        headers,
        id=CHECKOUT,
        gateway={"id": OURS, "data": {"token": token}},
    )
    return answer["data"]["transactionInitialize"]


@pytest.mark.parametrize(
    ("known", "headers", "language"),
    [
        ({"language": "FR_CA", "customer_language": "es"}, {}, "fr"),
        ({"language": "es"}, FRENCH, "es"),
        ({"language": "de", "customer_language": "es-MX"}, FRENCH, "es"),
        ({"customer_language": "fr"}, {"accept-language": "es"}, "fr"),
        ({}, FRENCH, "fr"),
        ({}, {"accept-language": "de, *"}, "en"),
        ({}, {}, "en"),
    ],
)
def test_a_decline_is_reported_in_the_shoppers_language(
    storefront, shop, clover_simulator, known, headers, language
):
    shop.change(**known)

    refused = decline(storefront, clover_simulator, headers)

    assert refused["transactionEvent"]["message"] == NO[language]


def test_what_staff_read_later_is_what_the_shopper_was_shown(
    storefront, staff, clover_simulator
):
    refused = decline(storefront, clover_simulator, FRENCH)

    found = staff.run(TRANSACTION, id=refused["transaction"]["id"])

    assert found == {"message": NO["fr"], "events": [{"message": NO["fr"]}]}


def test_the_older_api_speaks_it_too(storefront, staff, clover_simulator):
    sent = {
        "gateway": OURS,
        "token": clover_simulator.token(DECLINED_CARD),
        "amount": 25.99,
    }
    _, created = storefront.post(OLDER_CREATE, FRENCH, id=CHECKOUT, input=sent)
    _, refused = storefront.post(OLDER_COMPLETE, FRENCH, id=CHECKOUT)

    payment = created["data"]["checkoutPaymentCreate"]["payment"]["id"]
    found = staff.run(OLDER_PAYMENT, id=payment)

    assert refused["data"]["checkoutComplete"]["errors"] == [{"message": NO["fr"]}]
    assert found["transactions"] == [{"error": NO["fr"]}]


def test_an_unknown_outcome_is_said_in_it_beside_what_to_do(
    storefront, clover_simulator
):
    clover_simulator.fail("POST", "/v1/charges", "reset_after")
    clover_simulator.fail("*", "/v1/charges*", "error_before", nth=2, times=1)

    _, answer = storefront.post(
        INITIALIZE,
        FRENCH,
        id=CHECKOUT,
        gateway={"id": OURS, "data": {"token": clover_simulator.token()}},
    )

    unknown = answer["data"]["transactionInitialize"]
    shown = TEXTS["fr"]["outcome_unknown"]
    assert unknown["data"] == {"status": "checking", "message": shown}
    assert unknown["transactionEvent"]["message"] == shown


@pytest.mark.parametrize(
    ("header", "locale"),
    [("fr", "fr-CA"), ("es-MX", "es"), ("en-US", "en"), ("", "en"), ("de", "en")],
)
def test_card_fields_speak_the_language_of_the_messages(storefront, header, locale):
    _, answer = storefront.post(
        GATEWAY, {"accept-language": header}, id=CHECKOUT, gateways=[{"id": OURS}]
    )

    (config,) = answer["data"]["paymentGatewayInitialize"]["gatewayConfigs"]
    assert config["data"]["locale"] == locale


def test_an_unreachable_provider_is_reported_in_it(storefront, clover_simulator):
    clover_simulator.fail("*", "*", "error_before")
    _, answer = storefront.post(
        INITIALIZE, FRENCH, id=CHECKOUT, gateway={"id": OURS, "data": {"token": "no"}}
    )

    said = json.dumps(answer, ensure_ascii=False)
    assert any(text in said for text in TEXTS["fr"].values())
    assert not any(text in said for text in TEXTS["en"].values())
