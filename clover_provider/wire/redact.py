"""Which of Clover's fields may be stored and logged, and how texts are masked."""

import re
from collections.abc import Mapping

from payment_hooks.model import mask_card_numbers

_LONGEST = 200
_TOKEN = re.compile(r"clv_\w+")
_FIELDS = frozenset(
    {
        "amount",
        "amount_captured",
        "amount_refunded",
        "auth_code",
        "captured",
        "charge",
        "created",
        "currency",
        "ecomind",
        "external_reference_id",
        "failure_code",
        "id",
        "livemode",
        "object",
        "order",
        "paid",
        "partial_auth",
        "payment_method_details",
        "reason",
        "receipt_number",
        "ref_num",
        "refunded",
        "status",
        "tax_amount",
        "tip_amount",
        # The platform's payments (v3).
        "createdTime",
        "result",
        "taxAmount",
        "tipAmount",
    }
)
_PARTS = {
    "outcome": frozenset({"network_status", "type"}),
    "source": frozenset(
        {"address_line1_check", "address_zip_check", "brand", "cvc_check", "last4"}
    ),
    "threeds": frozenset({"liability_protection_status", "validation_result"}),
    "metadata": frozenset(
        {"authCode", "gatewayResponseCode", "operation", "refNum", "refundType"}
    ),
    "cardTransaction": frozenset({"authCode", "cardType", "last4", "state", "type"}),
}


def redact(fields: Mapping[str, object]) -> Mapping[str, object]:
    """What of an answer may be stored and logged.

    Whatever is not on the list is left out, so that a field which Clover adds tomorrow
    cannot leak.
    """
    kept = _keep(fields, _FIELDS)
    for name, allowed in _PARTS.items():
        part = fields.get(name)
        if isinstance(part, Mapping):
            kept[name] = _keep(part, allowed)
    return kept


def safe_text(text: object, limit: int = _LONGEST) -> str:
    """A text of Clover's, fit for messages and logs.

    Tokens and runs of digits as long as a card number are masked, control characters
    replaced, and the rest cut at `limit`. What the call itself sent as a secret was taken
    out when the `Answer` was made.
    """
    shown = str(text)[: limit * 2]
    shown = mask_card_numbers(_TOKEN.sub("[token]", shown))
    if not shown.isprintable():
        shown = "".join(letter if letter.isprintable() else " " for letter in shown)
    return shown[:limit]


def _keep(fields: Mapping[str, object], allowed: frozenset[str]) -> dict[str, object]:
    kept: dict[str, object] = {}
    for name in allowed & fields.keys():
        value = fields[name]
        if isinstance(value, str):
            kept[name] = safe_text(value)
        elif value is None or isinstance(value, bool | int):
            kept[name] = value
    return kept
