"""Whatever the other side does, a call ends in time, in size and without a secret."""

import datetime
import gzip
import http.client
import inspect
import ipaddress
import logging
import os
import pickle
import socket
import ssl
import threading
import time
import traceback
import tracemalloc
from dataclasses import replace

import pytest
import requests.exceptions
import urllib3.exceptions
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from clover_provider.config import Secret
from clover_provider.wire import transport as transport_module
from clover_provider.wire.message import Call
from clover_provider.wire.transport import Transport
from payment_hooks import (
    InvalidRequest,
    OutcomeUnknown,
    PaymentError,
    ProviderUnavailable,
)
from tests.clover_provider.badserver import (
    answering,
    dripping,
    http_answer,
    resetting,
    serving,
    silent,
)
from tests.patience import ends_in_time

CANARY = "canary-key-1234567890"
OK = http_answer(
    b'{"id":"C1"}', "Content-Type: application/json", "X-Request-Id: req-7"
)
DEADLINE = 30.0
"""Enough for what is answered; `ends_in_time` gives what must run out its own."""


@pytest.fixture
def make(configure):
    """Builds transports to a local double and closes them at the end."""
    made = []

    def build(url, deadline=DEADLINE, **changes):
        short = {"DEADLINE_SECONDS": deadline, "READ_TIMEOUT_SECONDS": deadline}
        config = configure(ENVIRONMENT="local", BASE_URL=url, **short | changes)
        made.append(Transport(config))
        return made[-1]

    yield build
    for transport in made:
        transport.close()


def a_call(url, *, method="POST", moves_money=True, **changes):
    return Call(
        method=method,
        url=f"{url}/v1/charges",
        path="/v1/charges",
        action="charge 25.99 USD",
        body={"amount": 2599, "source": "clv_canary"} if method == "POST" else None,
        bearer=Secret(CANARY),
        idempotency_key="0123456789abcdef",
        moves_money=moves_money,
        **changes,
    )


def test_a_call_carries_key_body_and_name_and_brings_the_answer(make):
    seen = []

    def handle(sock, request):
        seen.append(request.decode())
        sock.sendall(OK)

    with serving(handle) as url:
        answer = make(url).send(a_call(url, headers={"x-forwarded-for": "203.0.113.7"}))

    assert (answer.status, answer.fields["id"], answer.request_id) == (
        200,
        "C1",
        "req-7",
    )
    head, _, body = seen[0].partition("\r\n\r\n")
    assert head.startswith("POST /v1/charges HTTP/1.1")
    assert f"Authorization: Bearer {CANARY}" in head
    assert "idempotency-key: 0123456789abcdef" in head
    assert "x-forwarded-for: 203.0.113.7" in head
    assert "User-Agent: clover-provider/" in head
    assert body == '{"amount":2599,"source":"clv_canary"}'


def test_connections_are_kept(make):
    peers = set()

    def handle(sock, request):
        peers.add(sock.getpeername())
        sock.sendall(OK)

    with serving(handle) as url:
        transport = make(url)
        for _ in range(3):
            transport.send(a_call(url))

    assert len(peers) == 1


def test_sixty_four_threads_get_a_connection_each_and_keep_it(make, caplog):
    peers = set()

    def handle(sock, request):
        peers.add(sock.getpeername())
        time.sleep(0.05)
        sock.sendall(OK)

    with serving(handle) as url:
        transport = make(url, DEADLINE_SECONDS=10, READ_TIMEOUT_SECONDS=10)
        for _ in range(2):
            threads = [
                threading.Thread(target=transport.send, args=(a_call(url),))
                for _ in range(64)
            ]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()

    assert len(peers) <= 64
    assert "pool is full" not in caplog.text


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_opens_connections_of_its_own(make):
    peers = set()

    def handle(sock, request):
        peers.add(sock.getpeername())
        sock.sendall(OK)

    with serving(handle) as url:
        transport = make(url)
        transport.send(a_call(url))
        child = os.fork()
        if child == 0:
            status = 1
            try:
                status = 0 if transport.send(a_call(url)).status == 200 else 1
            finally:
                os._exit(status)
        _, ended = os.waitpid(child, 0)
        transport.send(a_call(url))

    assert ended == 0
    assert len(peers) == 2


NOT_SENT = {
    "refused": "http://127.0.0.1:1",
    "no such name": "http://clover.invalid",
    "no port": "http://127.0.0.1:99999",
}


@pytest.mark.parametrize("url", NOT_SENT.values(), ids=NOT_SENT.keys())
def test_what_never_left_is_provably_not_sent(make, url):
    with pytest.raises(ProviderUnavailable) as caught:
        make("http://127.0.0.1:1").send(a_call(url))

    assert caught.value.code == "not_sent"


