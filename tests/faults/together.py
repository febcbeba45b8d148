"""The same thing several times at the same moment, in threads."""

import threading
from collections.abc import Callable
from typing import TypeVar

from django.db import connections

from payment_hooks import PaymentError

T = TypeVar("T")
PATIENCE = 60


def at_once(count: int, act: Callable[[int], T]) -> list[T | PaymentError]:
    """What each call gave, or the payment error that it ended with, by number."""
    start, ends = threading.Barrier(count), dict[int, T | PaymentError]()

    def run(number: int) -> None:
        start.wait(PATIENCE)
        try:
            ends[number] = act(number)
        except PaymentError as error:
            ends[number] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    return [ends[number] for number in range(count)]
