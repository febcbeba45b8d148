"""A message without a length, in chunks, over the servers that shops are run by."""

import re
import socket
import subprocess
import sys
from contextlib import contextmanager, suppress

import pytest

from payment_hooks.storefront import MOST_WEBHOOK_BYTES
from payment_hooks.testing import FakeProvider
from tests.house.project import ROOT

PATIENCE = 120
APP = "tests.clover_django.web.chunked_app"
PYTHON = (sys.executable, "-W", "ignore", "-m")
SECRET = "of-the-messages"
SERVERS = {
    "gunicorn": (*PYTHON, "gunicorn", "-b", "fd://{fd}", f"{APP}:application"),
    "uvicorn": (*PYTHON, "uvicorn", "--fd", "{fd}", f"{APP}:asgi"),
    "wsgiref": (*PYTHON, APP, "{fd}"),
}


@contextmanager
def serve(name):
    """The port of such a server; one that does not come up refuses connections."""
    listening = socket.create_server(("127.0.0.1", 0))
    command = [part.format(fd=listening.fileno()) for part in SERVERS[name]]
    with listening:
        port = listening.getsockname()[1]
        process = subprocess.Popen(
            command,
            cwd=ROOT,
            env={"PYTHONPATH": f"{ROOT}:{ROOT}/hooks:{ROOT}/contrib"},
            pass_fds=[listening.fileno()],
            stderr=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
    with process:
        yield port
        process.terminate()


@pytest.fixture(scope="module", params=SERVERS)
def server(request):
    with serve(request.param) as port:
        yield request.param, port


def send(port, *pieces, headers=()):
    """The status that a POST in these pieces is answered with."""
    head = [
        "POST /webhook/ HTTP/1.1",
        "Host: localhost",
        "Connection: close",
        "Content-Type: application/json",
        *(f"{name}: {value}" for name, value in headers),
    ]
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as line:
        line.sendall("\r\n".join([*head, "", ""]).encode())
        with suppress(ConnectionError):  # it may have its answer before the end
            for piece in pieces:
                line.sendall(piece)
        answer = line.makefile("rb").readline().decode()
    return int(re.match(r"HTTP/1\.\d (\d+)", answer)[1])


def chunked(body, size):
    """The body in chunks of that size, and their end."""
    parts = [body[start : start + size] for start in range(0, len(body), size)]
    rows = [b"%x\r\n%s\r\n" % (len(part), part) for part in parts]
    return [*rows, b"0\r\n\r\n"]


def send_chunked(port, message, size=7):
    signed = [("Transfer-Encoding", "chunked"), *message.headers.items()]
    return send(port, *chunked(message.body, size), headers=signed)


def test_a_message_in_chunks_is_taken_in(server):
    name, port = server
    message = FakeProvider(secret=SECRET).message("T1", "some session")

    status = send_chunked(port, message)

    # wsgiref gives no end to read to; it says so, and nothing is half read.
    assert status == (411 if name == "wsgiref" else 200)


def test_a_message_with_its_length_is_taken_in(server):
    _, port = server
    message = FakeProvider(secret=SECRET).message("T2", "some session")
    headers = [("Content-Length", len(message.body)), *message.headers.items()]

    assert send(port, message.body, headers=headers) == 200


def test_chunks_have_the_same_limit(server):
    name, port = server
    body = b" " * (MOST_WEBHOOK_BYTES + 1)
    headers = [("Transfer-Encoding", "chunked")]

    status = send(port, *chunked(body, 32 * 1024), headers=headers)

    assert status == (411 if name == "wsgiref" else 413)


def test_a_forged_message_in_chunks_is_refused(server):
    name, port = server
    message = FakeProvider(secret=SECRET).message(
        "T3", "some session", secret="not-ours"
    )

    assert send_chunked(port, message) == (411 if name == "wsgiref" else 400)
