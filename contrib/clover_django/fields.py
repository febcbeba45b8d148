"""Fields which keep any text, also the little that a database cannot hold.

NUL and lone surrogates become U+FFFD, in what is written and in what is looked for. To
migrations they are Django's own fields, whose columns they have.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db import models

from payment_hooks.storable import storable

if TYPE_CHECKING:
    CharField = models.CharField[Any, Any]
    TextField = models.TextField[Any, Any]
else:
    CharField = models.CharField
    TextField = models.TextField

Deconstructed = tuple[str, str, Sequence[Any], dict[str, Any]]


class StorableCharField(CharField):
    """Short text."""

    def get_prep_value(self, value: object) -> object:
        """See `Field`."""
        return _storable(super().get_prep_value(value))

    def deconstruct(self) -> Deconstructed:
        """See `Field`."""
        return _as_django_has_it(super().deconstruct(), "CharField")


class StorableTextField(TextField):
    """Text of any length."""

    def get_prep_value(self, value: object) -> object:
        """See `Field`."""
        return _storable(super().get_prep_value(value))

    def deconstruct(self) -> Deconstructed:
        """See `Field`."""
        return _as_django_has_it(super().deconstruct(), "TextField")


class StorableJSONField(models.JSONField):
    """JSON, for the texts inside it."""

    def get_prep_value(self, value: object) -> object:
        """See `Field`."""
        return _storable(super().get_prep_value(value))

    def deconstruct(self) -> Deconstructed:
        """See `Field`."""
        return _as_django_has_it(super().deconstruct(), "JSONField")


def _storable(value: object) -> object:
    match value:
        case str():
            return storable(value)
        case Mapping():
            return {_storable(key): _storable(item) for key, item in value.items()}
        case list() | tuple():
            return [_storable(item) for item in value]
    return value


def _as_django_has_it(parts: Deconstructed, name: str) -> Deconstructed:
    attribute, _, arguments, options = parts
    return attribute, f"django.db.models.{name}", arguments, options
