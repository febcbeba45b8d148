"""Views without a login: the provider cannot log in, and a guest has no account."""

from collections.abc import Callable
from typing import Any, TypeVar

View = TypeVar("View", bound=Callable[..., Any])


def open_to_guests(view: View) -> View:
    """The view, let through by middleware that demands a login for all others.

    As Django's own `login_not_required` does, which came with Django 5.1, and as
    django-stronghold's `public`. Decorate with it last: other wrappers may hide the mark.
    """
    marks = {"login_required": False, "STRONGHOLD_IS_PUBLIC": True}
    for name, value in marks.items():
        setattr(view, name, value)
    return view
