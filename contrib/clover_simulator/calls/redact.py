"""What may be shown of a request: named headers and fields, and never a card number."""

import json
import re
from collections.abc import Mapping
from typing import Any

from clover_simulator.state.cards import passes_luhn

HIDDEN = "[hidden]"
LONGEST_BODY = 20_000
"""How many characters of a request's body are kept."""
SHOWN_HEADERS = frozenset(
    {
        "accept",
        "content-length",
        "content-type",
        "host",
        "idempotency-key",
        "origin",
        "user-agent",
        "x-clover-merchant-id",
        "x-forwarded-for",
    }
)
SHOWN_FIELDS = frozenset(
    {
        "amount",
        "capture",
        "charge",
        "charge_id",
        "currency",
        "customer",
        "description",
        "ecomind",
        "external_customer_reference",
        "external_reference_id",
        "items",
        "lineItems",
        "metadata",
        "price",
        "quantity",
        "rate",
        "reason",
        "redirectUrls",
        "cancel",
        "failure",
        "flow_status",
        "success",
        "sequence",
        "shoppingCart",
        "stored_credentials",
        "tax_amount",
        "taxRates",
        "threeds",
        "tip_amount",
        "type",
        "unitQty",
    }
)
SECURITY_CODES = frozenset(
    {"cid", "csc", "cvc", "cvc2", "cvv", "cvv2", "security_code", "securitycode"}
)
"""Names, in lower case, whose value is hidden in metadata as well."""
CARD_NUMBER = re.compile(r"(?<![0-9])[0-9](?:[ -]?[0-9]){12,18}(?![0-9])")


def headers(given: Mapping[str, str]) -> dict[str, str]:
    """Every header's name; the value of those on the list."""
    return {
        without_card_numbers(name): without_card_numbers(value)
        if name.lower() in SHOWN_HEADERS
        else HIDDEN
        for name, value in given.items()
    }


def body(given: object, *, inside: str = "") -> Any:  # noqa: ANN401 - JSON
    """The same structure, with the values of the fields on the list."""
    if isinstance(given, dict):
        return {
            without_card_numbers(name): body(value, inside=name)
            if name in SHOWN_FIELDS
            or (inside == "metadata" and name.lower() not in SECURITY_CODES)
            else HIDDEN
            for name, value in given.items()
        }
    if isinstance(given, list):
        return [body(item, inside=inside) for item in given]
    if isinstance(given, int | float) and not isinstance(given, bool):
        return HIDDEN if without_card_numbers(str(given)) != str(given) else given
    return without_card_numbers(given) if isinstance(given, str) else given


def kept_body(given: object) -> Any:  # noqa: ANN401 - JSON
    """What is kept of a request's body: redacted, and nothing of one that is too long."""
    shown = body(given)
    length = len(json.dumps(shown))
    return f"[{length} characters]" if length > LONGEST_BODY else shown


def without_card_numbers(text: str) -> str:
    """`text` with everything that could be a card number hidden."""
    return CARD_NUMBER.sub(_hide, text)


def _hide(match: re.Match[str]) -> str:
    digits = re.sub(r"[ -]", "", match[0])
    return HIDDEN if passes_luhn(digits) else match[0]
