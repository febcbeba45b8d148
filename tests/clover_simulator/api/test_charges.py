"""Creating, reading and listing charges."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.clover_simulator.conftest import error_of

DECLINED_CARD = "4005571702222222"
AVS_CARD = "4761530001111126"


def test_a_charge_takes_the_money(client):
    answer = client.charge(2599, description="Mugs", external_reference_id="INV-REF 1")
    assert answer.status == 400  # a hyphen is no letter and no digit

    charge = client.charge(
        2599, description="Mugs", external_reference_id="INVREF 1"
    ).json()

    assert charge["amount"] == charge["amount_captured"] == 2599
    assert charge["captured"] is True
    assert charge["paid"] is True
    assert charge["status"] == "succeeded"
    assert charge["currency"] == "USD"
    assert charge["outcome"] == {
        "network_status": "approved_by_network",
        "type": "authorized",
    }
    assert charge["source"]["last4"] == "4242"
    assert charge["description"] == "Mugs"
    assert charge["external_reference_id"] == "INVREF 1"
    assert len(charge["id"]) == len(charge["order"]) == 13


def test_an_authorization_takes_nothing_yet(client):
    charge = client.charge(capture=False).json()

    assert (charge["captured"], charge["status"], charge["paid"]) == (
        False,
        "succeeded",
        True,
    )
    assert charge["amount_captured"] == 0


def test_a_charge_is_read_back(client):
    charge = client.charge().json()

    assert client.get(f"/v1/charges/{charge['id']}").json() == charge


def test_an_unknown_charge_is_not_found(client, canadian):
    charge = client.charge().json()
    message = "Charge with id ABCDEFGHJKMN1 not found."

    assert error_of(client.get("/v1/charges/ABCDEFGHJKMN1")) == (
        404,
        "invalid_request",
        message,
    )
    assert canadian.get(f"/v1/charges/{charge['id']}").status == 404


@pytest.mark.parametrize(
    "header", ["", "Bearer wrong", "Basic abc", "Bearer test-public-key-usd"]
)
def test_a_wrong_key_is_refused(client, header):
    answer = client.call("GET", "/v1/charges", headers={"authorization": header})

    assert (answer.status, answer.text) == (401, '{"message": "401 Unauthorized"}')


def test_the_platform_token_is_no_ecommerce_key(client):
    header = {"authorization": f"Bearer {client.merchant.platform_token}"}

    assert client.call("GET", "/v1/charges", headers=header).status == 401


def test_the_hosted_key_reads_but_does_not_charge(client):
    header = {"authorization": f"Bearer {client.merchant.hosted_private_key}"}

    assert client.call("GET", "/v1/charges", headers=header).status == 200
    assert client.call("POST", "/v1/charges", {}, headers=header).status == 401


@pytest.mark.parametrize(
    ("fields", "code", "message"),
    [
        ({"amount": 0}, "invalid_charge_amount", "Please provide a valid amount."),
        ({"amount": -5}, "invalid_charge_amount", "Please provide a valid amount."),
        ({"amount": 25.99}, "invalid_charge_amount", "Please provide a valid amount."),
        ({"amount": "2599"}, "invalid_charge_amount", "Please provide a valid amount."),
        ({"amount": True}, "invalid_charge_amount", "Please provide a valid amount."),
        ({"amount": 100_000_000}, "amount_too_large", "The amount is too large."),
        ({"currency": "EUR"}, "invalid_request", "Please provide a valid currency."),
        ({"currency": "CAD"}, "invalid_request", "Please provide a valid currency."),
        (
            {"source": "CUSTABCDEF123"},
            "invalid_request",
            "Please provide a valid source for the charge.",
        ),
        (
            {"source": "clv_1TSTSunknown"},
            "invalid_request",
            "Please provide a valid source or token.",
        ),
        (
            {"tax_amount": -1},
            "invalid_tax_amount",
            "Please provide a valid tax amount.",
        ),
        (
            {"tip_amount": "1"},
            "invalid_tip_amount",
            "Please provide a valid tip amount.",
        ),
        (
            {"external_reference_id": "1234567890123"},
            "invalid_request",
            "Please provide a valid external_reference_id.",
        ),
        ({"ecomind": "phone"}, "invalid_request", "Please provide a valid ecomind."),
        ({"capture": "yes"}, "invalid_request", "Please provide a valid capture."),
        (
            {"metadata": {"note": "x" * 500}},
            "invalid_request",
            "Please provide metadata of at most 500 characters.",
        ),
    ],
)
def test_a_malformed_charge_is_refused(client, fields, code, message):
    assert error_of(client.charge(**fields)) == (400, code, message)
    assert client.simulator.ledger.charges == []


@pytest.mark.parametrize(
    "text", ["{", "[]", "null", '"text"', "[" * 100_000, '{"a":NaN']
)
def test_a_body_that_is_no_json_object_is_refused(client, text):
    message = "Invalid JSON Format"

    assert error_of(client.post("/v1/charges", text)) == (
        400,
        "invalid_request",
        message,
    )


def test_a_body_of_another_type_is_refused(client):
    headers = {"content-type": "application/x-www-form-urlencoded"}

    assert client.post("/v1/charges", "amount=1", headers=headers).status == 415


def test_a_huge_body_is_refused(client):
    answer = client.post("/v1/charges", '{"a": "' + "x" * 1_000_000 + '"}')

    assert answer.status == 413


def test_a_token_is_good_for_one_charge(client):
    token = client.simulator.token()
    client.charge(source=token)

    again = client.charge(source=token)

    assert error_of(again) == (
        400,
        "token_already_used",
        "You cannot use a clover token more than once unless it is marked as multipay.",
    )


def test_a_token_of_another_merchant_is_refused(client, canadian):
    token = client.simulator.token()

    body = {"amount": 1, "currency": "CAD", "source": token}

    assert canadian.post("/v1/charges", body).status == 400


def test_a_declined_card_is_402_and_leaves_no_charge(client):
    answer = client.charge(source=client.simulator.token(DECLINED_CARD))

    error = answer.json()["error"]
    assert answer.json()["message"] == "402 Payment Required"
    assert answer.status == 402
    assert error["type"] == "card_error"
    assert error["code"] == "card_declined"
    assert error["message"] == "Do not honor"
    assert error["declineCode"] == "issuer_declined"
    assert client.get(f"/v1/charges/{error['charge']}").status == 404
    assert client.simulator.ledger.charges == []
    assert [charge.id for charge in client.simulator.ledger.declined] == [
        error["charge"]
    ]


def test_a_card_expires_by_the_simulated_clock(client):
    next_year = client.simulator.clock.now().year + 1
    token = client.simulator.token(exp_month="01", exp_year=str(next_year))
    client.simulator.clock.advance(days=800)

    answer = client.charge(source=token)

    assert error_of(answer)[:2] == (402, "expired_card")


def test_a_trigger_in_the_metadata_declines(client):
    metadata = {"sim_decline": "incorrect_cvc", "sim_message": "Try again"}

    answer = client.charge(metadata=metadata)

    assert error_of(answer) == (402, "incorrect_cvc", "Try again")


def test_the_address_card_passes_the_address_checks(client):
    token = client.simulator.token(AVS_CARD, address_zip="12207")

    source = client.charge(source=token).json()["source"]

    assert source["address_zip"] == "12207"
    assert source["address_zip_check"] == source["address_line1_check"] == "pass"


def test_a_trigger_fails_the_checks_of_an_approved_charge(client):
    metadata = {"sim_cvc_check": "fail", "sim_address_check": "fail"}

    charge = client.charge(metadata=metadata).json()

    assert charge["paid"] is True
    assert charge["source"]["cvc_check"] == "fail"
    assert charge["source"]["address_zip_check"] == "fail"


def test_a_trigger_approves_a_part(client):
    charge = client.charge(1000, metadata={"sim_partial_amount": "400"}).json()
    whole = client.charge(1000, metadata={"sim_partial_amount": "some"}).json()

    assert (charge["amount"], charge["partial_auth"]) == (400, True)
    assert whole["amount"] == 1000


def test_a_trigger_leaves_the_charge_pending(client):
    charge = client.charge(metadata={"sim_status": "pending"}).json()

    other = client.charge(metadata={"sim_status": "lost"}).json()

    assert (charge["status"], charge["paid"]) == ("pending", False)
    assert other["status"] == "succeeded"


def test_a_repeated_key_repeats_the_answer(client):
    token = client.simulator.token()

    first = client.charge(source=token, key="k-1")
    second = client.charge(source=token, key="k-1")

    assert (second.status, second.text) == (first.status, first.text)
    assert len(client.simulator.ledger.charges) == 1
    assert client.simulator.ledger.charges[0].idempotency_key == "k-1"


def test_a_repeated_key_repeats_the_decline(client):
    token = client.simulator.token(DECLINED_CARD)

    first = client.charge(source=token, key="k-1")
    second = client.charge(source=token, key="k-1")

    assert second.text == first.text
    assert len(client.simulator.ledger.declined) == 1


def test_a_key_with_another_body_is_refused(client):
    client.charge(100, key="k-1")

    answer = client.charge(100, key="k-1")

    assert answer.status == 400
    assert answer.json()["error"]["type"] == "idempotency_error"
    assert len(client.simulator.ledger.charges) == 1


def test_a_refused_request_leaves_its_key_free(client):
    client.charge(0, key="k-1")

    assert client.charge(100, key="k-1").status == 200


def test_a_key_is_the_merchants_own(client, canadian):
    client.charge(key="k-1")
    header = {
        "apikey": canadian.merchant.public_key,
        "content-type": "application/json",
    }
    card = {"number": "4242424242424242", "exp_month": "12", "exp_year": "2099"}
    token = canadian.post("/v1/tokens", {"card": card}, headers=header).json()["id"]
    body = {"amount": 100, "currency": "cad", "source": token}

    assert canadian.post("/v1/charges", body, key="k-1").status == 200


def test_a_repeat_while_the_first_runs_is_a_conflict(client):
    client.simulator.switch(processing_seconds=0.3)
    token = client.simulator.token()
    first = threading.Thread(
        target=client.charge, kwargs={"source": token, "key": "k-1"}
    )
    first.start()
    client.simulator.wait_until(lambda: client.simulator.count("POST", "/v1/charges"))

    second = client.charge(source=token, key="k-1")
    first.join()
    third = client.charge(source=token, key="k-1")

    assert second.status == 409
    assert second.json()["error"]["type"] == "idempotency_error"
    assert third.status == 200
    assert len(client.simulator.ledger.charges) == 1


def test_simultaneous_uses_of_a_token_make_one_charge(client):
    token = client.simulator.token()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: client.charge(source=token).status, range(8)))

    assert sorted(answers) == [200] + [400] * 7
    assert len(client.simulator.ledger.charges) == 1


@pytest.mark.parametrize("address", [None, "203.0.113.7:51234"])
def test_a_missing_or_odd_shopper_address_is_noted(client, address):
    body = {"amount": 1, "currency": "USD", "source": client.simulator.token()}
    client.post("/v1/charges", body, headers={"x-forwarded-for": address})

    charge_request = client.simulator.requests[-1]

    assert "x-forwarded-for" in charge_request.warnings[0]


def test_an_unknown_path_is_plain_text(client):
    answer = client.get("/v1/nothing")

    assert (answer.status, answer.text) == (404, "404 Not Found")
