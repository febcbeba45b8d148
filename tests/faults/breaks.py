"""What a proxy can do to a request or an answer: each gives a fault for `Proxy`."""

import json
import time
from collections.abc import Callable, Iterable, Iterator

from tests.faults.messages import END_OF_HEAD, body_of, is_delimited
from tests.faults.proxy import PATIENCE, Close, Exchange, Fault


def cut_request(at: int, how: Close) -> Fault:
    """The first `at` bytes arrive; executed only if that is all of them."""

    def fault(exchange: Exchange) -> None:
        exchange.execute(exchange.read(at))
        exchange.end(how)

    return fault


def cut_answer(at: int, how: Close) -> Fault:
    """Executed; the first `at` bytes of the answer come back."""

    def fault(exchange: Exchange) -> None:
        exchange.send(exchange.execute(exchange.read())[:at])
        exchange.end(how)

    return fault


def lose_answer() -> Fault:
    """Executed, and the connection is reset."""
    return cut_answer(0, Close.RESET)


def black_hole() -> Fault:
    """Read, and nothing happens any more."""

    def fault(exchange: Exchange) -> None:
        exchange.read()
        exchange.wait_for_the_client_to_go()

    return fault


def execute_and_fall_silent() -> Fault:
    """Executed, and never answered."""

    def fault(exchange: Exchange) -> None:
        exchange.execute(exchange.read())
        exchange.wait_for_the_client_to_go()

    return fault


def execute_when_the_client_has_gone() -> Fault:
    """Held back on the way until the client gives up, and then executed."""

    def fault(exchange: Exchange) -> None:
        request = exchange.read()
        exchange.wait_for_the_client_to_go()
        exchange.execute(request)

    return fault


def carry() -> Fault:
    """Nothing goes wrong."""
    return change_answer(lambda answer: answer)


def answer_with(answer: bytes) -> Fault:
    """Not executed; this is answered."""

    def fault(exchange: Exchange) -> None:
        exchange.read()
        _answer(exchange, answer)

    return fault


def repeat_request(
    status: str, write: Callable[[str], str], *, executed: bool = False
) -> Fault:
    """An error that says what it got, head and body, in that notation."""

    def fault(exchange: Exchange) -> None:
        request = exchange.read()
        if executed:
            exchange.execute(request)
        said = write(request.decode("latin-1"))
        error = {"code": "invalid_request", "message": said}
        body = json.dumps({"error": error}).encode()
        head = f"HTTP/1.1 {status}\r\nContent-Length: {len(body)}\r\n\r\n"
        _answer(exchange, head.encode() + body)

    return fault


def change_answer(change: Callable[[bytes], bytes]) -> Fault:
    """Executed; the answer is another one."""

    def fault(exchange: Exchange) -> None:
        _answer(exchange, change(exchange.execute(exchange.read())))

    return fault


def change_request(change: Callable[[bytes], bytes]) -> Fault:
    """Another request is executed than was sent."""

    def fault(exchange: Exchange) -> None:
        _answer(exchange, exchange.execute(change(exchange.read())))

    return fault


def drip(pieces: Callable[[bytes], Iterable[bytes]], every: float = 0.04) -> Fault:
    """Executed; of the answer one piece comes after the other, with a pause between."""

    def fault(exchange: Exchange) -> None:
        ends_at = time.monotonic() + PATIENCE
        for piece in pieces(exchange.execute(exchange.read())):
            exchange.send(piece)
            if time.monotonic() > ends_at:
                return
            time.sleep(every)
        exchange.wait_for_the_client_to_go()

    return fault


def bytes_of(text: bytes) -> Iterator[bytes]:
    """Each byte of it."""
    return (text[i : i + 1] for i in range(len(text)))


def after_head(answer: bytes) -> Iterator[bytes]:
    """The head at once, then each byte of the body."""
    head, _, body = answer.partition(END_OF_HEAD)
    yield head + END_OF_HEAD
    yield from bytes_of(body)


def _answer(exchange: Exchange, answer: bytes) -> None:
    """Send it; the connection is good for more only if the client can see its end."""
    exchange.send(answer)
    if not is_delimited(answer):
        exchange.end(Close.ORDERLY)


def in_chunks_without_end(answer: bytes) -> bytes:
    """The answer in one chunk, after which the last chunk is missing."""
    body = body_of(answer)
    head = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
    return f"{head}{len(body):x}\r\n".encode() + body + b"\r\n"
