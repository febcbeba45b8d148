"""Capturing authorisations."""

import pytest

from tests.clover_simulator.conftest import error_of


@pytest.fixture
def authorization(client):
    return client.charge(1000, capture=False).json()["id"]


def capture(client, charge_id, **body):
    return client.post(f"/v1/charges/{charge_id}/capture", body)


def test_the_whole_is_captured_by_default(client, authorization):
    charge = client.call("POST", f"/v1/charges/{authorization}/capture").json()

    assert charge["id"] == authorization
    assert (charge["captured"], charge["amount_captured"]) == (True, 1000)


def test_a_part_is_captured(client, authorization):
    charge = capture(client, authorization, amount=400).json()

    assert (charge["amount"], charge["amount_captured"]) == (1000, 400)


def test_a_second_capture_is_refused(client, authorization):
    capture(client, authorization, amount=400)

    again = capture(client, authorization, amount=400)

    assert error_of(again)[:2] == (400, "charge_already_captured")


def test_more_than_was_authorized_is_refused(client, authorization):
    answer = capture(client, authorization, amount=1001)

    assert error_of(answer)[:2] == (400, "invalid_charge_amount")


def test_a_sale_cannot_be_captured(client):
    sale = client.charge().json()["id"]

    refused = capture(client, sale)

    # Recorded: this error carries no `type`.
    assert refused.status == 400
    assert refused.json()["error"] == {
        "code": "processing_error",
        "message": "Invalid request: cannot capture a non AUTH payment",
    }


@pytest.mark.parametrize("charge_id", ["short", "ABCDEFGHJKMN1"])
def test_a_capture_of_an_unknown_id_is_a_bad_request(client, charge_id):
    message = "Please provide a valid charge id."

    answer = capture(client, charge_id)

    assert error_of(answer) == (400, "invalid_request", message)


def test_a_voided_authorization_cannot_be_captured(client, authorization):
    client.post("/v1/refunds", {"charge": authorization})

    assert error_of(capture(client, authorization))[:2] == (
        400,
        "charge_already_refunded",
    )


def test_a_visa_authorization_expires_after_seven_days(client, authorization):
    client.simulator.clock.advance(days=7)

    assert error_of(capture(client, authorization))[:2] == (
        400,
        "charge_expired_for_capture",
    )


def test_a_mastercard_authorization_lasts_thirty_days(client):
    token = client.simulator.token("5204245250003294")
    charge = client.charge(source=token, capture=False).json()["id"]
    client.simulator.clock.advance(days=29)

    assert capture(client, charge).status == 200


def test_a_capture_does_not_change_what_was_answered_before(client):
    token = client.simulator.token()
    fields = {"source": token, "capture": False, "metadata": {"order": "1"}}
    first = client.charge(key="k-1", **fields)
    capture(client, first.json()["id"], metadata={"parcel": "2"})

    assert client.charge(key="k-1", **fields).text == first.text
    assert client.simulator.ledger.charges[0].metadata == {"order": "1", "parcel": "2"}