def test_a_full_backlog_is_a_connection_that_times_out(make):
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        address = listener.getsockname()
        waiting = [socket.socket() for _ in range(3)]
        for sock in waiting:
            sock.setblocking(False)
            sock.connect_ex(address)
        url = f"http://127.0.0.1:{address[1]}"

        with pytest.raises(ProviderUnavailable) as caught:
            make(url, CONNECT_TIMEOUT_SECONDS=0.2).send(a_call(url))

        for sock in waiting:
            sock.close()
    assert caught.value.code == "not_sent"


def test_slow_name_resolution_keeps_the_deadline(make, monkeypatch):
    over = threading.Event()

    def resolve(*args, **kwargs):
        over.wait(60)
        raise socket.gaierror("too late")

    def send(seconds):
        with pytest.raises(ProviderUnavailable) as caught:
            make("http://127.0.0.1:1", seconds).send(a_call("http://slow.example"))
        assert caught.value.code == "not_sent"

    monkeypatch.setattr(socket, "getaddrinfo", resolve)

    ends_in_time(send)

    over.set()


UNUSABLE = {
    "reset": resetting,
    "closed": lambda sock, request: sock.close(),
    "half a status line": lambda sock, request: (sock.sendall(OK[:9]), sock.close()),
    "half a body": lambda sock, request: (sock.sendall(OK[:-4]), sock.close()),
    "not HTTP": answering(b"SSH-2.0-OpenSSH_9.2\r\n"),
    "chunk cut": lambda sock, request: (
        sock.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\n{"),
        sock.close(),
    ),
    "bad chunk": answering(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n"
    ),
    "not gzip": answering(http_answer(b"{}", "Content-Encoding: gzip")),
    "cut gzip": answering(
        http_answer(gzip.compress(b"{}" * 99)[:-9], "Content-Encoding: gzip")
    ),
    "unasked packing": answering(http_answer(b"{}", "Content-Encoding: br")),
    "a head of 200 headers": answering(
        http_answer(b"{}", *(f"X-{number}: y" for number in range(200)))
    ),
    "a huge header": answering(http_answer(b"{}", "X-Long: " + "y" * 100_000)),
}


@pytest.mark.parametrize("handler", UNUSABLE.values(), ids=UNUSABLE.keys())
def test_without_a_usable_answer_money_has_an_unknown_outcome_and_a_reading_has_not(
    make, handler
):
    with serving(handler) as url:
        with pytest.raises(OutcomeUnknown) as unknown:
            make(url).send(a_call(url))
        with pytest.raises(ProviderUnavailable):
            make(url).send(a_call(url, method="GET", moves_money=False))

    assert unknown.value.code == "no_usable_answer"
    assert "same key" in str(unknown.value)


ENDLESS = {
    "never answers": silent,
    "wrong length": answering(
        OK.replace(b"Content-Length: 11", b"Content-Length: eleven")
    ),
}


@pytest.mark.parametrize("handler", ENDLESS.values(), ids=ENDLESS.keys())
def test_an_answer_without_an_end_makes_money_unknown_and_no_reading(make, handler):
    with serving(handler) as url:

        def pay(seconds):
            with pytest.raises(OutcomeUnknown, match="same key"):
                make(url, seconds).send(a_call(url))

        def read(seconds):
            with pytest.raises(ProviderUnavailable):
                make(url, seconds).send(a_call(url, method="GET", moves_money=False))

        ends_in_time(pay)
        ends_in_time(read)


def test_a_connection_that_died_while_idle_leaves_an_unknown_outcome_only_if_it_was_used(
    make,
):
    answers = [OK]

    def handle(sock, request):
        if answers:
            sock.sendall(answers.pop())
        else:
            resetting(sock, request)

    with serving(handle) as url:
        transport = make(url)
        transport.send(a_call(url))

        with pytest.raises(OutcomeUnknown):
            transport.send(a_call(url))


def test_a_connection_closed_while_idle_is_replaced_unseen(make):
    closed = threading.Event()

    def handle(sock, request):
        sock.sendall(OK)
        sock.shutdown(socket.SHUT_RDWR)
        sock.close()
        closed.set()

    with serving(handle) as url:
        transport = make(url)
        transport.send(a_call(url))
        assert closed.wait(60)

        assert transport.send(a_call(url)).status == 200


DRIPS = {
    "in the status line": dripping(b"HTTP/1.1 200 O", b"K"),
    "in a header": dripping(b"HTTP/1.1 200 OK\r\nX-A: ", b"a"),
    "of headers": dripping(b"HTTP/1.1 200 OK\r\n", b"X-A: a\r\n", every=0.1),
    "of early hints": dripping(b"", b"HTTP/1.1 100 Continue\r\n\r\n"),
    "in the body": dripping(b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", b"{"),
    "of chunks": dripping(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\n{\r\n"
    ),
    "in a chunk's length": dripping(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"0"
    ),
    "without a length": dripping(b"HTTP/1.1 200 OK\r\n\r\n", b"{"),
    "nothing at all": silent,
}


@pytest.mark.parametrize("handler", DRIPS.values(), ids=DRIPS.keys())
def test_a_drip_does_not_outlast_the_deadline(make, handler):
    with serving(handler) as url:

        def send(seconds):
            with pytest.raises(OutcomeUnknown):
                make(url, seconds).send(a_call(url))

        ends_in_time(send)


def test_a_drip_inside_tls_does_not_outlast_the_deadline(make, certificate):
    bundle, server = certificate()
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n"
    with serving(dripping(head, b"{"), tls=server) as url:

        def send(seconds):
            with pytest.raises(OutcomeUnknown):
                make(url, seconds, CA_BUNDLE=bundle).send(a_call(url))

        ends_in_time(send)


def test_a_handshake_that_drips_does_not_outlast_the_deadline_and_sends_nothing(make):
    record = b"\x16\x03\x03\x40\x00"
    with serving(dripping(record, b"\x00"), reads=False) as url:

        def send(seconds):
            with pytest.raises(ProviderUnavailable) as caught:
                make(url, seconds).send(a_call(url.replace("http:", "https:")))
            assert caught.value.code == "not_sent"

        ends_in_time(send)


def test_a_server_that_does_not_read_does_not_outlast_the_deadline(make):
    with serving(silent, reads=False) as url:
        call = Call(
            method="POST",
            url=url,
            path="/",
            action="a large call",
            body={"a": "x" * 30_000_000},
            moves_money=True,
        )

        def send(seconds):
            with pytest.raises(OutcomeUnknown):
                make(url, seconds).send(call)

        ends_in_time(send)


BLANKS = b"HTTP/1.1 200 OK\r\n\r\n" + b" " * 3_000_000
LARGE = {
    "with its length": answering(http_answer(b" " * 3_000_000)),
    "without a length": lambda sock, request: (sock.sendall(BLANKS), sock.close()),
    "gzip bomb": answering(
        http_answer(gzip.compress(b" " * (100 << 20)), "Content-Encoding: gzip")
    ),
}


@pytest.mark.parametrize("handler", LARGE.values(), ids=LARGE.keys())
def test_no_more_than_the_cap_is_read(make, handler):
    with serving(handler) as url:
        transport = make(url, DEADLINE_SECONDS=60)
        tracemalloc.start()

        with pytest.raises(OutcomeUnknown, match="larger than 1048576 bytes"):
            transport.send(a_call(url))

        _, peak = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert peak < 5 << 20


def test_a_packed_answer_is_unpacked(make):
    packed = http_answer(gzip.compress(b'{"id":"C1"}'), "Content-Encoding: gzip")
    with serving(answering(packed)) as url:
        assert make(url).send(a_call(url)).fields == {"id": "C1"}


@pytest.mark.parametrize(
    "body",
    [
        b"<html>",
        b"null",
        b"",
        b'{"amount": NaN}',
        b'{"amount": 1, "amount": 2}',
        b'{"amount": 1' + b"0" * 5000 + b"}",
        b"[" * 100_000,
        b'{"a": "\xff"}',
        b'\xef\xbb\xbf{"a": 1}',
    ],
    ids=lambda body: body[:12],
)
def test_what_is_not_honest_json_gives_no_fields(make, body):
    with serving(answering(http_answer(body))) as url:
        answer = make(url).send(a_call(url))

    assert (answer.status, answer.body, answer.fields) == (200, None, {})


def test_a_redirect_is_not_followed(make):
    hits = []

    def elsewhere(sock, request):
        hits.append(request)
        sock.sendall(OK)

    with serving(elsewhere) as other:
        moved = http_answer(b"", f"Location: {other}", status="307 Temporary Redirect")
        with serving(answering(moved)) as url:
            assert make(url).send(a_call(url)).status == 307

    assert hits == []


@pytest.fixture
def certificate(tmp_path):
    """Builds a certificate for 127.0.0.1: the file that trusts it, the server's TLS."""

    def build(address="127.0.0.1", days=1):
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "the tests")])
        now = datetime.datetime.now(datetime.UTC)
        signed = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=9))
            .not_valid_after(now + datetime.timedelta(days=days))
            .add_extension(
                x509.SubjectAlternativeName(
                    [x509.IPAddress(ipaddress.ip_address(address))]
                ),
                critical=False,
            )
            .add_extension(
                x509.BasicConstraints(ca=True, path_length=None), critical=True
            )
            .sign(key, hashes.SHA256())
        )
        path = tmp_path / f"{address}-{days}.pem"
        public = signed.public_bytes(serialization.Encoding.PEM)
        private = key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        path.write_bytes(private + public)
        server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server.load_cert_chain(path)
        return str(path), server

    return build


