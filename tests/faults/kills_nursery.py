"""A warm process that forks workers on demand, and kills those it is asked to kill.

Run as a module, it reads one command a line and answers with one line, both JSON:

    {"start": [{"name": …, "args": {…}, "kill": {…}}, …]}
    {"finish": seconds}

A worker costs a fork, not a start of Python and Django. `kill` names a point of
`kills_trace`, or says `after_ms` of the worker's start.
"""

import gc
import json
import multiprocessing
import os
import selectors
import signal
import sys
import time
import traceback
from dataclasses import dataclass, field
from typing import Any

GO = b"g"


@dataclass(slots=True, eq=False)
class Worker:
    """One child: what it says through its pipe, and when it must die."""

    pid: int
    pipe: int
    kill_after: float | None
    said: bytes = b""
    dies_at: float | None = None
    status: int | None = None

    def listen(self) -> bool:
        """Take in what it says; False once it is over."""
        piece = os.read(self.pipe, 65536)
        if not self.said and piece and self.kill_after is not None:
            self.dies_at = time.monotonic() + self.kill_after
        self.said += piece
        if not piece:
            os.close(self.pipe)
            self.status = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])
            self.dies_at = None
        return bool(piece)

    def kill_when_due(self) -> None:
        """The end from outside, wherever it is."""
        if self.dies_at is not None and time.monotonic() >= self.dies_at:
            os.kill(self.pid, signal.SIGKILL)
            self.dies_at = None

    @property
    def result(self) -> dict[str, Any]:
        """How it ended, and its answer if it came so far."""
        answer = self.said.removeprefix(GO)
        return {
            "status": self.status,
            "answer": json.loads(answer) if answer and not self.status else None,
        }


@dataclass(slots=True)
class Nursery:
    """The workers under way."""

    workers: list[Worker] = field(default_factory=list)

    def start(self, orders: list[dict[str, Any]]) -> list[int]:
        """The ids of one worker for each order."""
        barrier = multiprocessing.get_context("fork").Barrier(len(orders))
        for order in orders:
            self.workers.append(self._fork(order, barrier))
        return [worker.pid for worker in self.workers]

    def finish(self, seconds: float) -> list[dict[str, Any]]:
        """What became of them; whoever is not done in time is killed."""
        deadline = time.monotonic() + seconds
        with selectors.DefaultSelector() as pipes:
            for worker in self.workers:
                pipes.register(worker.pipe, selectors.EVENT_READ, worker)
            while pipes.get_map():
                self._attend(pipes, deadline)
        results = [worker.result for worker in self.workers]
        self.workers = []
        return results

    def end(self) -> None:
        """Leave nobody behind."""
        for worker in self.workers:
            os.kill(worker.pid, signal.SIGKILL)
        self.finish(0)

    def _attend(self, pipes: selectors.BaseSelector, deadline: float) -> None:
        due = [deadline, *(w.dies_at for w in self.workers if w.dies_at is not None)]
        for key, _ in pipes.select(max(0.0, min(due) - time.monotonic())):
            if not key.data.listen():
                pipes.unregister(key.fd)
        for worker in self.workers:
            if time.monotonic() > deadline and worker.status is None:
                os.kill(worker.pid, signal.SIGKILL)
            worker.kill_when_due()

    def _fork(self, order: dict[str, Any], barrier: Any) -> Worker:
        reading, writing = os.pipe()
        kill = order.get("kill") or {}
        after_ms = kill.get("after_ms")
        pid = os.fork()
        if pid:
            os.close(writing)
            seconds = None if after_ms is None else after_ms / 1000
            return Worker(pid=pid, pipe=reading, kill_after=seconds)
        code = 1
        try:
            self._become_worker(order, kill, writing, barrier)
            code = 0
        except BaseException:  # noqa: BLE001 - a child must never run on as its parent
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(code)

    def _become_worker(
        self,
        order: dict[str, Any],
        kill: dict[str, Any],
        writing: int,
        barrier: Any,
    ) -> None:
        from tests.faults import kills_jobs, storms_jobs, storms_tokens
        from tests.faults.kills_trace import Trace

        for other in self.workers:
            os.close(other.pipe)
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        trace = Trace() if "after_ms" in kill else Trace(**kill)
        jobs = kills_jobs.JOBS | storms_jobs.JOBS | storms_tokens.JOBS
        job = jobs[order["name"]]
        worker = kills_jobs.Context(
            trace=trace, barrier=barrier, go=lambda: os.write(writing, GO)
        )
        answer = job(worker, **order["args"])
        rest = json.dumps(answer).encode()
        while rest:
            rest = rest[os.write(writing, rest) :]


def main() -> None:
    """Warm up, say so, and obey."""
    from tests.faults import kills_jobs, storms_jobs, storms_tokens  # noqa: F401 - to be warm

    kills_jobs.warm_up()
    gc.collect()
    gc.freeze()
    nursery = Nursery()
    answer: object = "ready"
    while True:
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
        line = sys.stdin.readline()
        if not line:
            nursery.end()
            return
        command = json.loads(line)
        if "start" in command:
            answer = nursery.start(command["start"])
        else:
            answer = nursery.finish(command["finish"])


if __name__ == "__main__":
    main()
