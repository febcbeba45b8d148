"""The simulator as a tool for other people's tests."""

import subprocess
import sys
import threading
import time
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from clover_simulator.http.server import SimulatorServer, require_loopback
from clover_simulator.state.state import State
from clover_simulator.testing import Simulator

CONTRIB = Path(__file__).parents[2] / "contrib"
PLUGIN_IN_USE = """
pytest_plugins = ["clover_simulator.testing"]

def test_a(clover_simulator):
    clover_simulator.token()

def test_b(clover_simulator):
    assert clover_simulator.ledger.tokens == []
"""


def test_it_starts_and_ends_within_a_block():
    before = threading.active_count()

    with Simulator(thin_reads=True) as simulator:
        assert simulator.token().startswith("clv_1TSTS")
        assert simulator.switches.thin_reads is True
        assert simulator.merchant.currency == "USD"

    assert threading.active_count() == before


def test_two_simulators_do_not_know_each_other():
    with Simulator() as one, Simulator() as other:
        assert one.token() == other.token()
        one.token()

        assert (len(one.ledger.tokens), len(other.ledger.tokens)) == (2, 1)


def test_a_snapshot_of_the_ledger_stays_as_it_was(client):
    charge = client.charge(1000).json()["id"]
    before = client.simulator.ledger
    client.post("/v1/refunds", {"charge": charge})

    assert before.charges[0].amount_refunded == 0
    assert client.simulator.ledger.charges[0].amount_refunded == 1000


def test_a_token_of_a_refused_card_is_an_error(clover_simulator):
    with pytest.raises(ValueError, match="was not tokenized"):
        clover_simulator.token("4242424242424241")


def test_waiting_in_vain_is_an_error(clover_simulator):
    with pytest.raises(TimeoutError):
        clover_simulator.wait_until(lambda: False, seconds=0.01)


def test_a_server_that_was_not_started_cannot_be_asked():
    server = SimulatorServer(State())

    with pytest.raises(RuntimeError, match="has not been started"):
        server.call(lambda: None)
    server.close()


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "localhost", "127.0.0.2"])
def test_this_machine_has_several_names(host):
    assert require_loopback(host) == host


def test_the_fixture_is_a_pytest_plugin(tmp_path):
    (tmp_path / "test_it.py").write_text(PLUGIN_IN_USE)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:django", str(tmp_path)]

    done = subprocess.run(
        command,
        cwd=tmp_path,
        env={"PYTHONPATH": str(CONTRIB), "PATH": ""},
        capture_output=True,
        text=True,
        timeout=300,
    )

    assert "2 passed" in done.stdout


def test_an_answer_on_a_kept_connection_does_not_wait_for_the_network(
    clover_simulator,
):
    address = urlsplit(clover_simulator.url)
    connection = HTTPConnection(address.hostname, address.port, timeout=60)
    seconds = []
    for _ in range(60):
        began = time.perf_counter()
        connection.request("GET", "/v1/charges")
        connection.getresponse().read()
        seconds.append(time.perf_counter() - began)
    connection.close()

    # With Nagle's algorithm each but the first takes 40 ms; a busy machine holds up many
    # of them, and never all.
    assert sorted(seconds)[5] < 0.03
