"""Where a request came from, as `CLOVER["CLIENT_IP"]` says."""

from django.http import HttpRequest

from clover_django import conf
from payment_hooks.storefront import find_address


def shopper_address(request: HttpRequest) -> str:
    """The bare address of the shopper who sent this request; empty if not known.

    For `shopper_ip` of `Payments.charge` and `Payments.authorize`.
    """
    return find_address(
        conf.client_ip(),
        request,
        request.META.get("REMOTE_ADDR") or "",
        _forwarded_for(request),
    )


def _forwarded_for(request: HttpRequest) -> str:
    """The header as it came: Django before 5.2 adds `X_Forwarded_For` to it by ASGI."""
    scope = getattr(request, "scope", None)
    if scope is None:
        return request.META.get("HTTP_X_FORWARDED_FOR") or ""
    lines = [value for name, value in scope["headers"] if name == b"x-forwarded-for"]
    return b",".join(lines).decode("latin-1")
