"""Faults: what the client sees, and whether the charge was executed."""

import json
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from http.client import IncompleteRead
from pathlib import Path

import pytest

from clover_simulator.traffic.faults import Action, Fault
from tests.clover_simulator.conftest import Client


def executed(client: Client) -> int:
    return len(client.simulator.ledger.charges)


def strike(client, action, **options):
    token = client.simulator.token()
    rule = client.simulator.fail("POST", "/v1/charges", action, **options)
    return rule, token


def test_reset_before_breaks_the_connection_unexecuted(client):
    _, token = strike(client, "reset_before")

    with pytest.raises(ConnectionResetError):
        client.charge(source=token)

    assert executed(client) == 0


def test_reset_after_loses_the_answer(client):
    _, token = strike(client, "reset_after")

    with pytest.raises(ConnectionResetError):
        client.charge(source=token, key="k-1")

    assert executed(client) == 1
    assert client.charge(source=token, key="k-1").status == 200
    assert executed(client) == 1


def test_a_reset_is_one_at_tcp_level(client):
    client.simulator.fail("GET", "/v1/charges", "reset_before")
    host, port = client.simulator.url.removeprefix("http://").split(":")

    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(b"GET /v1/charges HTTP/1.1\r\nHost: x\r\n\r\n")
        with pytest.raises(ConnectionResetError):
            connection.recv(1)


@pytest.mark.parametrize("action", ["delay_before", "delay_after"])
def test_a_delay_answers_late(client, action):
    _, token = strike(client, action, seconds=0.2)

    started = time.monotonic()
    answer = client.charge(source=token)

    assert time.monotonic() - started >= 0.2
    assert answer.status == 200


def test_delay_before_executes_even_when_the_client_has_gone(client):
    client.simulator.fail("POST", "/v1/charges", "delay_before", seconds=0.2)
    body = json.dumps(
        {"amount": 1, "currency": "USD", "source": client.simulator.token()}
    )
    host, port = client.simulator.url.removeprefix("http://").split(":")
    request = (
        f"POST /v1/charges HTTP/1.1\r\nHost: {host}\r\ncontent-length: {len(body)}\r\n"
        f"authorization: Bearer {client.merchant.private_key}\r\n"
        f"x-forwarded-for: 203.0.113.7\r\n\r\n{body}"
    )

    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(request.encode())

    assert executed(client) == 0
    client.simulator.wait_until(lambda: executed(client) == 1)


def test_a_request_that_is_cut_is_not_executed(client):
    charge = client.charge(capture=False).json()["id"]
    host, _, port = client.simulator.url.removeprefix("http://").partition(":")
    head = [
        f"POST /v1/charges/{charge}/capture HTTP/1.1",
        f"Host: {host}",
        f"Authorization: Bearer {client.merchant.private_key}",
        "X-Forwarded-For: 203.0.113.7",
        "Content-Length: 15",
    ]

    with socket.create_connection((host, int(port))) as connection:
        connection.sendall("\r\n".join([*head, "", ""]).encode())
        connection.shutdown(socket.SHUT_WR)
        while connection.recv(1024):
            pass

    assert client.simulator.ledger.charges[0].amount_captured == 0


def test_drip_comes_whole_but_slowly(client):
    _, token = strike(client, "drip", seconds=0.0005)

    started = time.monotonic()
    answer = client.charge(source=token)

    assert time.monotonic() - started > 0.1
    assert answer.json()["paid"] is True


def test_cut_ends_in_the_middle(client):
    _, token = strike(client, "cut", at_byte=7)

    with pytest.raises(IncompleteRead) as cut:
        client.charge(source=token)

    assert len(cut.value.partial) == 7
    assert executed(client) == 1


def test_wrong_length_promises_more_than_comes(client):
    _, token = strike(client, "wrong_length", at_byte=3)

    with pytest.raises(IncompleteRead) as cut:
        client.charge(source=token)

    assert cut.value.expected == 3
    assert json.loads(cut.value.partial)["paid"] is True


def test_malformed_is_no_json(client):
    _, token = strike(client, "malformed")

    answer = client.charge(source=token)

    assert answer.headers["content-type"] == "application/json"
    with pytest.raises(ValueError, match=r"Unterminated|Expecting"):
        answer.json()
    assert executed(client) == 1


@pytest.mark.parametrize(("options", "status"), [({}, 502), ({"status": 504}, 504)])
def test_html_comes_from_a_gateway(client, options, status):
    _, token = strike(client, "html", **options)

    answer = client.charge(source=token)

    assert (answer.status, answer.headers["content-type"]) == (status, "text/html")
    assert answer.text.startswith("<html>")
    assert executed(client) == 1


