"""Row 41: a call is interrupted from inside its own process, or the process forks."""

import json
import signal
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from types import FrameType

import pytest

from clover_simulator.simulator import Simulator
from payment_hooks.model.records import OperationKind, OperationState
from tests.faults.matrix import KINDS
from tests.faults.proxy import Exchange, Fault, Proxy
from tests.faults.rig import Rig, settings_for

ROOT = Path(__file__).parents[2]


class WorkerTimeout(BaseException):
    """What a server's own handler may raise in a worker that takes too long."""


INTERRUPTS: dict[str, type[BaseException]] = {
    "Ctrl-C": KeyboardInterrupt,
    "the server ends the worker": SystemExit,
    "the worker takes too long": WorkerTimeout,
}


@pytest.fixture(params=list(INTERRUPTS.values()), ids=list(INTERRUPTS))
def interrupt(request: pytest.FixtureRequest) -> Iterator[type[BaseException]]:
    """Raised in this thread whenever the process gets SIGUSR1."""
    error: type[BaseException] = request.param

    def raise_it(number: int, frame: FrameType | None) -> None:
        raise error

    before = signal.signal(signal.SIGUSR1, raise_it)
    yield error
    signal.signal(signal.SIGUSR1, before)


@pytest.fixture
def rig(make_rig: Callable[..., Rig]) -> Rig:
    """A shop in memory: the process lives on."""
    return make_rig()


def interrupting(*, is_executed: bool) -> Fault:
    """The signal comes while the call waits for its answer."""

    def fault(exchange: Exchange) -> None:
        request = exchange.read()
        if is_executed:
            exchange.execute(request)
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGUSR1)
        exchange.wait_for_the_client_to_go()

    return fault


@pytest.mark.parametrize("is_executed", [True, False])
@pytest.mark.matrix(row=41, kinds=KINDS)
def test_an_interrupted_call_is_unknown_and_not_failed(
    rig: Rig, interrupt: type[BaseException], kind: OperationKind, is_executed: bool
) -> None:
    movement = rig.prepare(kind)

    with (
        rig.proxy.breaking(interrupting(is_executed=is_executed)),
        pytest.raises(interrupt),
    ):
        movement.make()

    assert movement.states == [OperationState.SENDING]
    assert movement.times_moved == is_executed
    movement.comes_right()


@pytest.mark.matrix(row=41, kinds=KINDS)
def test_the_next_call_does_not_get_the_interrupted_ones_answer(
    rig: Rig, interrupt: type[BaseException], kind: OperationKind
) -> None:
    interrupted, following = rig.prepare(kind), rig.prepare(kind)
    with (
        rig.proxy.breaking(interrupting(is_executed=True)),
        pytest.raises(interrupt),
    ):
        interrupted.make()

    following.make()

    following.resolve()
    following.holds()
    interrupted.comes_right()


@pytest.mark.matrix(row=41, kinds=KINDS)
def test_a_forked_worker_and_its_parent_share_no_connection(
    clover_simulator: Simulator, proxy: Proxy
) -> None:
    given = settings_for(clover_simulator, proxy.url)
    path = ":".join(str(folder) for folder in (ROOT, ROOT / "hooks", ROOT / "contrib"))

    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.fork_probe"],
        input=json.dumps(given) + "\n",
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={"PYTHONPATH": path},
        timeout=300,
    )

    assert sorted(done.stdout.split()) == ["child", "parent"], done.stderr
    records = clover_simulator.ledger
    made = Counter(c.metadata["reference"].split("-")[0] for c in records.charges)
    assert made == {"before": 5, "parent": 5, "child": 5}
    assert len(records.refunds) == 6
    one_each_and_one_per_card_form = 2 + len(records.tokens)
    assert proxy.connections == one_each_and_one_per_card_form