def test_a_trusted_certificate_is_accepted(make, certificate):
    bundle, server = certificate()
    with serving(answering(OK), tls=server) as url:
        assert make(url, CA_BUNDLE=bundle).send(a_call(url)).status == 200


@pytest.mark.parametrize(
    ("options", "trusted"),
    [
        ({}, False),
        ({"address": "127.0.0.2"}, True),
        ({"days": -1}, True),
    ],
    ids=["unknown", "of another host", "expired"],
)
def test_a_certificate_that_proves_nothing_stops_the_call_unsent(
    make, certificate, options, trusted
):
    bundle, server = certificate(**options)
    with (
        serving(answering(OK), tls=server) as url,
        pytest.raises(ProviderUnavailable, match="not to be trusted") as caught,
    ):
        make(url, **({"CA_BUNDLE": bundle} if trusted else {})).send(a_call(url))

    assert caught.value.code == "not_sent"


def test_the_environment_cannot_loosen_verification(make, certificate, monkeypatch):
    bundle, server = certificate()
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", bundle)
    monkeypatch.setenv("CURL_CA_BUNDLE", bundle)
    with serving(answering(OK), tls=server) as url, pytest.raises(ProviderUnavailable):
        make(url).send(a_call(url))


def test_old_tls_is_refused(make, certificate):
    bundle, server = certificate()
    server.minimum_version = ssl.TLSVersion.TLSv1_2
    server.set_ciphers("ALL:@SECLEVEL=0")
    with pytest.warns(DeprecationWarning, match="TLSv1"):
        server.minimum_version = ssl.TLSVersion.TLSv1
    with pytest.warns(DeprecationWarning, match="TLSv1"):
        server.maximum_version = ssl.TLSVersion.TLSv1
    with serving(answering(OK), tls=server) as url, pytest.raises(ProviderUnavailable):
        make(url, CA_BUNDLE=bundle).send(a_call(url))


