"""Validates a request with the simulator's own OpenAPI document.

The document is the one place where the form of a request is written down; what its
keywords mean is JSON Schema's, as the package `jsonschema` has it.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast

from jsonschema import Draft202012Validator, ValidationError
from jsonschema.protocols import Validator
from jsonschema.validators import extend

DOCUMENT = Path(__file__).with_name("openapi.json")
_BODY = "#/paths/{path}/{method}/requestBody/content/application~1json/schema"
_FIRST = frozenset({"required", "type"})


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


def first_problem(operation_id: str, body: Any) -> Problem | None:  # noqa: ANN401 - JSON
    """The outermost problem of `body`, required fields before the rest."""
    errors = _validators()[operation_id].iter_errors(body)
    error = min(errors, key=_rank, default=None)
    if error is None:
        return None
    return Problem(field=_field(error), keyword=str(error.validator))


@cache
def _validators() -> dict[str, Validator]:
    """What judges the request body of every operation, by operationId."""
    kind = extend(  # type: ignore[no-untyped-call]  # the stubs say nothing of it
        Draft202012Validator,
        validators={"pattern": _check_pattern},
        type_checker=Draft202012Validator.TYPE_CHECKER.redefine("integer", _is_integer),
    )
    return {
        operation["operationId"]: kind(
            {**document(), "$ref": _BODY.format(path=_escape(path), method=method)}
        )
        for path, item in document()["paths"].items()
        for method, operation in item.items()
        if isinstance(operation, dict) and "requestBody" in operation
    }


def _escape(path: str) -> str:
    """As a part of a JSON pointer."""
    return path.replace("/", "~1")


def _rank(error: ValidationError) -> tuple[int, bool]:
    return len(error.absolute_path), error.validator not in _FIRST


def _field(error: ValidationError) -> str:
    path = [part for part in error.absolute_path if isinstance(part, str)]
    if error.validator == "required":
        wanted = cast("list[str]", error.validator_value)
        given = cast("dict[str, object]", error.instance)
        path.append(next(name for name in wanted if name not in given))
    return ".".join(path)


def _is_integer(_checker: object, value: object) -> bool:
    """JSON Schema takes 1.0 for one, too."""
    return isinstance(value, int) and not isinstance(value, bool)


def _check_pattern(
    _validator: object, pattern: str, value: object, _schema: Mapping[str, Any]
) -> Iterator[ValidationError]:
    # Python's `$` also matches before a final newline, JSON Schema's does not.
    strict = pattern[:-1] + r"\Z" if pattern.endswith("$") else pattern
    if isinstance(value, str) and not re.search(strict, value):
        yield ValidationError(f"{value!r} does not match {pattern!r}")
