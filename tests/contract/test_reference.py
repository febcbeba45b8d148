"""Our OpenAPI document held against copies of others', where those copies are at hand.

The copies carry no licence, so they are not part of this project: the test looks for them
beside the checkout and says so when they are not there.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from clover_simulator.calls.validation import document

REFERENCE = Path(__file__).parents[3] / "shared" / "reference" / "clover-openapi"
FILES = (
    "clover-charges-api-openapi.yml",
    "clover-refunds-api-openapi.yml",
    "clover-tokens-api-openapi.yml",
    "transarmor-tokenization-openapi.json",
)
METHODS = {"get", "post", "put", "delete", "options", "patch"}
OUR_NAMES = {"chargeId": "id", "refundId": "id", "ctoken": "token"}

ANSWER_FIELDS = """
amount_captured amount_refunded auth_code captured created failure_code failure_message id
livemode object order outcome paid partial_auth payment_method_details receipt_number
receipt_url ref_num refunded saved_credentials_on_file status warning_message
"""
CHARGE_FIELDS = """
additional_charges billing_details currency customer debt_payment ecomind
external_customer_reference external_reference_id gift_card level3 on_behalf_of shipping
site_url soft_descriptor source stored_credentials tax_amount threeds tip_amount
"""
ONE_SCHEMA = (
    "their one Charge schema serves as request and answer; this is of the answer"
)
LEFT_OUT_OF_CAPTURE = "their one Charge schema; a capture takes amount and a few others"
REASONS = {
    ("post", "/v1/charges"): {
        **dict.fromkeys(ANSWER_FIELDS.split(), ONE_SCHEMA),
        "debt_payment": "specialised, not for web shops",
        "gift_card": "gift cards are not simulated",
    },
    ("post", "/v1/charges/{id}/capture"): {
        **dict.fromkeys(ANSWER_FIELDS.split(), ONE_SCHEMA),
        **dict.fromkeys(CHARGE_FIELDS.split(), LEFT_OUT_OF_CAPTURE),
    },
    ("post", "/v1/refunds"): {"id": ONE_SCHEMA, "status": ONE_SCHEMA},
    ("post", "/v1/tokens"): {
        "external_token": "importing TransArmor tokens is not simulated",
    },
}
MISSING_OPERATIONS = {
    (
        "options",
        "/v1/tokens",
    ): "the CORS preflight is answered, but is no operation of ours",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Documented:
    """One operation, with the names of its request's fields."""

    method: str
    path: str
    fields: frozenset[str]


def operations(loaded: dict[str, Any]) -> Iterator[Documented]:
    for path, item in loaded["paths"].items():
        ours = re.sub(r"{(\w+)}", lambda m: f"{{{OUR_NAMES.get(m[1], m[1])}}}", path)
        for method in item.keys() & METHODS:
            content = item[method].get("requestBody", {}).get("content", {})
            schema = content.get("application/json", {}).get("schema", {})
            fields = frozenset(names(loaded, schema, ""))
            yield Documented(method=method, path=ours, fields=fields)


def names(loaded: dict[str, Any], schema: dict[str, Any], prefix: str) -> Iterator[str]:
    if "$ref" in schema:
        schema = loaded["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    for part in (
        schema.get("allOf", []) + schema.get("oneOf", []) + schema.get("anyOf", [])
    ):
        yield from names(loaded, part, prefix)
    for name, inner in schema.get("properties", {}).items():
        yield prefix + name
        yield from names(loaded, inner, f"{prefix}{name}.")


@pytest.mark.parametrize("file", FILES)
def test_ours_has_every_request_field_or_a_reason(file):
    if not REFERENCE.is_dir():
        pytest.skip(f"reference documents are not beside this checkout: {REFERENCE}")
    theirs = yaml.safe_load((REFERENCE / file).read_text(encoding="utf-8"))
    ours = {
        (entry.method, entry.path): entry.fields for entry in operations(document())
    }

    unexplained = []
    for entry in operations(theirs):
        operation = (entry.method, entry.path)
        if operation not in ours:
            unexplained += [operation] if operation not in MISSING_OPERATIONS else []
            continue
        reasons = REASONS.get(operation, {})
        for field in entry.fields - ours[operation]:
            if field.partition(".")[0] not in reasons:
                unexplained.append((*operation, field))

    assert unexplained == []


def test_no_reason_has_outlived_its_field():
    ours = {
        (entry.method, entry.path): entry.fields for entry in operations(document())
    }

    for operation, reasons in REASONS.items():
        assert ours[operation].isdisjoint(reasons), operation
    assert ours.keys().isdisjoint(MISSING_OPERATIONS)
