"""Servers on raw sockets, for the answers that no HTTP server would give."""

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator

Handler = Callable[[socket.socket, bytes], None]


@contextlib.contextmanager
def serving(
    handler: Handler, *, tls: ssl.SSLContext | None = None, reads: bool = True
) -> Iterator[str]:
    """The base URL of a server that hands each connection and request to `handler`."""
    listener = socket.create_server(("127.0.0.1", 0))
    open_sockets = [listener]

    def serve(sock: socket.socket) -> None:
        with contextlib.suppress(OSError):
            if tls is not None:
                sock = tls.wrap_socket(sock, server_side=True)
                open_sockets.append(sock)
            if not reads:
                handler(sock, b"")
            while reads and (request := read_request(sock)):
                handler(sock, request)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                sock, _ = listener.accept()
                open_sockets.append(sock)
                threading.Thread(target=serve, args=(sock,), daemon=True).start()

    accepting = threading.Thread(target=accept, daemon=True)
    accepting.start()
    scheme = "https" if tls else "http"
    try:
        yield f"{scheme}://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        shut(listener)
        accepting.join()  # what it has just accepted is closed as well
        for sock in open_sockets:
            shut(sock)


def shut(sock: socket.socket) -> None:
    with contextlib.suppress(OSError):
        sock.shutdown(socket.SHUT_RDWR)
    sock.close()


def read_request(sock: socket.socket) -> bytes:
    """One request with its body; empty when the client went away."""
    received = b""
    while b"\r\n\r\n" not in received:
        piece = sock.recv(65536)
        if not piece:
            return b""
        received += piece
    head, _, body = received.partition(b"\r\n\r\n")
    length = next(
        (
            int(line.split(b":")[1])
            for line in head.split(b"\r\n")
            if line.lower().startswith(b"content-length:")
        ),
        0,
    )
    while len(body) < length:
        body += sock.recv(65536)
    return head + b"\r\n\r\n" + body


def http_answer(body: bytes, *headers: str, status: str = "200 OK") -> bytes:
    """An answer with its length."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
    return "\r\n".join(lines).encode() + body


def answering(answer: bytes) -> Handler:
    """Gives the same answer to every request."""
    return lambda sock, request: sock.sendall(answer)


def dripping(start: bytes, drip: bytes, every: float = 0.05) -> Handler:
    """Sends `start` at once and then one `drip` after the other, for ever."""

    def handle(sock: socket.socket, request: bytes) -> None:
        sock.sendall(start)
        while True:
            sock.sendall(drip)
            time.sleep(every)

    return handle


def resetting(sock: socket.socket, request: bytes) -> None:
    """Cuts the connection with RST."""
    linger = (1).to_bytes(4, "little") + (0).to_bytes(4, "little")
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
    sock.close()


def silent(sock: socket.socket, request: bytes) -> None:
    """Never answers."""
    time.sleep(30)
