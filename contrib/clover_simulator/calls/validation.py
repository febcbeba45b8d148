"""Validates a request with the simulator's own OpenAPI document.

Only the keywords which that document uses are known here; the document is the one place
where the form of a request is written down.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

DOCUMENT = Path(__file__).with_name("openapi.json")
Schema = Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """The first thing wrong with a request: where, and which keyword says so."""

    field: str
    """Dotted path of the field, such as `card.exp_month`; items have no number."""
    keyword: str


@cache
def document() -> dict[str, Any]:
    """The OpenAPI document."""
    loaded: dict[str, Any] = json.loads(DOCUMENT.read_text(encoding="utf-8"))
    return loaded


@cache
def body_schemas() -> dict[str, Schema]:
    """The request body's schema of every operation, by operationId."""
    return {
        operation["operationId"]: operation["requestBody"]["content"][
            "application/json"
        ]["schema"]
        for item in document()["paths"].values()
        for operation in item.values()
        if isinstance(operation, dict) and "requestBody" in operation
    }


def first_problem(operation_id: str, body: object) -> Problem | None:
    """The first problem of `body`, required fields before the rest."""
    return next(_problems(body_schemas()[operation_id], body, ""), None)


def _problems(schema: Schema, value: object, field: str) -> Iterator[Problem]:
    if "$ref" in schema:
        schema = document()["components"]["schemas"][schema["$ref"].rsplit("/", 1)[1]]
    if "type" in schema and not _has_type(schema["type"], value):
        yield Problem(field=field, keyword="type")
        return
    for keyword, holds in CHECKS.items():
        if keyword in schema and not holds(value, schema[keyword]):
            yield Problem(field=field, keyword=keyword)
    if isinstance(value, dict):
        yield from _object_problems(schema, value, field)
    if isinstance(value, list) and "items" in schema:
        for item in value:
            yield from _problems(schema["items"], item, field)


def _object_problems(
    schema: Schema, value: dict[str, Any], field: str
) -> Iterator[Problem]:
    prefix = f"{field}." if field else ""
    for name in schema.get("required", ()):
        if name not in value:
            yield Problem(field=prefix + name, keyword="required")
    properties = schema.get("properties", {})
    rest = schema.get("additionalProperties", {})
    for name, entry in value.items():
        yield from _problems(properties.get(name, rest or {}), entry, prefix + name)


TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "boolean": (bool,),
    "object": (dict,),
    "array": (list,),
    "null": (type(None),),
}


def _has_type(names: str | list[str], value: object) -> bool:
    wanted = [names] if isinstance(names, str) else names
    if isinstance(value, bool):
        return "boolean" in wanted
    return any(isinstance(value, TYPES[name]) for name in wanted)


def _matches(value: object, pattern: str) -> bool:
    # Python's `$` also matches before a final newline, JSON Schema's does not.
    strict = pattern[:-1] + r"\Z" if pattern.endswith("$") else pattern
    return not isinstance(value, str) or re.search(strict, value) is not None


def _sized(compare: Callable[[int, int], bool]) -> Callable[[object, Any], bool]:
    return lambda value, limit: (
        not isinstance(value, (str, list)) or compare(len(value), limit)
    )


def _ranked(compare: Callable[[int, int], bool]) -> Callable[[object, Any], bool]:
    return lambda value, limit: not isinstance(value, int) or compare(value, limit)


CHECKS: dict[str, Callable[[object, Any], bool]] = {
    "enum": lambda value, allowed: value in allowed,
    "pattern": _matches,
    "minimum": _ranked(lambda value, limit: value >= limit),
    "maximum": _ranked(lambda value, limit: value <= limit),
    "minLength": _sized(lambda size, limit: size >= limit),
    "maxLength": _sized(lambda size, limit: size <= limit),
    "minItems": _sized(lambda size, limit: size >= limit),
}
