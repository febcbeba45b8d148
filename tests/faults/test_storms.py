"""Many processes at once: one charge for each order, one effect for each message."""

import socket
import subprocess
import sys
from collections import Counter
from random import Random
from statistics import median, quantiles
from time import monotonic

import pytest

from tests.faults.kills_fixtures import nursery, postgres  # noqa: F401 - fixtures
from tests.faults.kills_world import ROOT, World, job
from tests.faults.report import is_long

SEED = 20261123
ALL_ORDERS = 500
ORDERS = {count: ALL_ORDERS if is_long() else 100 for count in (2, 4, 8)} | {
    16: ALL_ORDERS
}
"""For how many orders so many processes race."""
BLOCK = 5
"""So many orders lie between two barriers; each process takes them as it likes."""
LOSERS_WAIT_SECONDS = 10
DEADLINE_SECONDS = LOSERS_WAIT_SECONDS + 10
"""The second is the deadline of the call to Clover."""

PATIENCE_SECONDS = 400
"""A machine that does other things as well takes its time."""

pytestmark = [pytest.mark.slow, pytest.mark.timeout(1800)]


@pytest.fixture
def world(nursery, clover_simulator):  # noqa: F811
    return World(nursery, clover_simulator)


def two_tabs(world, orders):
    """Every fifth order is paid with one of two cards, the others with one."""
    token = world.simulator.token
    return [
        order.as_json() | {"tokens": [token() for _ in range(1 + (number % 5 == 0))]}
        for number, order in enumerate(orders)
    ]


@pytest.mark.matrix(row=25, kinds=["charge"])
@pytest.mark.parametrize("processes", ORDERS)
def test_processes_race_for_every_order_and_each_is_charged_once(
    world, report, processes
):
    orders = [world.order("charge") for _ in range(ORDERS[processes])]
    notified = two_tabs(world, orders)
    began = monotonic()

    results = world.run_together(
        *(
            job("race", orders=notified, seed=SEED + n, block=BLOCK, wait=10)
            for n in range(processes)
        ),
        seconds=PATIENCE_SECONDS,
    )

    seconds = monotonic() - began
    outcomes = sum((Counter(row["answer"]["outcomes"]) for row in results), Counter())
    slowest = max(row["answer"]["slowest"] for row in results)
    report.line(
        "races",
        f"{world.nursery.database}: {processes} processes x {len(orders)} orders in "
        f"{seconds:.0f} s, {dict(outcomes)}, slowest answer {slowest:.2f} s",
    )
    verdict = world.verdict()
    assert (verdict.moved, verdict.broken, verdict.open) == (len(orders), [], [])
    assert {row["times"] for row in world.nursery.ask("dump")["notified"]} == {1}
    assert slowest <= DEADLINE_SECONDS


PAGES, COPIES, WORKERS, SERVERS = 100, 50, 8, 4


@pytest.fixture
def port(nursery):  # noqa: F811
    """Where gunicorn serves the shop with several processes."""
    with socket.create_server(("127.0.0.1", 0), backlog=256) as listening:
        number = listening.getsockname()[1]
        server = subprocess.Popen(
            [
                *(sys.executable, "-m", "gunicorn", "tests.faults.storms_app:build()"),
                *("--workers", str(SERVERS), "--bind", f"fd://{listening.fileno()}"),
                *("--log-level", "error"),
            ],
            cwd=ROOT,
            env=nursery.environ,
            pass_fds=[listening.fileno()],
        )
    yield number
    server.terminate()
    server.wait(120)


@pytest.mark.matrix(row=29)
def test_five_thousand_messages_have_a_hundred_effects(world, port, report):
    messages = world.pay_pages([world.order("hosted") for _ in range(PAGES)])
    copies = [message for message in messages for _ in range(COPIES)]
    Random(SEED).shuffle(copies)

    began = monotonic()
    results = world.run_together(
        *(
            job("bombard", port=port, messages=copies[n::WORKERS])
            for n in range(WORKERS)
        ),
        seconds=PATIENCE_SECONDS,
    )
    seconds = monotonic() - began

    took = [row["answer"]["took"] for row in results]
    statuses = Counter(status for each in took for status in each)
    answered = sorted(time for each in took for time in each["200"])
    assert set(statuses) == {"200"}, statuses
    assert len(answered) == PAGES * COPIES
    rows = world.nursery.ask("dump")
    assert [row["state"] for row in rows["payments"]] == ["paid"] * PAGES
    assert [row["times"] for row in rows["notified"]] == [1] * PAGES
    slow = quantiles(answered, n=100)[98] / median(answered)
    report.line(
        "webhooks",
        f"{world.nursery.database}: {len(answered):,} messages to {SERVERS} processes in "
        f"{seconds:.0f} s: {PAGES} effects, p99 {slow:.1f} x median",
    )
