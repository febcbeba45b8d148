"""Values of a shop's checkout in a snapshot, as JSON types that can be read back.

A shop puts into `order_kwargs` what its orders have more than Oscar's: a date of
delivery, a deposit, a place to pick up at. Nothing of it may get lost between the
shopper's request and the message that places the order, so what could not come back is
refused before any money moves. Django's JSON encoder is not used: it cuts times to
milliseconds.
"""

from collections.abc import Callable, Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from math import isfinite
from typing import Any
from uuid import UUID

from django.apps import apps
from django.core.exceptions import FieldDoesNotExist, ValidationError
from django.db.models import Field, Model
from django.utils.dateparse import parse_duration
from django.utils.duration import duration_iso_string
from django.utils.functional import Promise
from oscar.core.loading import get_model

from payment_hooks import ConfigurationError

Stored = Any
"""Text, a whole or a finite number, a truth value, None; or a mapping of kind and value."""

_KIND, _VALUE = "kind", "value"
_KINDS: dict[type, tuple[str, Callable[[Any], str], Callable[[str], object]]] = {
    Decimal: ("decimal", str, Decimal),
    datetime: ("datetime", datetime.isoformat, datetime.fromisoformat),
    date: ("date", date.isoformat, date.fromisoformat),
    time: ("time", time.isoformat, time.fromisoformat),
    timedelta: ("timedelta", duration_iso_string, parse_duration),
    UUID: ("uuid", str, UUID),
}
"""How a type is called, written and read; a datetime is a date, too, and comes first."""
_READERS = {name: read for name, _write, read in _KINDS.values()}
_FIELD, _ROW, _LIST, _TUPLE, _MAPPING = "field", "row", "list", "tuple", "mapping"


class ValueIsGone(ValueError):
    """A row that the order needs was deleted; a person must decide."""


def write_values(values: Mapping[str, object]) -> dict[str, Stored]:
    """The values by name, each as it is kept.

    Raises:
        ConfigurationError: one could not be brought back; the message names it.
    """
    return {str(name): _write_field(str(name), value) for name, value in values.items()}


def read_values(stored: Mapping[str, Stored]) -> dict[str, object]:
    """The values by name, each of the type that it had.

    Raises:
        ValueIsGone: a row that was chosen has been deleted since.
    """
    return {name: _read(name, value) for name, value in stored.items()}


def _write_field(name: str, value: object) -> Stored:
    """What a field of the order knows how to write, where nothing else does."""
    try:
        return _write(value)
    except TypeError as error:
        field = _order_field(name)
        if field is not None:
            text = _write_by_field(field, value)
            if text is not None:
                return {_KIND: _FIELD, _VALUE: text}
        raise ConfigurationError(
            f"order_kwargs[{name!r}] holds {error}, which cannot be brought back when a "
            "message places the order: pass text, a number, a date or time, a Decimal, a "
            "UUID, a saved row, or lists and dicts of these"
        ) from error


def _write(value: object) -> Stored:
    if isinstance(value, Promise):
        return str(value)
    if isinstance(value, str | int | None) or _is_number(value):
        return value
    if isinstance(value, datetime | time) and _means_more_than_it_says(value):
        raise TypeError(f"a {type(value).__name__} with a fold or a zone of its own")
    for known, (kind, write, _) in _KINDS.items():
        if isinstance(value, known):
            return {_KIND: kind, _VALUE: write(value)}
    match value:
        case Model() if value.pk is not None and not value._state.adding:
            key = value._meta.pk.value_to_string(value)
            return {_KIND: _ROW, _VALUE: [value._meta.label, key, value._state.db]}
        case list() | tuple():
            kind = _LIST if isinstance(value, list) else _TUPLE
            return {_KIND: kind, _VALUE: [_write(item) for item in value]}
        case dict() if all(isinstance(key, str) for key in value):
            items = {key: _write(item) for key, item in value.items()}
            return {_KIND: _MAPPING, _VALUE: items}
    raise TypeError(f"a {type(value).__name__}")


def _means_more_than_it_says(value: datetime | time) -> bool:
    """Whether ISO text would lose something: a repeated hour, or a zone's rules."""
    if value.tzinfo is None:
        return bool(value.fold)
    return isinstance(value, time)


def _is_number(value: object) -> bool:
    return isinstance(value, float) and isfinite(value)


def _read(name: str, stored: Stored) -> object:
    if not isinstance(stored, Mapping):
        return stored
    kind, value = stored[_KIND], stored[_VALUE]
    if kind in _READERS:
        return _READERS[kind](value)
    if kind == _ROW:
        return _find_row(*value)
    if kind == _MAPPING:
        return {key: _read("", item) for key, item in value.items()}
    if kind in (_LIST, _TUPLE):
        items = [_read("", item) for item in value]
        return items if kind == _LIST else tuple(items)
    field = _order_field(name)
    if field is None:
        raise ValueIsGone(f"the order has no field {name} any more")
    return read_field(field, value)


def read_field(field: "Field[Any, Any]", stored: Stored) -> object:
    """A column's value, as Django's serializers read it.

    Raises:
        ValueIsGone: the column does not take it any more.
    """
    try:
        return field.to_python(stored)
    except ValidationError as error:
        raise ValueIsGone(f"{field.name} cannot be {stored!r} any more") from error


def _find_row(label: str, key: str, database: str | None) -> Model:
    try:
        rows = apps.get_model(label)._base_manager.using(database)
    except LookupError as error:
        raise ValueIsGone(f"there is no {label} any more") from error
    row: Model | None = rows.filter(pk=key).first()
    if row is None:
        raise ValueIsGone(f"{label} {key} was deleted")
    return row


def _order_field(name: str) -> "Field[Any, Any] | None":
    """The order's own field of that name, if it has one with a column."""
    try:
        field = get_model("order", "Order")._meta.get_field(name)
    except FieldDoesNotExist:
        return None
    return field if isinstance(field, Field) else None


def _write_by_field(field: "Field[Any, Any]", value: object) -> str | None:
    """As Django's serializers write it; None where reading would give something else."""
    order = get_model("order", "Order")()
    try:
        setattr(order, field.attname, value)
        text = str(field.value_to_string(order))
        return text if field.to_python(text) == value else None
    except (ValidationError, TypeError, ValueError, AttributeError):
        return None
