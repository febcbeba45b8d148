"""A deadline for a whole call, also where the server answers byte by byte."""

import io
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from http.client import HTTPResponse
from typing import Any, cast

_FIRST_LINE = 1024


class Exchange:
    """One HTTP exchange: its deadline, whether any byte was sent, and its target."""

    __slots__ = ("ends_at", "has_sent", "started_at", "targets")

    def __init__(self, seconds: float) -> None:
        self.started_at = time.monotonic()
        self.ends_at = self.started_at + seconds
        self.has_sent = False
        self.targets: tuple[bytes, bytes] = (b"", b"")
        """Path and query as they are shown, without ids, and as they are sent."""

    def with_target(self, data: Any) -> Any:  # noqa: ANN401  as HTTPConnection has it
        """The data to send, with the real target in place of the shown one.

        The HTTP library, its log and whoever patches it see no id of a saved card.
        """
        shown, real = self.targets
        is_head = isinstance(data, bytes) and shown + b" HTTP/" in data[:_FIRST_LINE]
        if shown == real or not is_head:
            return data
        self.targets = (b"", b"")  # the head leaves once, and the body is not looked at
        method, _, rest = data.partition(b" ")
        return method + b" " + real + rest[len(shown) :]

    def remaining(self) -> float:
        """Seconds until the deadline.

        Raises:
            TimeoutError: it has passed.
        """
        seconds = self.ends_at - time.monotonic()
        if seconds <= 0:
            raise TimeoutError("the deadline passed")
        return seconds


class Active(threading.local):
    """The call that this thread is making."""

    exchange = Exchange(0)


active = Active()


class _BoundedReader(io.RawIOBase):
    """Reads from a socket; each read times out at the call's deadline."""

    def __init__(self, sock: socket.socket, exchange: Exchange) -> None:
        self._sock = sock
        self._raw = sock.makefile("rb", buffering=0)
        self._patience = sock.gettimeout()
        self._exchange = exchange

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:  # noqa: ANN401  as RawIOBase has it
        remaining = self._exchange.remaining()
        self._sock.settimeout(min(remaining, self._patience or remaining))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _BoundedSocket:
    """A socket whose `makefile` gives `http.client` a `_BoundedReader`."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock

    def makefile(self, mode: str) -> io.BufferedReader:
        return io.BufferedReader(_BoundedReader(self._sock, active.exchange))


class BoundedResponse(HTTPResponse):
    """Reads its head and body within the deadline of the call that was active."""

    def __init__(self, sock: socket.socket, **options: Any) -> None:
        super().__init__(cast("socket.socket", _BoundedSocket(sock)), **options)

    def begin(self) -> None:
        """Read the head, and drop lines of it that are no header before they are logged."""
        super().begin()
        # urllib3 logs what is no header, and where the blank line is missing that is the
        # body. Such an answer is judged by its body, like any other.
        self.msg.defects.clear()
        self.msg.set_payload("")


def within(
    seconds: float, connect: Callable[[], socket.socket]
) -> socket.socket | None:
    """The socket that `connect` returns; None after `seconds`, and then it is closed."""
    future: Future[socket.socket] = Future()

    def run() -> None:
        try:
            future.set_result(connect())
        except BaseException as error:  # noqa: BLE001  handed to the caller below
            future.set_exception(error)

    threading.Thread(target=run, name="clover-connect", daemon=True).start()
    try:
        return future.result(seconds)
    except TimeoutError:
        future.add_done_callback(_close_late)
        return None


def _close_late(future: Future[socket.socket]) -> None:
    if future.exception() is None:
        future.result().close()