def test_a_refusing_proxy_leaves_the_call_unsent(make, monkeypatch):
    refusal = b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"
    seen = []

    def handle(sock, request):
        seen.append(request)
        sock.sendall(refusal)

    with serving(handle) as proxy:
        monkeypatch.setenv("https_proxy", proxy)
        transport = make("http://127.0.0.1:1")
        monkeypatch.delenv("https_proxy")

        with pytest.raises(ProviderUnavailable) as caught:
            transport.send(a_call("https://clover.example"))

    assert caught.value.code == "not_sent"
    assert seen[0].startswith(b"CONNECT clover.example:443")
    assert CANARY.encode() not in b"".join(seen)


def test_a_proxy_that_appears_later_and_one_for_this_machine_are_not_used(
    make, monkeypatch
):
    with serving(answering(OK)) as url:
        monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
        with_proxy = make(url)
        monkeypatch.setenv("no_proxy", "clover.example")
        assert with_proxy.send(a_call(url)).status == 200


@pytest.mark.parametrize(
    "value", ["203.0.113.7\r\nX-Evil: 1", "a\nb", "\x00", "naïve"], ids=repr
)
def test_a_header_cannot_be_split(value):
    with pytest.raises(InvalidRequest, match="x-forwarded-for"):
        a_call("http://127.0.0.1:1", headers={"x-forwarded-for": value})


def exceptions_of(module):
    return [
        kind
        for _, kind in inspect.getmembers(module, inspect.isclass)
        if issubclass(kind, BaseException)
    ]


EVERY_ERROR = [
    *exceptions_of(requests.exceptions),
    *exceptions_of(urllib3.exceptions),
    *exceptions_of(http.client),
    socket.gaierror,
    ConnectionResetError,
    BrokenPipeError,
    TimeoutError,
    ssl.SSLError,
    ssl.SSLCertVerificationError,
    UnicodeDecodeError,
]


