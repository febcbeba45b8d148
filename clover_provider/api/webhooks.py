"""Hosted-checkout webhooks: signature and age are checked before the body is parsed.

Source: "Set up webhooks for Hosted Checkout", docs.clover.com, read 2026-11: the header
`Clover-Signature: t=<seconds>,v1=<hex>` signs `<t>.<body>` with HMAC-SHA256.
"""

import hashlib
import hmac
import json
import re
from collections.abc import Mapping, Sequence
from datetime import datetime

from clover_provider.api.fields import read_moment
from clover_provider.codes import (
    BODY_MALFORMED,
    BODY_TOO_LARGE,
    MERCHANT_DIFFERS,
    PROVIDER,
    SIGNATURE_MALFORMED,
    SIGNATURE_MISSING,
    SIGNATURE_STALE,
    SIGNATURE_WRONG,
    STATUS_UNKNOWN,
    TYPE_UNKNOWN,
)
from payment_hooks import (
    ConfigurationError,
    EventKind,
    WebhookEvent,
    WebhookRejected,
    WebhookRequest,
)
from payment_hooks.model import forgetful

HEADER = "clover-signature"
MOST_BODY_BYTES = 64 * 1024
_TIMESTAMP = re.compile(r"[0-9]{1,12}")
_DIGEST = re.compile(r"[0-9a-f]{64}")
_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_STATUSES = ("APPROVED", "DECLINED")


@forgetful
def read(
    request: WebhookRequest,
    *,
    secrets: Sequence[str],
    merchant_id: str,
    tolerance_seconds: float = 300,
) -> WebhookEvent:
    """The event of a webhook that Clover signed just now and that is about this merchant.

    Any of `secrets` may have signed it, so that one can replace another. A signed
    webhook of a type or status that Clover does not document is rejected too: it must
    show in the log, and count neither as a payment nor as a decline.

    Raises:
        ConfigurationError: no signing secret is configured.
        WebhookRejected: it is unsigned, too old, unreadable, or another merchant's.
    """
    if not any(secrets):
        raise ConfigurationError(
            "CLOVER['WEBHOOK_SECRETS'] is empty: without the signing secret no webhook "
            "can be proven"
        )
    if len(request.body) > MOST_BODY_BYTES:
        raise _rejected(BODY_TOO_LARGE, "the body is larger than any of Clover's")
    timestamp, digests = _read_signature(request.headers)
    _check_signature(request.body, timestamp, digests, secrets)
    _check_age(timestamp, request.received_at, tolerance_seconds)
    return _read_body(request.body, merchant_id)


def sign(secret: str, timestamp: int, body: bytes) -> str:
    """The value of the signature header; for tests of shops that receive webhooks.

    >>> sign("secret", 1767225600, b"{}")[:20]
    't=1767225600,v1=fa7e'
    """
    return f"t={timestamp},v1={_digest(secret, str(timestamp), body)}"


def _digest(secret: str, timestamp: str, body: bytes) -> str:
    message = timestamp.encode("ascii") + b"." + body
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def _read_signature(headers: Mapping[str, str]) -> tuple[str, list[str]]:
    found = [value for name, value in headers.items() if _is_header(name)]
    if len(found) != 1:
        raise _rejected(SIGNATURE_MISSING, f"it has {len(found)} signature headers")
    parts = [part.strip().partition("=") for part in found[0].split(",")]
    times = [value for name, _, value in parts if name == "t"]
    digests = [value.lower() for name, _, value in parts if name == "v1"]
    if len(times) != 1 or not _TIMESTAMP.fullmatch(times[0]):
        raise _rejected(SIGNATURE_MALFORMED, "its signature names no single time")
    return times[0], [digest for digest in digests if _DIGEST.fullmatch(digest)]


def _is_header(name: str) -> bool:
    """Whether it is the signature header, also as WSGI spells it."""
    return name.lower().replace("_", "-").removeprefix("http-") == HEADER


def _check_signature(
    body: bytes, timestamp: str, digests: Sequence[str], secrets: Sequence[str]
) -> None:
    expected = [_digest(secret, timestamp, body) for secret in secrets if secret]
    matches = [
        hmac.compare_digest(digest, wanted) for digest in digests for wanted in expected
    ]
    if not any(matches):
        raise _rejected(
            SIGNATURE_WRONG,
            "no configured signing secret made its signature; compare the secret with "
            "the dashboard's, and pass the body as it came, not parsed",
        )


def _check_age(timestamp: str, received_at: datetime, tolerance_seconds: float) -> None:
    age = received_at.timestamp() - int(timestamp)
    if abs(age) > tolerance_seconds:
        raise _rejected(
            SIGNATURE_STALE,
            f"it was signed {age:.0f} s before it came and {tolerance_seconds:.0f} s "
            "either way are allowed: a replay, or this machine's clock is off",
        )


def _read_body(body: bytes, merchant_id: str) -> WebhookEvent:
    fields = {name.lower(): value for name, value in _parse(body).items()}
    session_id = _text(fields, "data") or _text(fields, "checkoutsessionid")
    payment_id, about = _text(fields, "id"), _text(fields, "merchantid")
    if about.upper() != merchant_id.upper():
        raise _rejected(MERCHANT_DIFFERS, "it is about another merchant")
    if _text(fields, "type").upper() != "PAYMENT":
        raise _rejected(TYPE_UNKNOWN, "it is not about a payment")
    status = _text(fields, "status").upper()
    if status not in _STATUSES:
        raise _rejected(STATUS_UNKNOWN, "its status is neither APPROVED nor DECLINED")
    if not _ID.fullmatch(payment_id) or (session_id and not _ID.fullmatch(session_id)):
        raise _rejected(BODY_MALFORMED, "its ids are none of Clover's")
    content = "\n".join((merchant_id, payment_id, status, session_id))
    return WebhookEvent(
        event_id=hashlib.sha256(content.encode()).hexdigest(),
        kind=EventKind.PAYMENT,
        provider=PROVIDER,
        merchant_id=merchant_id,
        transaction_id=payment_id,
        session_id=session_id,
        approved=status == "APPROVED",
        occurred_at=_time(fields.get("createdtime")),
    )


def _parse(body: bytes) -> dict[str, object]:
    try:
        parsed = json.loads(body.decode("utf-8"), object_pairs_hook=_once)
    except (ValueError, RecursionError) as error:
        raise _rejected(BODY_MALFORMED, "its body is not readable JSON") from error
    if not isinstance(parsed, dict):
        raise _rejected(BODY_MALFORMED, "its body is not a JSON object")
    return parsed


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    if len({name.lower() for name, _ in pairs}) != len(pairs):
        raise ValueError("a key is there twice")
    return dict(pairs)


def _text(fields: Mapping[str, object], name: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) else ""


def _time(value: object) -> datetime:
    """The time of the event, in any form that Clover writes."""
    moment = read_moment(value)
    if moment is None:
        raise _rejected(BODY_MALFORMED, "it names no time, or one that is out of range")
    return moment


def _rejected(code: str, why: str) -> WebhookRejected:
    return WebhookRejected(f"webhook rejected: {why}", code=code, provider=PROVIDER)
