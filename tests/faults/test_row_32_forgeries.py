"""Row 32: forged, mutilated and re-encoded messages, against the shop's own address.

These tests may not touch a database: pytest-django refuses them one. So whatever would
be read or written for a message that is not proven fails here.
"""

import json
import time
from collections.abc import Callable, Iterator

import pytest
from django.http import HttpResponse
from django.test import RequestFactory
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from clover_django import payments
from clover_django.web import views
from clover_provider.api.webhooks import sign
from tests.faults.report import Report, is_long

SECRET, MERCHANT = "test-webhook-secret", "TESTMERCH0001"
TOLERANCE = 300
BODY = json.dumps(
    {
        "createdTime": 1767225600,
        "message": "Approved for 2599",
        "status": "APPROVED",
        "type": "PAYMENT",
        "id": "ABCDEFGHJKMN1",
        "merchantId": MERCHANT,
        "data": "11111111-2222-4333-8444-555555555555",
    },
    separators=(",", ":"),
).encode()
EXAMPLES = 20_000 if is_long() else 1_000


@pytest.fixture(autouse=True)
def a_road_of_the_tests_settings() -> Iterator[None]:
    payments.reset()
    yield
    payments.reset()


@pytest.fixture(scope="module", autouse=True)
def counted(report: Report) -> Iterator[None]:
    yield
    report.line("webhooks", f"{EXAMPLES:,} mutations of a valid message, 0 accepted")


def now() -> int:
    return int(time.time())


def digest_of(body: bytes, at: int, secret: str = SECRET) -> str:
    return sign(secret, at, body).partition("v1=")[2]


def post(body: bytes, signature: str | None) -> HttpResponse:
    """What the shop answers to these bytes under this header."""
    headers = {} if signature is None else {"clover-signature": signature}
    factory = RequestFactory(headers=headers)
    request = factory.post("/clover/webhook/", body, content_type="application/json")
    return views.webhook(request)


def right() -> str:
    """The header that proves `BODY` now."""
    return sign(SECRET, now(), BODY)


FORGERIES: dict[str, Callable[[], str | None]] = {
    "no header": lambda: None,
    "an empty header": lambda: "",
    "another secret": lambda: sign("guessed", now(), BODY),
    "an empty secret": lambda: sign("", now(), BODY),
    "no time": lambda: right().partition(",")[2],
    "no digest": lambda: right().partition(",")[0],
    "an empty digest": lambda: f"t={now()},v1=",
    "another scheme": lambda: right().replace("v1=", "v0="),
    "a digest of another time": lambda: f"t={now()},v1={digest_of(BODY, now() - 9)}",
    "two times": lambda: f"t={now()},{right()}",
    "two wrong digests": lambda: f"t={now()},v1={'0' * 64},v1={'f' * 64}",
    "half a digest": lambda: right()[:-32],
    "a digest too long": lambda: right() + "00",
    "a digest in base64": lambda: f"t={now()},v1=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=",
    "too old": lambda: sign(SECRET, now() - TOLERANCE - 5, BODY),
    "from the future": lambda: sign(SECRET, now() + TOLERANCE + 5, BODY),
    "a time before all times": lambda: sign(SECRET, 0, BODY),
    "a negative time": lambda: f"t=-{now()},v1={digest_of(BODY, -now())}",
    "a time in other digits": lambda: f"t=١٢٣,v1={digest_of(BODY, 123)}",
    "a time in milliseconds": lambda: sign(SECRET, now() * 1000, BODY),
    "a time without end": lambda: f"t={'9' * 5000},v1={'0' * 64}",
    "not a signature at all": lambda: "Bearer " + SECRET,
}


@pytest.mark.matrix(row=32)
@pytest.mark.parametrize("name", FORGERIES)
def test_a_forged_signature_is_rejected_before_the_database(name: str) -> None:
    assert post(BODY, FORGERIES[name]()).status_code == 400


