"""Refunds and voids."""

import pytest

from tests.clover_simulator.conftest import error_of


@pytest.fixture
def charge(client):
    return client.charge(1000).json()["id"]


def refund(client, charge_id, key=None, **body):
    return client.post("/v1/refunds", {"charge": charge_id} | body, key=key)


def read(client, charge_id):
    return client.get(f"/v1/charges/{charge_id}").json()


def test_everything_is_refunded_by_default(client, charge):
    answer = refund(client, charge, reason="requested_by_customer").json()

    assert answer["object"] == "refund"
    assert answer["amount"] == 1000
    assert answer["charge"] == charge
    assert answer["status"] == "succeeded"
    assert answer["reason"] == "requested_by_customer"
    assert answer["metadata"]["refundType"] == "AUTH"
    assert read(client, charge)["refunded"] is True


def test_several_partial_refunds_up_to_the_charge(client, charge):
    for amount in (300, 700):
        assert refund(client, charge, amount=amount).status == 200

    assert read(client, charge)["amount_refunded"] == 1000
    assert error_of(refund(client, charge, amount=1))[:2] == (
        400,
        "charge_already_refunded",
    )


def test_a_partial_refund_does_not_read_refunded(client, charge):
    refund(client, charge, amount=300)

    assert read(client, charge)["refunded"] is False


def test_more_than_is_left_is_refused(client, charge):
    refund(client, charge, amount=300)

    status, code, message = error_of(refund(client, charge, amount=701))

    assert (status, code) == (400, "processing_error")
    assert message.startswith(
        "This refund would make the order's total refunded amount"
    )


def test_no_more_than_was_captured_is_refunded(client):
    charge = client.charge(1000, capture=False).json()["id"]
    client.post(f"/v1/charges/{charge}/capture", {"amount": 400})

    assert refund(client, charge, amount=401).status == 400
    assert refund(client, charge).json()["amount"] == 400


def test_a_missing_or_unknown_charge_is_refused(client):
    missing = client.post("/v1/refunds", {})
    unknown = refund(client, "ABCDEFGHJKMN1")

    assert error_of(missing) == (
        400,
        "invalid_request",
        "Please provide a valid charge.",
    )
    assert error_of(unknown) == (404, "processing_error", "Not Found")


def test_a_declined_charge_has_nothing_to_refund(client):
    declined = client.charge(source=client.simulator.token("4005571702222222")).json()

    assert refund(client, declined["error"]["charge"]).status == 404


def test_an_authorization_is_voided_in_full(client):
    charge = client.charge(1000, capture=False).json()["id"]

    partial = refund(client, charge, amount=400)
    void = refund(client, charge)

    assert error_of(partial)[:2] == (400, "processing_error")
    assert void.json()["metadata"]["refundType"] == "PREAUTH"
    assert read(client, charge)["captured"] is False
    assert error_of(refund(client, charge))[:2] == (400, "charge_already_refunded")


def test_an_expired_authorization_cannot_be_voided(client):
    charge = client.charge(capture=False).json()["id"]
    client.simulator.clock.advance(days=31)

    assert error_of(refund(client, charge))[:2] == (400, "processing_error")


def test_the_tip_is_refunded_with_the_rest(client):
    charge = client.charge(1000, tip_amount=150).json()["id"]

    assert refund(client, charge).json()["amount"] == 1150


def test_refunds_are_read_and_listed(client, charge):
    other = client.charge().json()["id"]
    first = refund(client, charge, amount=1).json()
    refund(client, other)

    of_charge = client.get("/v1/refunds", charge=charge).json()

    assert client.get(f"/v1/refunds/{first['id']}").json() == first
    assert [entry["id"] for entry in of_charge["data"]] == [first["id"]]
    assert len(client.get("/v1/refunds").json()["data"]) == 2


def test_refunds_of_another_merchant_do_not_show(client, canadian, charge):
    answer = refund(client, charge).json()

    assert canadian.get(f"/v1/refunds/{answer['id']}").status == 404
    assert canadian.get("/v1/refunds").json()["data"] == []
    assert refund(canadian, charge).status == 404


def test_a_repeated_key_refunds_once(client, charge):
    first = refund(client, charge, key="r-1", amount=400)
    second = refund(client, charge, key="r-1", amount=400)

    assert second.text == first.text
    assert len(client.simulator.ledger.refunds) == 1


def test_a_key_of_a_charge_is_not_free_for_a_refund(client):
    charge = client.charge(key="k-1").json()["id"]

    assert (
        refund(client, charge, key="k-1").json()["error"]["type"] == "idempotency_error"
    )


def test_an_unknown_reason_is_refused(client, charge):
    assert refund(client, charge, reason="bored").status == 400


def test_recorded_refusals_of_refunds_carry_no_type(client, charge):
    too_much = refund(client, charge, amount=1001)
    unknown_charge = refund(client, "ABCDEFGHJKMN1")
    unknown_refund = client.get("/v1/refunds/ABCDEFGHJKMN1")

    not_found = {"code": "processing_error", "message": "Not Found"}
    assert too_much.json()["error"].keys() == {"code", "message"}
    assert (unknown_charge.status, unknown_charge.json()["error"]) == (404, not_found)
    assert (unknown_refund.status, unknown_refund.json()["error"]) == (404, not_found)
