"""Puts docstrings into the schema, where strawberry looks for a `description`.

A type is described by its docstring, a field with a resolver by that of the resolver; a
plain field has `strawberry.field(description=...)`. What is deprecated, as Saleor does it,
has a reason that names what to use instead.
"""

from collections.abc import Callable, Iterable
from inspect import getdoc
from typing import TypeVar

from strawberry.types import get_object_definition

Resolver = TypeVar("Resolver", bound=Callable[..., object])
_REASON = "deprecation_reason"


def describe(*types: type) -> None:
    """Describe the types, and their fields, that have no description so far."""
    for kind in types:
        definition = get_object_definition(kind, strict=True)
        definition.description = definition.description or _first_paragraph(kind)
        for field in definition.fields:
            if field.base_resolver is None:
                continue
            resolver = field.base_resolver.wrapped_func
            field.description = field.description or _first_paragraph(resolver)
            reason = vars(resolver).get(_REASON)
            field.deprecation_reason = field.deprecation_reason or reason


def find_types(names: Iterable[object]) -> list[type]:
    """The types of the schema among a module's values."""
    return [
        found
        for found in names
        if isinstance(found, type) and get_object_definition(found)
    ]


def deprecated(reason: str) -> Callable[[Resolver], Resolver]:
    """Marks the resolver of a field that is deprecated; for below `strawberry.field`."""

    def mark(resolver: Resolver) -> Resolver:
        vars(resolver)[_REASON] = reason
        return resolver

    return mark


def older(instead: str) -> str:
    """The reason for a part of Saleor's older payments API.

    >>> older("transaction")
    "Saleor's older payments API is deprecated: use `transaction` instead."
    """
    return f"Saleor's older payments API is deprecated: use `{instead}` instead."


def use(instead: str) -> str:
    """The reason for another name of the same thing.

    >>> use("id")
    'Use `id` instead.'
    """
    return f"Use `{instead}` instead."


def _first_paragraph(thing: object) -> str:
    paragraph, _, _ = (getdoc(thing) or "").partition("\n\n")
    return " ".join(paragraph.split())
