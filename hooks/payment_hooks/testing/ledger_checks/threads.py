"""Work that is done at the same moment, each part on a thread of its own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

THREADS = 8
_PATIENCE_SECONDS = 60

Result = TypeVar("Result")


def at_once(
    work: Callable[[int], Result], leave: Callable[[], None], threads: int = THREADS
) -> list[Result]:
    """What `work(number)` gave on each thread; each calls `leave` at its end."""
    start = Barrier(threads, timeout=_PATIENCE_SECONDS)

    def run(number: int) -> Result:
        start.wait()
        try:
            return work(number)
        finally:
            leave()

    with ThreadPoolExecutor(threads) as pool:
        return list(pool.map(run, range(threads)))


def elsewhere(work: Callable[[], Result], leave: Callable[[], None]) -> Result:
    """What `work` gave on another thread, which shares no connection with this one."""
    [result] = at_once(lambda _: work(), leave, threads=1)
    return result
