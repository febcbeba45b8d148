"""Fields which keep any text exactly; what a database cannot hold is replaced.

NUL and lone surrogates become U+FFFD, in what is written and in what is looked for.
MySQL and MariaDB compare text as a person would, `ord-a` with `ORD-A` and `cafe` with
`café`, unless the column says otherwise: these do. To migrations they are Django's own
fields, so that nothing changes in the other databases.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper

from payment_hooks.ledger import storable

if TYPE_CHECKING:
    CharField = models.CharField[Any, Any]
    TextField = models.TextField[Any, Any]
else:
    CharField = models.CharField
    TextField = models.TextField

Deconstructed = tuple[str, str, Sequence[Any], dict[str, Any]]


class StorableCharField(CharField):
    """Short text."""

    def db_parameters(self, connection: BaseDatabaseWrapper) -> dict[str, Any]:
        """See `Field`."""
        return _to_the_letter(super().db_parameters(connection), connection)

    def get_prep_value(self, value: object) -> object:
        """See `Field`."""
        return _storable(super().get_prep_value(value))

    def deconstruct(self) -> Deconstructed:
        """See `Field`; the names of choices are for people, and no part of a table."""
        attribute, path, arguments, options = super().deconstruct()
        options.pop("choices", None)
        return as_django_has_it((attribute, path, arguments, options), "CharField")


class StorableTextField(TextField):
    """Text of any length."""

    def db_parameters(self, connection: BaseDatabaseWrapper) -> dict[str, Any]:
        """See `Field`."""
        return _to_the_letter(super().db_parameters(connection), connection)

    def get_prep_value(self, value: object) -> object:
        """See `Field`."""
        return _storable(super().get_prep_value(value))

    def deconstruct(self) -> Deconstructed:
        """See `Field`."""
        return as_django_has_it(super().deconstruct(), "TextField")


class StorableJSONField(models.JSONField):
    """JSON, for the texts inside it."""

    def get_db_prep_value(
        self, value: object, connection: BaseDatabaseWrapper, prepared: bool = False
    ) -> object:
        """See `Field`; Django 4.2 asks this method alone."""
        return super().get_db_prep_value(_storable(value), connection, prepared)

    def deconstruct(self) -> Deconstructed:
        """See `Field`."""
        return as_django_has_it(super().deconstruct(), "JSONField")


def exact_collation(connection: BaseDatabaseWrapper) -> str:
    """The collation that compares to the letter; empty where the database does so anyway.

    Binary, and a space at the end counts; MySQL and MariaDB each have their own name for
    it.
    """
    if connection.vendor != "mysql":
        return ""
    is_mariadb = getattr(connection, "mysql_is_mariadb", False)
    return "utf8mb4_nopad_bin" if is_mariadb else "utf8mb4_0900_bin"


def _to_the_letter(
    parameters: Mapping[str, Any], connection: BaseDatabaseWrapper
) -> dict[str, Any]:
    collation = exact_collation(connection)
    return {**parameters, **({"collation": collation} if collation else {})}


def _storable(value: object) -> object:
    match value:
        case str():
            return storable(value)
        case Mapping():
            return {_storable(key): _storable(item) for key, item in value.items()}
        case list() | tuple():
            return [_storable(item) for item in value]
    return value


def as_django_has_it(parts: Deconstructed, name: str) -> Deconstructed:
    """What migrations record of a field: Django's own class of this name."""
    attribute, _, arguments, options = parts
    return attribute, f"django.db.models.{name}", arguments, options
