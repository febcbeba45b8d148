"""A TCP proxy between client and simulator that breaks what it is asked to break."""

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Callable, Iterator
from enum import StrEnum
from typing import Self

from tests.faults.messages import is_complete, method_of

PATIENCE = 20.0
"""No thread and no socket of a proxy waits longer than this."""
_RESET = struct.pack("ii", 1, 0)
_LONGEST_METHOD = 6


class Close(StrEnum):
    """How a connection ends."""

    RESET = "reset"
    """With RST, at once: a crashed peer or a firewall."""
    ORDERLY = "orderly"
    """Both directions are closed."""
    HALF = "half"
    """Nothing more is sent, and what comes is still read."""


class Exchange:
    """One request on a client's connection, and the way to the simulator behind it."""

    def __init__(self, client: socket.socket, upstream: tuple[str, int]) -> None:
        self.client = client
        self.request = b""
        """What was read of the request so far."""
        self.has_ended = False
        self._upstream = upstream

    @property
    def method(self) -> str:
        """The request's method; empty when the client has gone."""
        while not (method := method_of(self.request)):
            if not self._read_more(_LONGEST_METHOD):
                return ""
        return method

    def read(self, most: int | None = None) -> bytes:
        """The request, or its first `most` bytes; what is behind them stays unread."""
        while not is_complete(self.request):
            room = 65536 if most is None else most - len(self.request)
            if room <= 0 or not self._read_more(room):
                break
        return self.request if most is None else self.request[:most]

    def execute(self, request: bytes) -> bytes:
        """What the simulator answers; nothing when the request is not whole."""
        answer = b""
        with socket.create_connection(self._upstream, PATIENCE) as upstream:
            upstream.sendall(request)
            if not is_complete(request):
                return b""
            while not is_complete(answer) and (piece := upstream.recv(65536)):
                answer += piece
        return answer

    def send(self, answer: bytes) -> None:
        """Bytes to the client."""
        self.client.sendall(answer)

    def end(self, how: Close) -> None:
        """End the client's connection."""
        self.has_ended = True
        if how is Close.RESET:
            self.client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        elif how is Close.HALF:
            self.client.shutdown(socket.SHUT_WR)
            self.wait_for_the_client_to_go()
        self.client.close()

    def wait_for_the_client_to_go(self) -> None:
        """Read and forget until the client closes its side."""
        while self.client.recv(65536):
            pass

    def _read_more(self, most: int) -> bool:
        piece = self.client.recv(most)
        self.request += piece
        return bool(piece)


Fault = Callable[[Exchange], None]


class Proxy:
    """A proxy on a free port of this machine, in threads that end with it.

    What no fault is for is carried as it is. With `tls` it speaks TLS to the client.
    """

    def __init__(self, upstream: tuple[str, int]) -> None:
        self.tls: ssl.SSLContext | None = None
        self.greet: Callable[[socket.socket], None] | None = None
        """What is done with a new connection instead of serving it."""
        self.answers: list[bytes] = []
        """What the simulator answered to them."""
        self.hits = 0
        """How many requests a fault was for."""
        self.connections = 0
        """How many connections were taken."""
        self._upstream = upstream
        self._exchanges: list[Exchange] = []
        self._fault: tuple[str, Fault] | None = None
        self._sockets: list[socket.socket] = []
        self._threads: list[threading.Thread] = []
        self._listener = self._listen(0)
        self.port: int = self._listener.getsockname()[1]

    @property
    def url(self) -> str:
        """The base URL for the client."""
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}"

    @property
    def requests(self) -> list[bytes]:
        """What was read of each request, be it carried or hit; oldest first."""
        return [exchange.request for exchange in self._exchanges]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.hang_up()
        for thread in self._threads:
            thread.join(PATIENCE)

    @contextlib.contextmanager
    def breaking(self, fault: Fault, method: str = "POST") -> Iterator[None]:
        """Within the block, `fault` is done to each request with that method."""
        self._fault = (method, fault)
        try:
            yield
        finally:
            self._fault = None

    @contextlib.contextmanager
    def refusing(self) -> Iterator[None]:
        """Within the block every connection is refused, and the open ones are gone."""
        self.hang_up()
        try:
            yield
        finally:
            self._listener = self._listen(self.port)

    @contextlib.contextmanager
    def greeting(
        self,
        *,
        tls: ssl.SSLContext | None = None,
        greet: Callable[[socket.socket], None] | None = None,
    ) -> Iterator[None]:
        """Within the block, new connections are met in another way."""
        before = self.tls, self.greet
        self.tls, self.greet = tls or self.tls, greet
        self.drop()
        try:
            yield
        finally:
            self.tls, self.greet = before

    def drop(self) -> None:
        """End every open connection, so that the client makes new ones.

        They are closed by the threads that serve them: a number that is free again could
        be another connection's while its old thread still waits for it.
        """
        while self._sockets:
            with contextlib.suppress(OSError):
                self._sockets.pop().shutdown(socket.SHUT_RDWR)

    def hang_up(self) -> None:
        """Stop listening, and end every open connection."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._acceptor.join(PATIENCE)
        self.drop()

    def _listen(self, port: int) -> socket.socket:
        listener = socket.create_server(("127.0.0.1", port), backlog=64)
        self._acceptor = self._start(self._accept, listener)
        return listener

    def _start(
        self, work: Callable[[socket.socket], None], sock: socket.socket
    ) -> threading.Thread:
        thread = threading.Thread(target=work, args=(sock,), daemon=True)
        thread.start()
        self._threads = [t for t in self._threads if t.is_alive()] + [thread]
        return thread

    def _accept(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while True:
                sock, _ = listener.accept()
                self.connections += 1
                sock.settimeout(PATIENCE)
                self._sockets.append(sock)
                self._start(self._serve, sock)

    def _serve(self, sock: socket.socket) -> None:
        with contextlib.suppress(OSError), contextlib.ExitStack() as stack:
            stack.enter_context(sock)
            if self.greet is not None:
                self.greet(sock)
                return
            if self.tls is not None:
                sock = self.tls.wrap_socket(
                    sock, server_side=True, do_handshake_on_connect=False
                )
                self._sockets.append(stack.enter_context(sock))
                sock.do_handshake()
            while self._carry(Exchange(sock, self._upstream)):
                pass

    def _carry(self, exchange: Exchange) -> bool:
        """One request and its answer; whether the connection can be used again."""
        method = exchange.method
        if not method:
            return False
        self._exchanges.append(exchange)
        if self._fault is not None and self._fault[0] == method:
            self.hits += 1
            self._fault[1](exchange)
            return not exchange.has_ended
        answer = exchange.execute(exchange.read())
        self.answers.append(answer)
        exchange.send(answer)
        return True
