"""Only what is signed, fresh and ours gets through."""

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clover_provider.api import webhooks
from payment_hooks import ConfigurationError, WebhookRejected, WebhookRequest

# Known-answer vector for the documented scheme; all values are made up.
SECRET = "hcp_test_0123456789abcdef"
SIGNED_AT = 1767225600
BODY = (
    b'{"createdTime":1767225600,"message":"Approved for 2599","status":"APPROVED",'
    b'"type":"PAYMENT","id":"ABCDEFGHJKMN1","merchantId":"TESTMERCH0001",'
    b'"data":"11111111-2222-4333-8444-555555555555"}'
)
DIGEST = "6018ecfcc403cf0305d35deddb6c3461cb98b08dbd8a9c959e32ad16f22abda7"
HEADER = f"t={SIGNED_AT},v1={DIGEST}"
NOW = datetime.fromtimestamp(SIGNED_AT, UTC)


def read(body=BODY, header=HEADER, *, name="Clover-Signature", at=SIGNED_AT, **options):
    request = WebhookRequest(
        body=body,
        headers={name: header},
        received_at=datetime.fromtimestamp(at, UTC),
    )
    options = {"secrets": [SECRET], "merchant_id": "TESTMERCH0001", **options}
    return webhooks.read(request, **options)


def signed(**changes):
    body = json.dumps({**json.loads(BODY), **changes}).encode()
    return body, webhooks.sign(SECRET, SIGNED_AT, body)


def test_the_known_answer_is_read():
    event = read()

    assert webhooks.sign(SECRET, SIGNED_AT, BODY) == HEADER
    assert (event.transaction_id, event.session_id, event.approved) == (
        "ABCDEFGHJKMN1",
        "11111111-2222-4333-8444-555555555555",
        True,
    )
    assert event.occurred_at == NOW


@pytest.mark.parametrize(
    "header",
    [
        f"v1={DIGEST},t={SIGNED_AT}",
        f"t={SIGNED_AT}, v1={DIGEST}",
        f"t={SIGNED_AT},v1={DIGEST.upper()}",
        f"t={SIGNED_AT},v1={'0' * 64},v1={DIGEST}",
        f"t={SIGNED_AT},v0=x,v1={DIGEST}",
    ],
)
def test_harmless_spellings_of_the_signature_are_read(header):
    assert read(header=header).approved


@pytest.mark.parametrize(
    "name", ["clover-signature", "CLOVER-SIGNATURE", "HTTP_CLOVER_SIGNATURE"]
)
def test_the_header_is_found_however_the_server_spells_it(name):
    assert read(name=name).approved


@pytest.mark.parametrize(
    ("header", "code"),
    [
        (f"t={SIGNED_AT},v1={'0' * 64}", "signature_wrong"),
        (f"t={SIGNED_AT},v0={DIGEST}", "signature_wrong"),
        (f"t={SIGNED_AT}", "signature_wrong"),
        (f"v1={DIGEST}", "signature_malformed"),
        (f"t={SIGNED_AT},t={SIGNED_AT},v1={DIGEST}", "signature_malformed"),
        (f"t=-1,v1={DIGEST}", "signature_malformed"),
        (f"t=١٢٣,v1={DIGEST}", "signature_malformed"),
        (f"t={SIGNED_AT + 1},v1={DIGEST}", "signature_wrong"),
        (DIGEST, "signature_malformed"),
        ("", "signature_malformed"),
    ],
)
def test_a_signature_that_proves_nothing_is_rejected(header, code):
    with pytest.raises(WebhookRejected) as caught:
        read(header=header)

    assert caught.value.code == code


@pytest.mark.parametrize("name", ["X-Clover-Signature", "Signature", "Authorization"])
def test_another_header_is_no_signature(name):
    with pytest.raises(WebhookRejected, match="0 signature headers"):
        read(name=name)


@pytest.mark.parametrize("seconds", [-301, 301, 86400])
def test_stale_and_future_messages_are_rejected(seconds):
    with pytest.raises(WebhookRejected, match="replay, or this machine's clock"):
        read(at=SIGNED_AT + seconds)


@pytest.mark.parametrize("seconds", [-300, 0, 300])
def test_fresh_messages_are_read(seconds):
    assert read(at=SIGNED_AT + seconds).approved


@pytest.mark.parametrize(
    "body",
    [
        b"\xef\xbb\xbf" + BODY,
        BODY + b"\n",
        BODY.replace(b":", b": "),
        BODY.replace(b"2599", b"1"),
        json.dumps(json.loads(BODY), sort_keys=True).encode(),
    ],
)
def test_a_body_that_was_touched_is_rejected(body):
    with pytest.raises(WebhookRejected) as caught:
        read(body)

    assert caught.value.code == "signature_wrong"


@given(st.data())
def test_any_changed_byte_is_rejected(data):
    position = data.draw(st.integers(0, len(BODY) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda value: value != BODY[position]))
    mutated = BODY[:position] + bytes([byte]) + BODY[position + 1 :]

    with pytest.raises(WebhookRejected):
        read(mutated)


