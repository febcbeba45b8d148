"""Charges and refunds that are pending, failed, canceled or voided, and what becomes of
them later."""

import pytest

from tests.clover_simulator.api.test_captures import capture
from tests.clover_simulator.api.test_refunds import read, refund
from tests.clover_simulator.conftest import error_of, open_checkout


@pytest.fixture
def switch(clover_simulator):
    return clover_simulator.switch


def listed(client, path):
    return client.get(path).json()["data"]


@pytest.mark.parametrize("status", ["pending", "failed"])
def test_a_charge_that_has_not_succeeded_is_read_and_listed(client, status):
    answer = client.charge(2599, metadata={"sim_status": status})
    charge = answer.json()

    assert answer.status == 200
    assert (charge["status"], charge["paid"], charge["captured"]) == (
        status,
        False,
        True,
    )
    assert (charge["amount_captured"], charge["refunded"]) == (0, False)
    assert read(client, charge["id"]) == charge == listed(client, "/v1/charges")[0]
    assert client.simulator.ledger.charges[0].amount_captured == 0


def test_a_failed_charge_says_why(client):
    charge = client.charge(metadata={"sim_status": "failed"}).json()

    assert charge["failure_code"] == "card_declined"
    assert charge["failure_message"]
    assert "outcome" not in charge


def test_every_charge_can_be_pending_or_failed(client, switch):
    switch(charge_status="failed")
    failed = client.charge().json()["status"]
    switch(charge_status="pending")
    client.simulator.pay_hosted(open_checkout(client).json()["href"])

    assert failed == "failed"
    assert [c.status for c in client.simulator.ledger.charges] == ["failed", "pending"]


def test_a_pending_charge_succeeds_or_fails_later(client):
    charges = [
        client.charge(metadata={"sim_status": "pending"}).json()["id"] for _ in range(2)
    ]

    client.simulator.set_charge_status(charges[0], "succeeded")
    client.simulator.set_charge_status(charges[1], "failed")

    succeeded, failed = (read(client, charge) for charge in charges)
    assert (succeeded["status"], succeeded["amount_captured"]) == ("succeeded", 2599)
    assert (failed["status"], failed["amount_captured"]) == ("failed", 0)
    assert refund(client, charges[0]).status == 200


def test_a_pending_authorization_is_an_authorization_when_it_succeeds(client):
    metadata = {"sim_status": "pending"}
    charge = client.charge(capture=False, metadata=metadata).json()
    early = capture(client, charge["id"])
    client.simulator.set_charge_status(charge["id"], "succeeded")

    assert charge["captured"] is False
    assert error_of(early)[:2] == (400, "processing_error")
    assert read(client, charge["id"])["captured"] is False
    assert capture(client, charge["id"]).json()["captured"] is True


@pytest.mark.parametrize("status", ["pending", "failed"])
def test_nothing_is_refunded_of_what_has_not_succeeded(client, status):
    charge = client.charge(metadata={"sim_status": status}).json()["id"]

    assert error_of(refund(client, charge))[:2] == (400, "processing_error")


def test_a_pending_payment_does_not_pay_an_order_until_it_succeeds(client, switch):
    items = [{"amount": 500}]
    order = client.post("/v1/orders", {"currency": "USD", "items": items}).json()["id"]
    switch(charge_status="pending")
    pending = client.post(
        f"/v1/orders/{order}/pay", {"source": client.simulator.token()}
    ).json()
    client.simulator.set_charge_status(pending["charge"], "succeeded")
    paid = client.get(f"/v1/orders/{order}").json()

    assert (pending["status"], pending["amount_paid"]) == ("created", 0)
    assert (paid["status"], paid["amount_paid"]) == ("paid", 500)


@pytest.mark.parametrize("status", ["pending", "failed", "canceled"])
def test_a_refund_that_has_not_succeeded_is_read_and_gives_nothing_back(client, status):
    charge = client.charge(1000).json()["id"]
    answer = refund(client, charge, amount=400, metadata={"sim_status": status})

    made = answer.json()
    assert (answer.status, made["status"]) == (200, status)
    assert client.get(f"/v1/refunds/{made['id']}").json() == made
    assert listed(client, "/v1/refunds") == [made]
    assert read(client, charge)["amount_refunded"] == 0


def test_every_refund_can_be_pending(client, switch):
    switch(refund_status="pending")
    charge = client.charge(1000).json()["id"]

    assert refund(client, charge).json()["status"] == "pending"


