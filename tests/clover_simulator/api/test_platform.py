"""Reading payments back through `/v3`."""

import pytest

from tests.clover_simulator.conftest import open_checkout


@pytest.fixture
def platform(client):
    def get(path, token=client.merchant.platform_token, **query):
        headers = {"authorization": f"Bearer {token}"}
        return client.call("GET", path, headers=headers, **query)

    return get


def payment(client, platform, payment_id, **query):
    return platform(
        f"/v3/merchants/{client.merchant.id}/payments/{payment_id}", **query
    )


def test_a_hosted_payment_is_read_back(client, platform):
    line = {
        "name": "Mug",
        "price": 1000,
        "taxRates": [{"name": "Tax", "rate": 1_000_000}],
    }
    client.simulator.pay_hosted(open_checkout(client, line).json()["href"])
    charge = client.simulator.ledger.charges[0]

    read = payment(client, platform, charge.id).json()

    assert read["result"] == "SUCCESS"
    assert (read["amount"], read["taxAmount"], read["tipAmount"]) == (1100, 100, 0)
    assert read["order"] == {"id": charge.order_id}


def test_a_declined_attempt_reads_fail(client, platform):
    href = open_checkout(client).json()["href"]
    client.simulator.pay_hosted(href, "4005571702222222")
    attempt = client.simulator.ledger.declined[0]

    assert payment(client, platform, attempt.id).json()["result"] == "FAIL"


def test_a_voided_authorization_reads_voided(client, platform):
    charge = client.charge(capture=False).json()["id"]
    client.post("/v1/refunds", {"charge": charge})

    assert payment(client, platform, charge).json()["result"] == "VOIDED"


def test_refunds_are_shown_on_request(client, platform):
    charge = client.charge(1000).json()["id"]
    refund = client.post("/v1/refunds", {"charge": charge, "amount": 400}).json()

    plain = payment(client, platform, charge).json()
    expanded = payment(client, platform, charge, expand="refunds").json()

    assert "refunds" not in plain
    assert expanded["refunds"]["elements"][0]["id"] == refund["id"]
    assert expanded["refunds"]["elements"][0]["amount"] == 400


def test_an_unknown_payment_is_not_found(client, platform):
    answer = payment(client, platform, "ABCDEFGHJKMN1")

    assert (answer.status, answer.json()["message"]) == (404, "Not Found")


def test_the_merchant_names_its_currency(client, platform):
    answer = platform(f"/v3/merchants/{client.merchant.id}").json()

    assert answer["properties"] == {"defaultCurrency": "USD"}


@pytest.mark.parametrize(
    "token", ["", "test-private-key-usd", "test-hosted-private-key-usd"]
)
def test_an_ecommerce_key_does_not_open_v3(client, platform, token):
    assert platform(f"/v3/merchants/{client.merchant.id}", token).status == 401


def test_a_token_opens_its_own_merchant_only(platform):
    assert platform("/v3/merchants/TESTMERCH0002").status == 401


def orders(client, platform, **query):
    answer = platform(f"/v3/merchants/{client.merchant.id}/orders", **query)
    assert answer.status == 200, answer.text
    return answer.json()["elements"]


def test_orders_hold_their_payments_refunds_and_lines(client, platform):
    line = {"name": "Mug", "price": 1000, "note": "Ref ABCDEFGHIJKL"}
    client.simulator.pay_hosted(open_checkout(client, line).json()["href"])
    paid = client.simulator.ledger.charges[0]
    client.post("/v1/refunds", {"charge": paid.id, "amount": 400})

    [order] = orders(
        client, platform, expand="payments,payment.cardTransaction,refunds,lineItems"
    )

    assert order["id"] == paid.order_id
    [payment] = order["payments"]["elements"]
    assert (payment["id"], payment["cardTransaction"]["type"]) == (paid.id, "AUTH")
    [refund] = order["refunds"]["elements"]
    assert (refund["amount"], refund["payment"]) == (400, {"id": paid.id})
    assert order["lineItems"]["elements"] == [line]


def test_orders_come_bare_in_pages_and_newest_first(client, platform):
    made = []
    for _ in range(3):
        made.append(client.charge().json()["id"])
        client.simulator.clock.advance(seconds=1)

    first = orders(client, platform, limit=2)
    rest = orders(client, platform, limit=2, offset=2)

    charges = {charge.order_id: charge.id for charge in client.simulator.ledger.charges}
    assert [charges[order["id"]] for order in (*first, *rest)] == made[::-1]
    assert "payments" not in first[0]


def test_orders_are_filtered_by_time_several_times(client, platform):
    client.charge()
    client.simulator.clock.advance(hours=1)
    client.charge()
    late, early = orders(client, platform)

    path = f"/v3/merchants/{client.merchant.id}/orders"
    limits = (
        f"filter=createdTime>{early['createdTime']}&filter=createdTime<=9999999999999"
    )
    found = platform(f"{path}?{limits}").json()["elements"]

    assert [order["id"] for order in found] == [late["id"]]


@pytest.mark.parametrize(
    "query", [{"filter": "total>1"}, {"limit": 1001}, {"offset": "x"}]
)
def test_a_list_of_orders_that_cannot_be_read_is_refused(client, platform, query):
    path = f"/v3/merchants/{client.merchant.id}/orders"

    client.charge()

    assert platform(path, **query).status == 400
