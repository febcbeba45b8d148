"""Row 35: webhooks of 10 MB, slow ones, and such as are dear to parse.

No database may be used in these tests: whatever is stored would fail.
"""

import socket
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest
from django.core.wsgi import get_wsgi_application

from clover_provider.api.webhooks import sign
from payment_hooks import WebhookRejected, WebhookRequest
from tests.faults.rig import Rig

KIB, MIB = 1024, 1024 * 1024
SECRET = "test-webhook-secret"
"""The one in the settings of the test shop."""
MOST_SECONDS = 60.0
"""Who waits for a body that never comes waits for ever."""


class Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        """Nothing goes to the standard error."""


@pytest.fixture(scope="module")
def shop() -> Iterator[WSGIServer]:
    """The shop behind a plain server on a port of its own."""
    server = make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=Quiet)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@contextmanager
def connected(shop: WSGIServer) -> Iterator[socket.socket]:
    with socket.create_connection(("127.0.0.1", shop.server_port), 120) as sock:
        yield sock


def head(length: int, signature: str = "") -> bytes:
    lines = [
        "POST /clover/webhook/ HTTP/1.1",
        "Host: localhost",
        "Content-Type: application/json",
        f"Content-Length: {length}",
        *([f"Clover-Signature: {signature}"] if signature else []),
    ]
    return "\r\n".join([*lines, "", ""]).encode()


def status_of(sock: socket.socket) -> int:
    """The status of the answer, which must come soon."""
    started = time.monotonic()
    line = sock.makefile("rb").readline()
    assert time.monotonic() - started < MOST_SECONDS
    return int(line.split()[1])


@pytest.mark.matrix(row=35, kinds=())
def test_ten_megabytes_are_refused_before_they_have_come(shop: WSGIServer) -> None:
    with connected(shop) as sock:
        sock.sendall(head(10 * MIB) + b" " * (65 * KIB))

        assert status_of(sock) == 413


@pytest.mark.matrix(row=35, kinds=())
def test_ten_megabytes_take_no_memory(shop: WSGIServer) -> None:
    piece = b" " * (64 * KIB)
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()

    with connected(shop) as sock:
        sock.sendall(head(10 * MIB))
        with suppress(OSError):  # the shop does not read it all
            for _ in range(160):
                sock.sendall(piece)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak - before < MIB


@pytest.mark.matrix(row=35, kinds=())
def test_a_body_that_stays_behind_its_length_is_rejected(shop: WSGIServer) -> None:
    with connected(shop) as sock:
        for byte in head(100) + b'{"slow": ':
            sock.sendall(bytes([byte]))
        sock.shutdown(socket.SHUT_WR)

        assert status_of(sock) == 400


DEAR: dict[str, bytes] = {
    "brackets without end": b"[" * (60 * KIB),
    "objects in objects": b'{"a":' * (10 * KIB),
    "brackets that end": b"[" * (30 * KIB) + b"]" * (30 * KIB),
    "a number of 10,000 digits": b'{"createdTime": ' + b"9" * 10_000 + b"}",
    "a number of 60,000 digits": b'{"createdTime": ' + b"9" * 60_000 + b"}",
    "an exponent without end": b'{"type": "PAYMENT", "id": "A", "status": "APPROVED", '
    b'"merchantId": "TESTMERCH0001", "createdTime": 1e' + b"9" * 10_000 + b"}",
    "the same key again and again": b"{" + b'"Id":1,' * 8000 + b'"iD":1}',
    "escapes without end": b'"' + b"\\u0000" * 10_000 + b'"',
}


@pytest.mark.parametrize("name", DEAR)
@pytest.mark.matrix(row=35, kinds=())
def test_what_is_dear_to_parse_is_rejected_in_no_time(
    shop: WSGIServer, name: str, caplog: pytest.LogCaptureFixture
) -> None:
    body = DEAR[name]
    signature = sign(SECRET, int(time.time()), body)

    with connected(shop) as sock:
        sock.sendall(head(len(body), signature) + body)

        assert status_of(sock) == 400
    assert "webhook rejected: body_malformed" in caplog.text


@pytest.mark.parametrize("name", DEAR)
@pytest.mark.matrix(row=35, kinds=())
def test_what_no_one_signed_is_not_parsed(
    make_rig: Callable[..., Rig], name: str
) -> None:
    message = WebhookRequest(
        body=DEAR[name],
        headers={"Clover-Signature": f"t={int(time.time())},v1={'0' * 64}"},
        received_at=datetime.now(UTC),
    )

    with pytest.raises(WebhookRejected) as raised:
        make_rig().payments.receive_webhook(message)

    assert raised.value.code == "signature_wrong"


@pytest.mark.matrix(row=35, kinds=())
def test_a_body_above_the_cap_is_not_even_proven(
    make_rig: Callable[..., Rig],
) -> None:
    body = b" " * (10 * MIB)
    started = time.process_time()
    message = WebhookRequest(body=body, headers={}, received_at=datetime.now(UTC))

    with pytest.raises(WebhookRejected) as raised:
        make_rig().payments.receive_webhook(message)

    assert raised.value.code == "body_too_large"
    assert time.process_time() - started < MOST_SECONDS
