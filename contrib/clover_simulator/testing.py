"""The simulator for tests: a context manager, and a pytest fixture.

pytest_plugins = ["clover_simulator.testing"]

def test_a_card_is_charged(clover_simulator):
    token = clover_simulator.token()
    ...
    assert clover_simulator.ledger.charges[0].amount == 2599
"""

from collections.abc import Iterator

import pytest

from clover_simulator.simulator import LedgerSnapshot, Simulator

__all__ = [
    "LedgerSnapshot",
    "Simulator",
    "clover_simulator",
    "clover_simulator_server",
]


@pytest.fixture(scope="session")
def clover_simulator_server() -> Iterator[Simulator]:
    """One running simulator for the whole test run."""
    with Simulator() as simulator:
        yield simulator


@pytest.fixture
def clover_simulator(clover_simulator_server: Simulator) -> Simulator:
    """A simulator that remembers nothing of the tests before."""
    clover_simulator_server.reset()
    return clover_simulator_server
