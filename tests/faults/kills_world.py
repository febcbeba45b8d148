"""A shop whose workers die: the nursery, the simulator, and the orders of one test."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import IO, Any

from clover_simulator.simulator import Simulator
from tests.faults.kills_oracle import Order, Verdict, judge
from tests.faults.rig import settings_for

ROOT = Path(__file__).parents[2]
SECONDS = 100.0
LEASE_OVER = 400.0
"""Seconds after which no lease is left, be it for sending or for notifying."""
WINDOW_OVER = 13 * 3600.0
"""Seconds after which a complete look that finds nothing is believed."""
KILLED = -9
NOWHERE = "http://127.0.0.1:9/"
"""A webhook URL where nobody listens: the test brings the messages itself."""
AGAIN = (
    "",
    "at once, same card",
    "at once, new card",
    "later, same card",
    "later, new card",
)
"""What a shopper may do whose submit was answered by nobody."""

Json = dict[str, Any]
_numbers = count(1)


class Nursery:
    """The forking process, seen from the test."""

    def __init__(self, shop: Json, log: Path) -> None:
        self.log, self.environ = log, _environ(shop)
        self.database = str(shop["database"]["ENGINE"]).rpartition(".")[2]
        self._stderr = log.open("ab")
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.faults.kills_nursery"],
            cwd=ROOT,
            env=self.environ,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._stderr,
        )
        assert self._answer() == "ready"

    def start(self, *jobs: Json) -> list[int]:
        """The ids of the workers; `finish` says what becomes of them."""
        return list(self._ask({"start": list(jobs)}))

    def finish(self, seconds: float = SECONDS) -> list[Json]:
        """How each ended; one that broke fails the test."""
        results: list[Json] = self._ask({"finish": seconds})
        broken = [row for row in results if row["status"] not in (0, KILLED)]
        assert not broken, self.log.read_text()[-3000:]
        return results

    def run(self, *jobs: Json, seconds: float = SECONDS) -> list[Json]:
        """How each worker ended that got one of these jobs."""
        self.start(*jobs)
        return self.finish(seconds)

    def ask(self, name: str, **args: Any) -> Json:
        """What one worker answers."""
        (result,) = self.run(job(name, **args))
        assert result["status"] == 0, f"{name} ended with {result['status']}"
        return dict(result["answer"])

    def stop(self) -> None:
        """End it and whoever is left."""
        stdin, stdout = self._pipes()
        stdin.close()
        try:
            self._process.wait(10)
        finally:
            self._process.kill()
            self._process.wait()
            stdout.close()
            self._stderr.close()

    def _ask(self, command: Json) -> Any:
        stdin, _ = self._pipes()
        stdin.write(json.dumps(command).encode() + b"\n")
        stdin.flush()
        return self._answer()

    def _answer(self) -> Any:
        line = self._pipes()[1].readline()
        assert line, f"the nursery died: {self.log.read_text()[-3000:]}"
        return json.loads(line)

    def _pipes(self) -> tuple[IO[bytes], IO[bytes]]:
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        return stdin, stdout


def job(name: str, kill: Json | None = None, **args: Any) -> Json:
    """What to send a worker, and where or when it dies."""
    return {"name": name, "args": args, "kill": kill or {}}


@dataclass(slots=True)
class Tally:
    """What the tests of one database add up to."""

    orders: int = 0
    kills: int = 0
    moved: int = 0
    broken: int = 0
    seconds: float = field(default_factory=lambda: -time.monotonic())

    def __str__(self) -> str:
        return (
            f"{self.kills} kills, {self.orders} orders, {self.moved} of them moved "
            f"money, {self.broken} doubled or lost after one recovery pass, "
            f"{self.seconds + time.monotonic():.0f} s"
        )


class World:
    """One test's orders in one shop, and what is true of them at the end."""

    def __init__(
        self, nursery: Nursery, simulator: Simulator, tally: Tally | None = None
    ) -> None:
        self.nursery = nursery
        self.simulator = simulator
        self.orders: list[Order] = []
        self.tally = tally or Tally()
        nursery.ask("clear")

    def order(self, flow: str) -> Order:
        """A new one; its amount is no other's."""
        number = next(_numbers)
        order = Order(reference=f"order-{number}", flow=flow, amount=1000 + number)
        self.orders.append(order)
        return order

    def visit(self, order: Order, *, kill: Json | None = None, **options: Any) -> Json:
        """How a worker ended that was given this order; the card is new unless named."""
        return self.run({**self.submit(order, **options), "kill": kill or {}})

    def die(self, order: Order, kill: Json, again: str = "", **options: Any) -> Json:
        """A worker that is killed with this order, and what the shopper does then."""
        token = self.simulator.token()
        dead = self.visit(order, kill=kill, token=token, **options)
        if again:
            card: Json = {"token": token} if "same card" in again else {}
            later = LEASE_OVER if "later" in again else 0
            self.visit(order, later=later, **card, **options)
        return dead

    def submit(self, order: Order, **options: Any) -> Json:
        """What to send a worker that is given this order."""
        token = self.simulator.token()
        return job("visit", order=order.as_json(), **{"token": token, **options})

    def recovery(self, kill: Json | None = None) -> Json:
        """What to send a worker that recovers once the leases are over."""
        return job("recover", kill, later=LEASE_OVER)

    def run_together(self, *jobs: Json, seconds: float = SECONDS) -> list[Json]:
        """How these workers ended, all started at once."""
        results = self.nursery.run(*jobs, seconds=seconds)
        self.tally.kills += sum(row["status"] == KILLED for row in results)
        return results

    def run(self, jobs: Json) -> Json:
        """How the worker with this job ended; its death is counted."""
        return self.run_together(jobs)[0]

    def recover(self, later: float = LEASE_OVER, kill: Json | None = None) -> Json:
        """One pass of recovery, after so many seconds."""
        return self.run(job("recover", kill, later=later))

    def pay_pages(self, orders: list[Order]) -> list[tuple[str, str]]:
        """The messages, with their signatures, that hosted pages were paid."""
        jobs = [order.as_json() for order in orders]
        self.simulator.send_webhooks_to(NOWHERE)
        for url in self.nursery.ask("open_pages", orders=jobs)["urls"]:
            self.simulator.pay_hosted(url)
        self.simulator.wait_until(self._all_sent, SECONDS)
        return [(sent.body, sent.signature) for sent in self.simulator.deliveries]

    def _all_sent(self) -> bool:
        return all(sent.attempts for sent in self.simulator.deliveries)

    def verdict(self) -> Verdict:
        """What is true of the orders now."""
        rows = self.nursery.ask("dump")
        return judge(self.orders, self.simulator.ledger, rows)

    def come_right(self, later: float = LEASE_OVER) -> Verdict:
        """Nothing doubled or lost after one pass, and nothing open after two."""
        self.recover(later)
        after_one = self.verdict()
        self.tally.orders += len(self.orders)
        self.tally.moved += after_one.moved
        self.tally.broken += len(after_one.broken)
        assert after_one.broken == []
        self.recover(WINDOW_OVER)
        after_two = self.verdict()
        assert after_two.broken + after_two.open == []
        return after_two


@contextmanager
def nursery_on(database: Json, simulator: Simulator, log: Path) -> Iterator[Nursery]:
    """A nursery whose shop is on this database."""
    clover = settings_for(simulator, simulator.url, DEADLINE_SECONDS=10)
    nursery = Nursery({"database": database, "clover": clover}, log)
    try:
        yield nursery
    finally:
        nursery.stop()


def _environ(shop: Json) -> dict[str, str]:
    return {
        **os.environ,
        "CLOVER_FAULTS_SHOP": json.dumps(shop),
        "DJANGO_SETTINGS_MODULE": "tests.faults.kills_settings",
        "PYTHONPATH": os.pathsep.join(
            str(ROOT / name) for name in ("", "hooks", "contrib")
        ),
    }
