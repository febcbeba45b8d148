"""No card number and no security code is kept, shown or logged."""

import logging
import pickle

import pytest

from clover_simulator.calls import redact
from clover_simulator.traffic.client import fetch
from tests.clover_simulator.api.test_tokens import encrypt, tokenize
from tests.clover_simulator.conftest import open_checkout

NUMBER, CVV = "4000056655665556", "907"
SHOWN = (
    "/state",
    "/ledger",
    "/requests",
    "/deliveries",
    "/faults",
    "/merchants",
    "/switches",
)


def use_the_card_everywhere(client):
    simulator = client.simulator
    tokenize(simulator, number=NUMBER, cvv=CVV)
    tokenize(simulator, {}, encrypted_pan=encrypt(simulator, NUMBER), cvv=CVV)
    tokenize(simulator, number=NUMBER + "0", cvv=CVV)
    token = simulator.token(NUMBER, cvv=CVV)
    metadata = {"note": NUMBER, "spaced": "4000 0566 5566 5556"}
    charge = client.charge(source=token, metadata=metadata, description=NUMBER).json()[
        "id"
    ]
    client.post("/v1/refunds", {"charge": charge, "metadata": metadata})
    client.get(f"/v1/charges/{NUMBER}")
    href = open_checkout(client).json()["href"]
    simulator.pay_hosted(href, NUMBER, cvv=CVV, exp="12/20")
    simulator.pay_hosted(href, NUMBER, cvv=CVV)


def test_the_card_appears_nowhere(client, caplog, capfd):
    caplog.set_level(logging.DEBUG)
    use_the_card_everywhere(client)

    shown = [client.control("GET", path).text for path in SHOWN]
    captured = capfd.readouterr()
    everywhere = [*shown, caplog.text, captured.out, captured.err]

    for text in everywhere:
        assert NUMBER not in text.replace(" ", "")
        assert f'"{CVV}"' not in text


def test_the_ledger_keeps_no_number_and_no_code(client):
    tokenize(client.simulator, number=NUMBER, cvv=CVV)
    client.simulator.pay_hosted(open_checkout(client).json()["href"], NUMBER, cvv=CVV)

    kept = pickle.dumps(client.simulator.ledger)

    assert NUMBER.encode() not in kept
    assert CVV.encode() not in kept


def test_a_refusal_does_not_repeat_the_number(client):
    answer = tokenize(client.simulator, number=NUMBER + "0", cvv=CVV)

    assert NUMBER not in answer.text


def test_the_page_does_not_repeat_the_number(client):
    href = open_checkout(client).json()["href"]
    answer = client.simulator.pay_hosted(href, "4005571702222222")

    assert "4005571702222222" not in answer.text.replace(" ", "").split("<details")[0]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("order 4000056655665556!", "order [hidden]!"),
        ("4000-0566-5566-5556", "[hidden]"),
        ("4000056655665557", "4000056655665557"),
        ("12345678901234567890", "12345678901234567890"),
    ],
)
def test_what_could_be_a_card_number_is_hidden(text, shown):
    assert redact.without_card_numbers(text) == shown


def test_a_path_with_a_card_number_is_hidden_in_the_log_of_requests(client):
    fetch("GET", f"{client.simulator.url}/v1/charges/{NUMBER}")

    assert client.simulator.requests[-1].path == "/v1/charges/[hidden]"


def test_a_number_or_a_name_that_is_a_card_number_is_hidden(client):
    metadata = {NUMBER: "as a name", "as_a_number": int(NUMBER)}
    client.post("/v1/charges", {"amount": int(NUMBER), "metadata": metadata})

    (seen,) = client.control("GET", "/requests").json()["requests"]
    assert NUMBER not in str(seen)
    assert seen["body"]["amount"] == seen["body"]["metadata"]["as_a_number"]


def test_a_body_that_is_too_long_is_not_kept(client):
    client.post("/v1/charges", {"description": "x" * 30_000})

    assert client.simulator.requests[-1].body == "[30019 characters]"


def test_how_long_an_answer_took_is_kept(client):
    client.simulator.fail("GET", "/v1/charges", "delay_after", seconds=0.05)
    client.get("/v1/charges")

    client.simulator.wait_until(lambda: client.simulator.requests[-1].milliseconds)
    assert client.simulator.requests[-1].milliseconds >= 50
