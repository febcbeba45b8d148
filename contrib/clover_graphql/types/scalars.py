"""Saleor's scalars, as strict and as loose as Saleor's own."""

import json
import re
from decimal import Decimal
from typing import NewType
from uuid import UUID

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

JSON = NewType("JSON", object)
JSONString = NewType("JSONString", object)
PositiveDecimal = NewType("PositiveDecimal", Decimal)

_LONGEST_NUMBER = 32
_NUMBER = re.compile(r"\+?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")


def _read_decimal(value: object) -> Decimal:
    """A number or numeric text, finite and not negative; its text is never repeated.

    Digits are those of ASCII: `Decimal` would read any script's.
    """
    is_plain = isinstance(value, int | float | str | Decimal) and not isinstance(
        value, bool
    )
    text = str(value) if is_plain else ""
    if len(text) > _LONGEST_NUMBER or not _NUMBER.fullmatch(text):
        raise GraphQLError("Value must be a number of 0 or more.")
    return Decimal(text)


def _read_json(value: object) -> object:
    """An object or a list; anything else is nothing, as in Saleor."""
    return value if isinstance(value, dict | list) else None


def _read_json_string(value: object) -> object:
    try:
        return json.loads(value) if isinstance(value, str) else None
    except (ValueError, RecursionError):
        raise GraphQLError("Value must be JSON in a string.") from None


def _read_uuid(value: object) -> UUID:
    try:
        return UUID(value if isinstance(value, str) else "")
    except ValueError:
        raise GraphQLError("Value must be a UUID.") from None


SCALARS: dict[object, ScalarDefinition] = {
    JSON: strawberry.scalar(
        name="JSON",
        description="An object or a list; anything else is read as null.",
        parse_value=_read_json,
    ),
    JSONString: strawberry.scalar(
        name="JSONString",
        description="JSON, written in a string.",
        serialize=json.dumps,
        parse_value=_read_json_string,
    ),
    PositiveDecimal: strawberry.scalar(
        name="PositiveDecimal",
        description="A number of 0 or more, or its text; it is read exactly.",
        serialize=float,
        parse_value=_read_decimal,
    ),
    UUID: strawberry.scalar(
        name="UUID",
        description="A universally unique identifier, RFC 9562.",
        serialize=str,
        parse_value=_read_uuid,
    ),
}