@given(position=st.integers(0, len(BODY)), added=st.binary(min_size=1, max_size=3))
def test_any_added_byte_is_rejected(position, added):
    with pytest.raises(WebhookRejected):
        read(BODY[:position] + added + BODY[position:])


@given(st.integers(0, len(BODY) - 1), st.integers(1, len(BODY)))
def test_any_missing_byte_is_rejected(position, count):
    with pytest.raises(WebhookRejected):
        read(BODY[:position] + BODY[position + count :])


@given(st.integers(SIGNED_AT - 300, SIGNED_AT + 300).filter(lambda t: t != SIGNED_AT))
def test_another_time_than_the_signed_one_is_rejected(timestamp):
    with pytest.raises(WebhookRejected):
        read(header=f"t={timestamp},v1={DIGEST}")


@given(st.text(max_size=200), st.binary(max_size=200))
def test_no_invented_message_gets_through(header, body):
    with pytest.raises(WebhookRejected):
        read(body, header)


def test_two_secrets_are_good_during_a_change():
    assert read(secrets=["the-new-one", SECRET]).approved


@pytest.mark.parametrize("secrets", [[], [""]])
def test_without_a_secret_nothing_is_believed(secrets):
    with pytest.raises(ConfigurationError, match="WEBHOOK_SECRETS"):
        read(secrets=secrets)


def test_another_merchants_message_is_rejected():
    with pytest.raises(WebhookRejected) as caught:
        read(merchant_id="TESTMERCH0002")

    assert caught.value.code == "merchant_differs"


def test_a_huge_body_is_rejected_before_anything_is_computed():
    with pytest.raises(WebhookRejected) as caught:
        read(b" " * (webhooks.MOST_BODY_BYTES + 1))

    assert caught.value.code == "body_too_large"


def test_other_spellings_of_the_keys_are_read():
    fields = json.loads(BODY)
    session = fields.pop("data")
    pascal = {name[0].upper() + name[1:]: value for name, value in fields.items()}
    body = json.dumps(pascal | {"checkoutSessionId": session}).encode()

    event = read(body, webhooks.sign(SECRET, SIGNED_AT, body))

    assert event.session_id == session


def test_a_message_without_a_session_is_read():
    fields = json.loads(BODY)
    del fields["data"]
    body = json.dumps(fields).encode()

    assert read(body, webhooks.sign(SECRET, SIGNED_AT, body)).session_id == ""


def test_a_decline_is_not_approved():
    assert not read(*signed(status="DECLINED")).approved


@pytest.mark.parametrize("status", ["PENDING", "", None])
def test_an_undocumented_status_is_neither_a_payment_nor_a_decline(status):
    with pytest.raises(WebhookRejected) as caught:
        read(*signed(status=status))

    assert caught.value.code == "status_unknown"


def test_a_message_of_another_type_is_rejected_though_it_is_signed():
    with pytest.raises(WebhookRejected) as caught:
        read(*signed(type="REFUND"))

    assert caught.value.code == "type_unknown"


@pytest.mark.parametrize(
    "said",
    [
        SIGNED_AT * 1000,
        str(SIGNED_AT),
        str(SIGNED_AT * 1000),
        NOW.isoformat(),
        NOW.strftime("%Y-%m-%d %H:%M:%S"),
    ],
)
def test_the_time_is_read_in_every_form(said):
    assert read(*signed(createdTime=said)).occurred_at == NOW


def test_the_merchants_id_may_come_in_small_letters():
    event = read(*signed(merchantId="testmerch0001"))

    assert event.merchant_id == "TESTMERCH0001"


def test_two_deliveries_of_one_message_are_one_event():
    first, later = read(), read(*signed(createdTime=SIGNED_AT + 60))
    declined = read(*signed(status="DECLINED"))

    assert first.event_id == later.event_id != declined.event_id


@pytest.mark.parametrize(
    "body",
    [
        b"null",
        b"[]",
        b"{",
        b"\xff",
        b"[" * 5000,
        b'{"id": "a", "ID": "b"}',
        json.dumps({**json.loads(BODY), "createdTime": 10**30}).encode(),
        json.dumps({**json.loads(BODY), "createdTime": "soon"}).encode(),
        json.dumps({**json.loads(BODY), "type": "REFUND"}).encode(),
        json.dumps({**json.loads(BODY), "createdTime": 10**400}).encode(),
        json.dumps({**json.loads(BODY), "id": 7}).encode(),
        json.dumps({**json.loads(BODY), "id": ""}).encode(),
        json.dumps({**json.loads(BODY), "id": "A\nB"}).encode(),
        json.dumps({**json.loads(BODY), "id": "../refunds"}).encode(),
        json.dumps({**json.loads(BODY), "id": "\ud800"}).encode(),
        json.dumps({**json.loads(BODY), "data": "x" * 65}).encode(),
        BODY.replace(b"1767225600", b"9" * 5000, 1),
    ],
)
def test_a_signed_body_that_makes_no_sense_is_rejected(body):
    with pytest.raises(WebhookRejected):
        read(body, webhooks.sign(SECRET, SIGNED_AT, body))
