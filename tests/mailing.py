"""How mail is set up: Django 6.1 has one setting for it, earlier ones a setting a piece."""

from typing import Any

import django

BROKEN = "tests.clover_oscar.broken_mail.Backend"


def mailing(backend: str, **options: str) -> dict[str, Any]:
    """The settings under which `backend` sends with these options."""
    if django.VERSION >= (6, 1):
        return {"MAILERS": {"default": {"BACKEND": backend, "OPTIONS": options}}}
    pieces = {f"EMAIL_{name.upper()}": value for name, value in options.items()}
    return {"EMAIL_BACKEND": backend, **pieces}


def send_with(settings: Any, backend: str) -> None:
    """Change the running settings: from here on `backend` sends."""
    for name, value in mailing(backend).items():
        setattr(settings, name, value)
