"""Row 11: an answer without end costs no more memory than the cap.

The growth is the peak of the resident set (`VmHWM`) of a process of its own, from just
before the movement.
"""

import gzip
import json
import subprocess
import sys
from collections.abc import Iterator
from itertools import repeat
from pathlib import Path

import pytest

from clover_simulator.simulator import Simulator
from payment_hooks.model.records import OperationKind
from tests.faults import breaks
from tests.faults.matrix import KINDS
from tests.faults.messages import answer
from tests.faults.proxy import Exchange, Fault, Proxy
from tests.faults.report import Report
from tests.faults.rig import settings_for

MOST_GROWTH = 5 * 1024
MIB = 1024 * 1024
ROOT = Path(__file__).parents[2]


class Probe:
    """The other process."""

    def __init__(self, settings: dict[str, object]) -> None:
        path = [str(ROOT), str(ROOT / "hooks"), str(ROOT / "contrib")]
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.memory_probe"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
            env={"PYTHONPATH": ":".join(path)},
        )
        self.say(json.dumps(settings))

    def say(self, line: str) -> None:
        """One line to it."""
        assert self.process.stdin is not None
        self.process.stdin.write(f"{line}\n")
        self.process.stdin.flush()

    def hear(self) -> str:
        """One line from it."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip()

    def growth(self, kind: OperationKind, proxy: Proxy, fault: Fault) -> int:
        """By how many KiB its memory grows while this movement is broken so."""
        self.say(kind)
        assert self.hear() == "ready"
        with proxy.breaking(fault):
            self.say("go")
            return int(self.hear())

    def end(self) -> None:
        """Its input ends, and so does it."""
        self.process.communicate(timeout=120)


@pytest.fixture
def probe(clover_simulator: Simulator, proxy: Proxy) -> Iterator[Probe]:
    """A shop in another process, warm."""
    running = Probe(settings_for(clover_simulator, proxy.url, DEADLINE_SECONDS=20))
    running.growth(OperationKind.CHARGE, proxy, breaks.lose_answer())
    yield running
    running.end()


@pytest.fixture(scope="module")
def bomb() -> bytes:
    """100 MiB of zeros, packed."""
    return gzip.compress(bytes(100 * MIB), compresslevel=1)


def hundred_megabytes(exchange: Exchange) -> None:
    """An answer of 100 MB, as far as it is read."""
    exchange.execute(exchange.read())
    exchange.send(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % (100 * MIB))
    for megabyte in repeat(b" " * MIB, 100):
        exchange.send(megabyte)


@pytest.mark.matrix(row=11, kinds=KINDS)
def test_an_answer_of_100_megabytes_is_not_kept(
    probe: Probe, proxy: Proxy, report: Report
) -> None:
    growth = {
        kind: probe.growth(OperationKind(kind), proxy, hundred_megabytes)
        for kind in KINDS
    }

    assert max(growth.values()) <= MOST_GROWTH, growth
    report.line("memory", f"100 MB answered: at most {max(growth.values())} KiB more")


@pytest.mark.matrix(row=11, kinds=KINDS)
def test_a_gzip_bomb_is_not_unpacked(
    probe: Probe, proxy: Proxy, bomb: bytes, report: Report
) -> None:
    fault = breaks.answer_with(answer(bomb, "Content-Encoding: gzip"))
    growth = {kind: probe.growth(OperationKind(kind), proxy, fault) for kind in KINDS}

    assert len(bomb) < MIB / 2
    assert max(growth.values()) <= MOST_GROWTH, growth
    report.line(
        "memory", f"gzip bomb of 100 MiB: at most {max(growth.values())} KiB more"
    )