REWRITTEN: dict[str, bytes] = {
    "with blanks": json.dumps(json.loads(BODY)).encode(),
    "with its keys in order": json.dumps(json.loads(BODY), sort_keys=True).encode(),
    "with a byte order mark": b"\xef\xbb\xbf" + BODY,
    "in UTF-16": BODY.decode().encode("utf-16"),
    "with a line feed behind it": BODY + b"\n",
    "with another amount": BODY.replace(b"2599", b"1"),
    "for another session": BODY.replace(b"11111111", b"22222222"),
    "with a key twice": BODY[:-1] + b',"status":"APPROVED"}',
    "nothing": b"",
}


@pytest.mark.matrix(row=32)
@pytest.mark.parametrize("name", REWRITTEN)
def test_a_rewritten_body_is_rejected_before_the_database(name: str) -> None:
    assert post(REWRITTEN[name], right()).status_code == 400


SIGNED_NONSENSE: dict[str, bytes] = {
    "with a byte order mark": b"\xef\xbb\xbf" + BODY,
    "in UTF-16": BODY.decode().encode("utf-16"),
    "in Latin-1": BODY.replace(b"Approved", "Approuvé".encode("latin-1")),
    "with a key twice": BODY[:-1] + b',"Status":"DECLINED"}',
    "about another merchant": BODY.replace(MERCHANT.encode(), b"TESTMERCH0002"),
    "a list": b"[" + BODY + b"]",
    "null": b"null",
    "cut in the middle": BODY[:60],
}


@pytest.mark.matrix(row=32)
@pytest.mark.parametrize("name", SIGNED_NONSENSE)
def test_signed_nonsense_is_rejected_before_the_database(name: str) -> None:
    body = SIGNED_NONSENSE[name]

    assert post(body, sign(SECRET, now(), body)).status_code == 400


def flip(data: st.DataObject, text: bytes) -> bytes:
    at = data.draw(st.integers(0, len(text) - 1))
    other = data.draw(st.integers(1, 255))
    return text[:at] + bytes([text[at] ^ other]) + text[at + 1 :]


def insert(data: st.DataObject, text: bytes) -> bytes:
    at = data.draw(st.integers(0, len(text)))
    return text[:at] + data.draw(st.binary(min_size=1, max_size=8)) + text[at:]


def drop(data: st.DataObject, text: bytes) -> bytes:
    at = data.draw(st.integers(0, len(text) - 1))
    return text[:at] + text[at + data.draw(st.integers(1, 8)) :]


def swap(data: st.DataObject, text: bytes) -> bytes:
    at = data.draw(st.integers(1, len(text) - 1))
    return text[at:] + text[:at]


MUTATIONS = st.lists(
    st.sampled_from([flip, insert, drop, swap]), min_size=1, max_size=3
)


def mutate(data: st.DataObject, text: bytes) -> bytes:
    mutated = text
    for mutation in data.draw(MUTATIONS):
        if len(mutated) > 1:
            mutated = mutation(data, mutated)
    return mutated


def proofs(signature: str) -> list[str]:
    """What of a header can prove something, however it is spelt."""
    parts = [part.strip().lower() for part in signature.split(",")]
    return sorted(part for part in parts if part.startswith(("t=", "v1=")))


@pytest.mark.matrix(row=32)
@settings(
    max_examples=EXAMPLES,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(data=st.data())
def test_no_mutation_of_a_valid_message_gets_through(data: st.DataObject) -> None:
    signature = right()
    body, header = BODY, signature.encode()
    if data.draw(st.booleans()):
        body = mutate(data, body)
        assume(body != BODY)
    else:
        header = mutate(data, header)
        assume(proofs(header.decode("latin-1")) != proofs(signature))

    assert post(body, header.decode("latin-1")).status_code == 400


@pytest.mark.matrix(row=32)
def test_the_message_that_all_these_are_made_of_does_reach_the_database(
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert post(BODY, right()).status_code == 503

    [refused] = caplog.records
    assert "Database access not allowed" in str(refused.exc_info)
