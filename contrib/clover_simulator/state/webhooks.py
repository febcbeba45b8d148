"""The hosted checkout's webhook: what it says and how it is signed."""

import hashlib
import hmac
import json

from clover_simulator.state import forms
from clover_simulator.state.merchants import Merchant
from clover_simulator.state.records import JSON, Charge
from clover_simulator.state.switches import Switches

WRONG_SECRET = "not-the-merchants-secret"  # noqa: S105 - forged on purpose
PASCAL_KEYS = {
    "createdTime": "CreatedTime",
    "message": "Message",
    "status": "Status",
    "type": "Type",
    "id": "Id",
    "merchantId": "MerchantId",
    "data": "Data",
    "checkoutSessionId": "CheckoutSessionId",
}


def event_of(charge: Charge, created: int, switches: Switches) -> JSON:
    """The webhook's content."""
    declined = charge.status == "failed"
    event: JSON = {
        "createdTime": created,
        "message": f"{'Decline' if declined else 'Approved'} for {charge.amount}",
        "status": "DECLINED" if declined else "APPROVED",
        "type": "PAYMENT",
        "id": charge.id,
        "merchantId": forms.merchant_id(switches, charge.merchant_id),
    }
    key = switches.webhook_data_key
    if key != "none":
        event[key] = charge.session_id
    return event


def body_of(event: JSON, switches: Switches) -> str:
    """The event on the wire: JSON without spaces."""
    if switches.webhook_keys == "pascal":
        event = {PASCAL_KEYS.get(name, name): value for name, value in event.items()}
    return json.dumps(event, separators=(",", ":"))


def signature(secret: str, timestamp: int, body: str) -> str:
    """The `Clover-Signature` header's value."""
    message = f"{timestamp}.{body}".encode()
    digest = hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()
    return f"t={timestamp},v1={digest}"


def header_of(merchant: Merchant, now: int, body: str, switches: Switches) -> str:
    """The signature, forged or old where a switch asks for it."""
    secret = WRONG_SECRET if switches.webhook_forge else merchant.webhook_secret
    return signature(secret, now - switches.webhook_age_seconds, body)
