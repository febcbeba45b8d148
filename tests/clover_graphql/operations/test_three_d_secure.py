"""3-D Secure at Clover, over GraphQL: what `<clover-card>` gives and takes is passed on."""

import json

import pytest

from clover_provider import CloverConfig, CloverProvider
from clover_simulator.shopper import CHALLENGE_CARD, METHOD_AND_CHALLENGE_CARD
from tests.clover_graphql.conftest import settings_of
from tests.clover_graphql.documents import (
    CHECKOUT,
    COMPLETE,
    INITIALIZE,
    PAYMENT_CREATE,
    PROCESS,
)
from tests.clover_graphql.documents import (
    GATEWAY as CARD_FORM,
)
from tests.clover_graphql.shop import GATEWAY

BROWSER = {
    "accept_header": "*/*",
    "user_agent": "Mozilla/5.0",
    "language": "en-US",
    "origin": "https://shop.example",
    "screen_width": 1792,
    "screen_height": 1120,
    "color_depth": 24,
    "time_zone_offset": 420,
}


@pytest.fixture
def provider(clover_simulator):
    settings = {**settings_of(clover_simulator), "THREE_D_SECURE": True}
    provider = CloverProvider(CloverConfig.from_mapping(settings))
    yield provider
    provider.close()


def begin(storefront, token, **beside):
    gateway = {"id": GATEWAY, "data": {"token": token, **beside}}
    return storefront.run(INITIALIZE, id=CHECKOUT, gateway=gateway)


def answer(simulator, said, *, confirm=True):
    """What the element's event `clover-card:challenge-answered` has as its detail."""
    data = said["challenge"]["data"]
    status = simulator.authenticate(data, confirm=confirm)
    return {"challenge": {"flow": data["flow"], "flow_status": status}}


def charged(simulator):
    return [row.amount_captured for row in simulator.ledger.charges if row.captured]


def test_the_card_form_is_told_where_the_script_is(storefront, clover_simulator):
    found = storefront.run(CARD_FORM, id=CHECKOUT, gateways=[{"id": GATEWAY}])

    (config,) = found["gatewayConfigs"]
    assert config["data"]["authenticationScriptUrl"] == (
        f"{clover_simulator.url}/clover3DS/clover3DS-sdk.js"
    )


def test_a_look_at_the_browser_and_a_question_of_the_bank(storefront, clover_simulator):
    token = clover_simulator.token(METHOD_AND_CHALLENGE_CARD)
    begun = begin(storefront, token, browser=BROWSER)

    looked = storefront.run(
        PROCESS,
        id=begun["transaction"]["id"],
        data=answer(clover_simulator, begun["data"]),
    )
    before = charged(clover_simulator)
    paid = storefront.run(
        PROCESS,
        id=begun["transaction"]["id"],
        data=answer(clover_simulator, looked["data"]),
    )

    assert begun["data"]["challenge"]["data"]["flow"] == "method"
    assert looked["data"]["challenge"]["data"]["flow"] == "challenge"
    assert before == []
    assert paid["transactionEvent"]["type"] == "CHARGE_SUCCESS"
    assert charged(clover_simulator) == [2599]


def test_a_shopper_whom_the_bank_does_not_believe_is_declined(
    storefront, clover_simulator
):
    token = clover_simulator.token(CHALLENGE_CARD)
    begun = begin(storefront, token, browser=BROWSER)

    refused = storefront.run(
        PROCESS,
        id=begun["transaction"]["id"],
        data=answer(clover_simulator, begun["data"], confirm=False),
    )

    assert refused["transactionEvent"]["type"] == "CHARGE_FAILURE"
    assert charged(clover_simulator) == []


def test_without_a_browser_the_charge_is_made_without_3d_secure(
    storefront, clover_simulator
):
    done = begin(storefront, clover_simulator.token(CHALLENGE_CARD), browser={"a": "b"})

    assert done["transactionEvent"]["type"] == "CHARGE_SUCCESS"


def test_the_browser_may_come_with_the_completion_of_an_older_payment(
    storefront, clover_simulator
):
    sent = {"gateway": GATEWAY, "token": clover_simulator.token(CHALLENGE_CARD)}
    storefront.run(PAYMENT_CREATE, id=CHECKOUT, input=sent)

    asked = storefront.run(COMPLETE, id=CHECKOUT, data=json.dumps({"browser": BROWSER}))
    said = json.loads(asked["confirmationData"])
    answered = json.dumps(answer(clover_simulator, said))
    done = storefront.run(COMPLETE, id=CHECKOUT, data=answered)

    assert asked["confirmationNeeded"] is True
    assert done["order"]["isPaid"] is True
    assert charged(clover_simulator) == [2599]