def test_a_pending_refund_holds_its_amount_until_it_is_decided(client):
    charge = client.charge(1000).json()["id"]
    pending = {"sim_status": "pending"}
    first = refund(client, charge, amount=600, metadata=pending).json()["id"]
    too_much = refund(client, charge, amount=600)
    client.simulator.set_refund_status(first, "failed")
    second = refund(client, charge, amount=600, metadata=pending).json()["id"]
    client.simulator.set_refund_status(second, "succeeded")

    assert error_of(too_much)[:2] == (400, "processing_error")
    assert read(client, charge)["amount_refunded"] == 600
    assert [r["status"] for r in listed(client, "/v1/refunds")] == [
        "succeeded",
        "failed",
    ]


def test_a_void_that_failed_leaves_the_authorization(client):
    charge = client.charge(1000, capture=False).json()["id"]
    void = refund(client, charge, metadata={"sim_status": "failed"}).json()["id"]
    before = client.simulator.ledger.charges[0].state
    client.simulator.set_refund_status(void, "succeeded")

    assert (before, client.simulator.ledger.charges[0].state) == (
        "authorized",
        "voided",
    )


def test_a_voided_refund_gave_nothing_back(client):
    charge = client.charge(1000).json()["id"]
    made = refund(client, charge, amount=400).json()
    client.simulator.void_refund(made["id"])

    [row] = listed(client, "/v1/refunds")
    assert row == made | {"voided": True}
    assert read(client, charge)["amount_refunded"] == 0
    assert refund(client, charge).json()["amount"] == 1000


def test_a_refund_is_voided_once_and_a_void_never(client):
    sale = client.charge(1000).json()["id"]
    authorization = client.charge(1000, capture=False).json()["id"]
    refunded = refund(client, sale).json()["id"]
    void = refund(client, authorization).json()["id"]
    client.simulator.void_refund(refunded)

    for refund_id in (refunded, void):
        with pytest.raises(ValueError, match="cannot be voided"):
            client.simulator.void_refund(refund_id)
    with pytest.raises(LookupError):
        client.simulator.void_refund("ABCDEFGHJKMN1")


@pytest.mark.parametrize("capture", [True, False])
def test_a_payment_is_voided_in_the_dashboard(client, capture):
    charge = client.charge(1000, capture=capture).json()["id"]

    client.simulator.void_in_dashboard(charge)

    shown = read(client, charge)
    assert (shown["captured"], shown["refunded"]) == (capture, True)
    assert shown["amount_refunded"] == 1000
    assert listed(client, "/v1/refunds") == []
    assert error_of(refund(client, charge))[:2] == (400, "charge_already_refunded")
    with pytest.raises(ValueError, match="cannot be voided"):
        client.simulator.void_in_dashboard(charge)


def test_the_control_api_changes_statuses_and_voids(client):
    charge = client.charge(1000).json()["id"]
    made = refund(client, charge, amount=400).json()["id"]

    failed = client.control(
        "POST", "/refunds/status", {"refund": made, "status": "failed"}
    )
    client.control("POST", "/refunds/status", {"refund": made, "status": "succeeded"})
    voided = client.control("POST", "/refunds/void", {"refund": made})
    void = client.control("POST", "/dashboard/voids", {"charge": charge})

    assert failed.json()["status"] == "failed"
    assert voided.json()["voided"] is True
    assert void.json()["state"] == "voided"
    wrong = {"refund": made, "status": "lost"}
    assert client.control("POST", "/refunds/status", wrong).status == 400
    assert client.control("POST", "/refunds/status", {"refund": "X"}).status == 404
    assert client.control("POST", "/dashboard/voids", {"charge": "X"}).status == 404


def test_refund_rows_can_be_as_bare_as_recorded(client, switch):
    charge = client.charge(1000).json()["id"]
    first, second = (refund(client, charge, amount=100).json()["id"] for _ in range(2))
    client.simulator.void_refund(second)
    switch(refund_rows="bare", list_envelope="bare")

    rows = client.get("/v1/refunds").json()

    assert rows == [
        {"inReportingPeriod": False, "amount": 100, "id": second, "voided": True},
        {"inReportingPeriod": False, "amount": 100, "id": first, "voided": False},
    ]
    assert client.get(f"/v1/refunds/{first}").json()["charge"] == charge


def test_a_charge_shows_its_ten_newest_refunds(client, switch):
    charge = client.charge(1000).json()["id"]
    assert "refunds" not in read(client, charge)
    made = [refund(client, charge, amount=1).json() for _ in range(11)]

    shown = read(client, charge)["refunds"]
    switch(charge_refunds=2)
    two = read(client, charge)["refunds"]
    switch(charge_refunds=0)

    assert shown["data"] == made[:0:-1]
    assert (shown["object"], shown["has_more"]) == ("list", True)
    assert two["data"] == made[:-3:-1]
    assert "refunds" not in read(client, charge)
