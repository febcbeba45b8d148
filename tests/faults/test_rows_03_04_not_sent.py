"""Rows 3 and 4: nobody is there, or nobody who can be trusted. Provably not sent."""

import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from payment_hooks import ProviderUnavailable
from payment_hooks.model.records import OperationKind, OperationState
from tests.faults.certificates import Authority, new_authority
from tests.faults.matrix import KINDS
from tests.faults.proxy import Proxy
from tests.faults.rig import Movement, Rig

MOST_SECONDS = 15
"""What waits for the whole deadline, or for the other side, takes longer."""


def is_not_sent(movement: Movement, seen: int) -> ProviderUnavailable:
    """The error of a movement of which Clover saw nothing, and which is closed."""
    with pytest.raises(ProviderUnavailable) as raised:
        movement.make()
    assert raised.value.code == "not_sent"
    assert len(movement.rig.simulator.requests) == seen
    assert movement.states == [OperationState.FAILED]
    return raised.value


@contextmanager
def full_backlog(proxy: Proxy) -> Iterator[None]:
    """The port is there, and takes no connection any more."""
    with proxy.refusing(), ExitStack() as stack:
        listener = stack.enter_context(
            socket.create_server(("127.0.0.1", proxy.port), backlog=0)
        )
        for _ in range(3):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        yield


@pytest.mark.matrix(row=3, kinds=KINDS)
def test_a_refused_connection_moves_nothing_and_may_be_tried_again(
    rig: Rig, kind: OperationKind
) -> None:
    movement = rig.prepare(kind)

    with rig.proxy.refusing():
        is_not_sent(movement, len(rig.simulator.requests))

    movement.comes_right()


@pytest.mark.matrix(row=3, kinds=KINDS)
def test_a_connection_that_no_one_takes_ends_in_time(
    make_rig: Callable[..., Rig], kind: OperationKind
) -> None:
    rig = make_rig(CONNECT_TIMEOUT_SECONDS=0.3, DEADLINE_SECONDS=60)
    movement = rig.prepare(kind)
    started = time.monotonic()

    with full_backlog(rig.proxy):
        is_not_sent(movement, len(rig.simulator.requests))

    assert time.monotonic() - started < MOST_SECONDS
    movement.comes_right()


@pytest.mark.matrix(row=3, kinds=("charge",))
def test_a_host_that_does_not_exist_moves_nothing(
    make_rig: Callable[..., Rig],
) -> None:
    rig = make_rig(BASE_URL="https://clover.invalid", DEADLINE_SECONDS=2)
    movement = rig.prepare("charge")

    is_not_sent(movement, len(rig.simulator.requests))

    movement.is_unmoved()


def hang_up(sock: socket.socket) -> None:
    """The handshake begins, and the connection ends."""
    sock.recv(16)
    sock.close()


def fall_silent(sock: socket.socket) -> None:
    """The handshake begins, and nobody answers."""
    while sock.recv(1024):
        pass


def speak_plainly(sock: socket.socket) -> None:
    """The handshake is answered without TLS."""
    sock.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
    fall_silent(sock)


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    """The authority that the shop trusts."""
    return new_authority(tmp_path)


@pytest.fixture
def tls_rig(make_rig: Callable[..., Rig], proxy: Proxy, authority: Authority) -> Rig:
    """A shop that reaches Clover through TLS."""
    proxy.tls = authority.serve()
    return make_rig(CA_BUNDLE=authority.file, DEADLINE_SECONDS=2)


BAD: dict[str, Callable[[Authority], dict[str, object]]] = {
    "self-signed": lambda a: {"tls": new_authority(a.folder).serve()},
    "expired": lambda a: {"tls": a.serve(days=-1)},
    "wrong host": lambda a: {"tls": a.serve("clover.invalid")},
    "old TLS only": lambda a: {"tls": a.serve_old()},
    "handshake cut": lambda a: {"greet": hang_up},
    "no TLS at all": lambda a: {"greet": speak_plainly},
}


@pytest.mark.parametrize("fault", BAD)
@pytest.mark.matrix(row=4, kinds=KINDS)
def test_a_server_that_cannot_be_trusted_gets_nothing(
    tls_rig: Rig, authority: Authority, kind: OperationKind, fault: str
) -> None:
    movement = tls_rig.prepare(kind)
    before = tls_rig.proxy.connections

    with tls_rig.proxy.greeting(**BAD[fault](authority)):  # type: ignore[arg-type]  # either of its two arguments
        error = is_not_sent(movement, len(tls_rig.simulator.requests))

    assert tls_rig.proxy.connections == before + 1
    said = f"{error!r} {error} {movement.rows}"
    assert tls_rig.simulator.merchant.private_key not in said
    assert movement.source.token not in said
    movement.comes_right()


@pytest.mark.matrix(row=4, kinds=("charge",))
def test_a_handshake_that_stalls_ends_with_the_deadline(tls_rig: Rig) -> None:
    movement = tls_rig.prepare("charge")
    started = time.monotonic()

    with tls_rig.proxy.greeting(greet=fall_silent):
        is_not_sent(movement, len(tls_rig.simulator.requests))

    assert time.monotonic() - started < MOST_SECONDS
    movement.comes_right()


def test_the_old_server_does_speak_to_an_old_client(
    tls_rig: Rig, authority: Authority
) -> None:
    client = ssl.create_default_context(cafile=authority.file)
    client.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1 is deprecated"):
        client.minimum_version = ssl.TLSVersion.TLSv1

    with (
        tls_rig.proxy.greeting(tls=authority.serve_old()),
        socket.create_connection(("127.0.0.1", tls_rig.proxy.port), 5) as plain,
        client.wrap_socket(plain, server_hostname="127.0.0.1") as sock,
    ):
        assert sock.version() == "TLSv1.1"
