"""A name for what Oscar gives and takes: it has no types, and any class may be replaced."""

from collections.abc import Callable
from typing import Any, TypeAlias

from django.http import HttpResponseBase

OscarObject: TypeAlias = Any
"""A model, view or value of Oscar's, stock or the shop's own; unchecked on purpose."""

Response: TypeAlias = Any
"""What a method of Oscar's views answers, which is theirs to choose."""

View: TypeAlias = Callable[..., HttpResponseBase]
"""A view of Oscar's, as its `as_view` gives it."""
