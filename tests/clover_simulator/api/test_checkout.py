"""Opening hosted sessions."""

import pytest

from clover_simulator.api.checkout import round_half_up, taxes_of
from clover_simulator.state.records import CartLine
from tests.clover_simulator.conftest import MUG, open_checkout

STATE, COUNTY = {"name": "State", "rate": 625_000}, {"name": "County", "rate": 75_000}


def test_a_session_has_a_page_and_fifteen_minutes(client):
    client.simulator.clock.freeze()

    answer = open_checkout(client).json()

    session = client.simulator.ledger.sessions[0]
    assert answer["checkoutSessionId"] == session.id
    assert (
        answer["href"]
        == f"{client.simulator.url}/pay-checkout/{session.id}?mode=checkout"
    )
    assert answer["createdTime"].endswith("+0000")
    assert (session.expires - session.created).total_seconds() == 900
    assert session.total == 2390


def test_tax_is_rounded_once_for_the_page():
    line = CartLine(
        name="Mug",
        price=1195,
        quantity=1,
        tax_rates=(("State", 625_000), ("County", 75_000)),
    )

    assert round_half_up(sum(taxes_of((line,)).values())) == 84
    assert round_half_up(sum(taxes_of((line,) * 3).values())) == 251


def test_tax_is_added_to_the_total(client):
    open_checkout(client, {"name": "Mug", "price": 1195, "taxRates": [STATE, COUNTY]})

    session = client.simulator.ledger.sessions[0]
    assert (session.tax, session.total) == (84, 1279)


def test_an_inventory_item_brings_name_and_price(client):
    open_checkout(client, {"itemRefUuid": "TESTITEM00001", "unitQty": 2})

    session = client.simulator.ledger.sessions[0]
    assert (session.lines[0].name, session.total) == ("Mug from the inventory", 2390)


def test_line_discounts_and_taxes_of_the_cart_are_ignored(client):
    cart = {"lineItems": [MUG | {"discounts": [{"amount": -500}]}], "taxRates": [STATE]}

    open_checkout(client, shoppingCart=cart)

    assert client.simulator.ledger.sessions[0].total == 2390


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"customer": None}, "Please provide a valid customer."),
        ({"shoppingCart": {}}, "Please provide a valid shoppingCart.lineItems."),
        (
            {"shoppingCart": {"lineItems": []}},
            "Please provide a valid shoppingCart.lineItems.",
        ),
        (
            {"shoppingCart": {"lineItems": [MUG], "discounts": [{"amount": -1}]}},
            "Discounts of the cart are not supported.",
        ),
        (
            {"redirectUrls": {"success": "http://shop.example/ok"}},
            "Please provide https for redirectUrls.success.",
        ),
        (
            {"redirectUrls": {"success": "https://shop.example/ok\r\nx: y"}},
            "Please provide https for redirectUrls.success.",
        ),
    ],
)
def test_a_malformed_session_is_refused(client, fields, message):
    answer = open_checkout(client, **fields)

    assert (answer.status, answer.json()["message"]) == (400, message)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ({"name": "Mug", "price": 0}, "Line item prices should be positive"),
        ({"name": "Gift", "price": -100}, "Line item prices should be positive"),
        ({"name": "Mug"}, "Please provide either itemRefUuid or name, price."),
        ({"price": 100}, "Please provide either itemRefUuid or name, price."),
        ({"itemRefUuid": "unknown"}, "Item unknown was not found."),
        (MUG | {"taxRates": [{"id": "ABC"}]}, "Rate map missing tax summary rates"),
        (MUG | {"taxRates": [STATE | {"rate": -1}]}, "Tax rates go from 0 to 10000000"),
        (
            MUG | {"unitQty": 0},
            "Please provide a valid shoppingCart.lineItems.unitQty.",
        ),
        (
            MUG | {"unitQty": 1.5},
            "Please provide a valid shoppingCart.lineItems.unitQty.",
        ),
        (MUG | {"price": 99_999_999}, "The total is too large."),
    ],
)
def test_a_malformed_line_is_refused(client, line, message):
    answer = open_checkout(client, line)

    assert (answer.status, answer.json()["message"]) == (400, message)


def test_the_shop_of_this_machine_may_use_http(client):
    urls = {"success": "http://127.0.0.1:8000/ok", "cancel": "http://localhost/back"}

    assert open_checkout(client, redirectUrls=urls).status == 200


def test_a_single_redirect_url_is_ignored(client):
    open_checkout(client, redirectUrls={}, redirectUrl="http://shop.example")

    assert client.simulator.ledger.sessions[0].redirect_urls == {}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"authorization": "Bearer test-private-key-usd"}, 401),
        ({"authorization": ""}, 401),
        ({"x-clover-merchant-id": "TESTMERCH0002"}, 401),
        ({"x-clover-merchant-id": ""}, 400),
    ],
)
def test_the_hosted_key_and_its_merchant_are_wanted(client, headers, status):
    right = {
        "authorization": f"Bearer {client.merchant.hosted_private_key}",
        "x-clover-merchant-id": client.merchant.id,
    }
    path = "/invoicingcheckoutservice/v1/checkouts"

    answer = client.post(path, {"customer": {}}, headers=right | headers)

    assert answer.status == status


def test_a_session_cannot_be_read_back(client):
    session = open_checkout(client).json()["checkoutSessionId"]

    answer = client.get(f"/invoicingcheckoutservice/v1/checkouts/{session}")

    assert answer.status == 404