@pytest.mark.parametrize("status", [500, 502, 503])
@pytest.mark.parametrize(("action", "count"), [("error_before", 0), ("error_after", 1)])
def test_an_error_with_and_without_effect(client, action, count, status):
    _, token = strike(client, action, status=status)

    assert client.charge(source=token).status == status
    assert executed(client) == count


@pytest.mark.parametrize(("options", "header"), [({}, None), ({"retry_after": 7}, "7")])
def test_rate_limit_with_and_without_retry_after(client, options, header):
    _, token = strike(client, "rate_limit", **options)

    answer = client.charge(source=token)

    assert (answer.status, answer.headers.get("retry-after")) == (429, header)
    assert executed(client) == 0


def test_unauthorized_is_plain_text(client):
    _, token = strike(client, "unauthorized")

    answer = client.charge(source=token)

    assert (answer.status, answer.text) == (401, "Unauthorized")


def test_any_answer_can_be_given(client):
    _, token = strike(client, "answer", status=418, body={"tea": True})

    answer = client.charge(source=token)

    assert (answer.status, answer.json()) == (418, {"tea": True})
    assert executed(client) == 0


def test_every_action_has_a_test():
    files = ("test_faults.py", "test_echoes.py")
    tests = "".join((Path(__file__).parent / name).read_text("utf-8") for name in files)

    assert all(f'"{action}"' in tests for action in Action)


def test_a_rule_hits_the_nth_request_so_many_times(client):
    rule = client.simulator.fail("GET", "/v1/*", "error_before", nth=2, times=2)

    statuses = [client.get("/v1/charges").status for _ in range(5)]

    assert statuses == [200, 500, 500, 200, 200]
    assert (rule.seen, rule.fired) == (5, 2)


def test_a_rule_without_times_never_ends(client):
    client.simulator.fail("*", "*", "error_before", times=None)

    assert {client.get("/v1/charges").status for _ in range(3)} == {500}


def test_a_rule_is_for_its_method_and_path(client):
    client.simulator.fail("POST", "/v1/charges/*/capture", "error_before")

    assert client.charge().status == 200
    assert client.post("/v1/charges/ABCDEFGHJKMN1/capture").status == 500


def test_a_trigger_in_the_metadata_strikes_once(client):
    token = client.simulator.token()
    metadata = {"sim_fault": "reset_after"}

    with pytest.raises(ConnectionResetError):
        client.charge(source=token, key="k-1", metadata=metadata)
    repeated = client.charge(source=token, key="k-1", metadata=metadata)

    assert repeated.status == 200
    assert executed(client) == 1


def test_a_trigger_can_name_its_status(client):
    metadata = {"sim_fault": "error_after", "sim_http_status": "503"}

    assert client.charge(metadata=metadata).status == 503


def test_a_trigger_with_a_silly_number_falls_back(client):
    metadata = {"sim_fault": "cut", "sim_at_byte": "nan", "sim_seconds": "inf"}

    with pytest.raises(IncompleteRead) as cut:
        client.charge(metadata=metadata)

    assert len(cut.value.partial) == 20


@pytest.mark.parametrize("name", ["no_such_fault", "", "{}"])
def test_an_unknown_trigger_does_nothing(client, name):
    assert client.charge(metadata={"sim_fault": name}).status == 200


def test_connections_are_refused_while_clover_is_down(client):
    with client.simulator.refusing_connections(), pytest.raises(ConnectionRefusedError):
        client.charge(source="clv_x")

    assert client.charge().status == 200


def test_only_so_many_requests_run_at_the_same_time(client):
    client.simulator.switch(rate_limits=True)
    client.simulator.fail("GET", "/v1/charges", "delay_before", times=None, seconds=0.3)

    with ThreadPoolExecutor(7) as pool:
        answers = list(pool.map(lambda _: client.get("/v1/charges"), range(7)))

    refused = [answer for answer in answers if answer.status == 429]
    assert len(refused) == 2
    assert refused[0].headers["x-ratelimit-tokenconcurrentlimit"] == "5"
    assert refused[0].headers["retry-after"] == "1"


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"action": "explode"},
        {"action": "cut", "when": "now"},
        {"action": "cut", "nth": 0},
        {"action": "cut", "nth": "x"},
        {"action": "answer", "status": 99},
        {"action": "cut", "seen": 3},
        {"action": "cut", "path": 5},
        {"action": "cut", "times": "x"},
        {"action": "cut", "times": True},
        {"action": []},
    ],
)
def test_a_malformed_rule_is_refused(given):
    with pytest.raises(ValueError, match=r"\w"):
        Fault.from_json(given)