@pytest.mark.parametrize("has_sent", [False, True])
@pytest.mark.parametrize("moves_money", [False, True])
def test_every_error_of_the_libraries_becomes_a_payment_error(
    config, has_sent, moves_money
):
    class Broken(Transport):
        def _exchange(self, call, exchange):
            exchange.has_sent = has_sent
            raise kind.__new__(kind)

    unknown = has_sent and moves_money
    expected = OutcomeUnknown if unknown else ProviderUnavailable
    for kind in EVERY_ERROR:
        if kind in (Exception, BaseException):
            continue
        with pytest.raises(expected):
            Broken(config).send(a_call("http://127.0.0.1:1", moves_money=moves_money))


def test_one_line_is_logged_per_attempt_without_header_or_body(make, caplog):
    caplog.set_level(logging.INFO, logger="clover_provider")
    with serving(answering(OK)) as url:
        make(url).send(a_call(url, attempt=2))

    (record,) = caplog.records
    logged = vars(record)
    assert record.getMessage() == "clover request"
    wanted = ("method", "path", "status", "request_id", "attempt", "key_prefix")
    assert [logged[name] for name in wanted] == [
        "POST",
        "/v1/charges",
        200,
        "req-7",
        2,
        "01234567",
    ]
    assert isinstance(logged["ms"], int)
    assert CANARY not in str(logged)
    assert "clv_canary" not in str(logged)


def test_a_failed_attempt_is_logged_with_its_reason(make, caplog):
    caplog.set_level(logging.INFO, logger="clover_provider")
    with pytest.raises(ProviderUnavailable):
        make("http://127.0.0.1:1").send(a_call("http://127.0.0.1:1"))

    (record,) = caplog.records
    assert vars(record)["status"] == 0
    assert vars(record)["reason"] == "no answer (ConnectionRefusedError)"


def test_an_error_brings_no_library_exception_with_it(make):
    with serving(resetting) as url, pytest.raises(PaymentError) as caught:
        make(url).send(a_call(url))

    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_a_transport_cannot_be_pickled(config):
    with pytest.raises(TypeError, match="cannot be pickled"):
        pickle.dumps(Transport(config))


def test_verification_has_no_switch():
    source = inspect.getsource(transport_module)

    assert "verify=False" not in source
    assert "CERT_NONE" not in source
    assert "_create_unverified" not in source


class Stopped(BaseException):
    """As a task queue may raise it between any two lines."""


@pytest.mark.parametrize("kind", [Stopped, RuntimeError, TypeError])
def test_what_breaks_a_call_off_shows_neither_header_nor_body(make, monkeypatch, kind):
    def stop(self):
        raise kind("now")

    monkeypatch.setattr(http.client.HTTPConnection, "getresponse", stop)
    with serving(answering(OK)) as url, pytest.raises(kind) as caught:
        make(url).send(a_call(url))

    shown = traceback.TracebackException.from_exception(
        caught.value, capture_locals=True
    )
    frames = str([frame.locals for frame in shown.stack])
    assert "Transport" in frames
    assert CANARY not in frames
    assert "clv_canary" not in frames


def test_a_body_that_is_no_json_shows_nothing_of_it(make):
    with serving(answering(OK)) as url:
        call = replace(a_call(url), body={"source": "clv_canary", "odd": object()})
        with pytest.raises(TypeError) as caught:
            make(url).send(call)

    shown = traceback.TracebackException.from_exception(
        caught.value, capture_locals=True
    )
    assert "clv_canary" not in str([frame.locals for frame in shown.stack[1:]])


def test_ids_in_the_path_are_sent_and_seen_by_no_one_else(make, caplog, monkeypatch):
    caplog.set_level(logging.DEBUG)
    seen, put = [], []
    put_request = http.client.HTTPConnection.putrequest

    def watch(self, method, url, *args, **options):
        put.append(url)
        return put_request(self, method, url, *args, **options)

    monkeypatch.setattr(http.client.HTTPConnection, "putrequest", watch)

    def handle(sock, request):
        seen.append(request.split(b"\r\n")[0])
        sock.sendall(OK)

    with serving(handle) as url:
        call = Call(
            method="DELETE",
            url=f"{url}/v1/customers/CUST1/sources/CARD1?a=b",
            path="/v1/customers/{id}/sources/{id}",
            action="removal of a saved card",
        )
        make(url).send(call)

    assert seen == [b"DELETE /v1/customers/CUST1/sources/CARD1?a=b HTTP/1.1"]
    assert put == ["/v1/customers/:id/sources/:id"]
    assert ":id/sources" in caplog.text
    assert "CARD1" not in str([vars(record) for record in caplog.records])
