"""Customers and their cards on file."""

import pytest

from tests.clover_simulator.conftest import error_of

EMAIL = "buyer@example.test"


def create(client, **fields):
    return client.post("/v1/customers", {"email": EMAIL} | fields)


@pytest.fixture
def token(client):
    return client.simulator.token()


@pytest.fixture
def kept(client, token):
    return create(client, source=token, firstName="A").json()


@pytest.fixture
def customer(kept):
    return kept["id"]


def test_a_customer_is_kept(client, token):
    answer = create(client, source=token, firstName="A").json()

    assert answer["object"] == "customer"
    assert (answer["email"], answer["firstName"]) == (EMAIL, "A")
    assert answer["sources"]["object"] == "list"
    assert [len(card) for card in answer["sources"]["data"]] == [13]


def test_a_saved_card_is_charged_many_times(client, customer, token):
    by_customer = [client.charge(source=customer).status for _ in range(2)]
    by_token = client.charge(
        source=token, stored_credentials={"sequence": "SUBSEQUENT"}
    )

    assert by_customer == [200, 200]
    assert by_token.status == 200


def test_a_saved_card_is_not_charged_as_the_first_time(client, token, customer):
    answer = client.charge(source=token, stored_credentials={"sequence": "FIRST"})

    assert error_of(answer) == (402, "incorrect_cvc", "CVV could not be verified")


SHOPPERS_PLAN = {
    "sequence": "SUBSEQUENT",
    "is_scheduled": True,
    "initiator": "CARDHOLDER",
}
MERCHANTS_PLAN = SHOPPERS_PLAN | {"initiator": "MERCHANT"}
PLAN = {"sequence": "SUBSEQUENT", "is_scheduled": True}


def test_a_plan_is_charged_by_the_merchant(client, customer):
    answer = client.charge(source=customer, stored_credentials=MERCHANTS_PLAN)

    assert answer.status == 200
    assert answer.json()["stored_credentials"] == MERCHANTS_PLAN
    assert "warning_message" not in answer.json()


@pytest.mark.parametrize("told", [SHOPPERS_PLAN, PLAN], ids=["shopper", "nobody"])
def test_a_plan_is_not_the_shoppers_own_later_act(client, customer, told):
    refused = client.charge(source=customer, stored_credentials=told)
    client.simulator.switch(stored_credentials="lenient")
    taken = client.charge(source=customer, stored_credentials=told)

    assert error_of(refused)[:2] == (400, "invalid_request")
    assert taken.status == 200


def test_a_merchant_charges_no_fresh_card(client):
    told = {"sequence": "FIRST", "initiator": "MERCHANT"}
    token = client.simulator.token()

    refused = client.charge(source=token, stored_credentials=told)
    client.simulator.switch(stored_credentials="lenient")
    taken = client.charge(source=token, stored_credentials=told)

    assert error_of(refused)[:2] == (400, "invalid_request")
    assert taken.status == 200


def test_a_saved_cards_own_token_says_which_use_it_is(client, token, customer):
    refused = client.charge(source=token)
    client.simulator.switch(stored_credentials="lenient")

    assert error_of(refused)[:2] == (400, "invalid_request")
    assert client.charge(source=token).status == 200


def test_a_later_use_without_a_first_is_taken_with_a_remark(client):
    answer = client.charge(
        source=client.simulator.token(), stored_credentials={"sequence": "SUBSEQUENT"}
    )

    assert answer.status == 200
    assert "without a first" in answer.json()["warning_message"]


def test_a_charged_token_cannot_be_saved(client, token):
    client.charge(source=token)

    assert error_of(create(client, source=token))[:2] == (400, "token_already_used")


def test_a_customer_without_card_cannot_pay(client):
    client.simulator.switch(customer_needs_source=False)
    customer = create(client).json()["id"]

    assert error_of(client.charge(source=customer))[:2] == (400, "card_on_file_missing")


@pytest.mark.parametrize("email", [None, "nobody", "a@b@c"])
def test_a_wrong_email_is_refused(client, email):
    message = "Please provide a valid email."

    assert error_of(create(client, email=email)) == (400, "email_invalid", message)


def test_an_update_wants_the_email_too(client, customer):
    answer = client.call("PUT", f"/v1/customers/{customer}", {"firstName": "B"})

    assert error_of(answer)[:2] == (400, "email_invalid")


def test_a_new_card_becomes_the_default_one(client, customer):
    amex = client.simulator.token("378282246310005")
    body = {"email": EMAIL, "source": amex}

    client.call("PUT", f"/v1/customers/{customer}", body)

    assert client.charge(source=customer).json()["source"]["brand"] == "AMEX"


def test_a_card_is_saved_once(client, customer, token):
    body = {"email": EMAIL, "source": token}

    assert client.call("PUT", f"/v1/customers/{customer}", body).status == 409


def test_a_deleted_card_is_gone(client, kept, token):
    (card,) = kept["sources"]["data"]
    path = f"/v1/customers/{kept['id']}/sources/{card}"

    deleted, again = client.call("DELETE", path), client.call("DELETE", path)

    assert deleted.json() == {"deleted": True, "id": card, "object": "deletedcard"}
    assert again.status == 404
    assert again.json()["error"] == {
        "type": "invalid_request_error",
        "code": "invalid_request",
        "message": f"Card with id {card} not found.",
    }
    assert client.charge(source=token).status == 400


def test_a_customer_of_another_merchant_is_unknown(canadian, customer):
    body = {"email": EMAIL}
    message = f"Customer with id {customer} not found."

    update = canadian.call("PUT", f"/v1/customers/{customer}", body)
    delete = canadian.call("DELETE", f"/v1/customers/{customer}/sources/CARDABCDEF123")

    assert (update.status, update.json()["error"]) == (
        404,
        {"type": "validation_error", "code": "resource_missing", "message": message},
    )
    assert (delete.status, delete.json()["error"]) == (
        404,
        {
            "type": "invalid_request_error",
            "code": "invalid_request",
            "message": message,
        },
    )


def test_a_customer_without_a_card_is_refused(client):
    message = "Please provide a valid source or token."

    assert error_of(create(client)) == (400, "invalid_request", message)
