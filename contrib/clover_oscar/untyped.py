"""Type aliases for Oscar's objects, which have no types and may be replaced."""

from collections.abc import Callable
from typing import Any, TypeAlias

from django.http import HttpResponseBase

OscarObject: TypeAlias = Any
"""A model, view or value of Oscar's, stock or the shop's own; unchecked on purpose."""

Response: TypeAlias = Any
"""The response of a method of Oscar's views."""

View: TypeAlias = Callable[..., HttpResponseBase]
"""A view of Oscar's, as its `as_view` gives it."""
