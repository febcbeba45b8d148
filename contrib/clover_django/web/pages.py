"""Where our pages lead the shopper: as an adapter says, or to plain pages."""

from typing import Protocol

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from payment_hooks import Payment


class ShopPages(Protocol):
    """What an adapter shows when a payment came to an end."""

    base_template: str
    """The template that our pages extend; they fill its blocks `title` and `content`.

    With a block `extrahead` in its head, a page that waits goes on without script, too.
    """

    def paid(self, request: HttpRequest, payment: Payment) -> HttpResponse:
        """The response for a shopper whose payment succeeded."""
        ...

    def not_paid(
        self, request: HttpRequest, payment: Payment, message: str
    ) -> HttpResponse:
        """The response for a shopper who has paid nothing; `message` may be empty."""
        ...


class PlainPages:
    """Pages for shops without an adapter."""

    base_template = "clover_django/base.html"

    def paid(self, request: HttpRequest, payment: Payment) -> HttpResponse:
        """See `ShopPages`."""
        return render_page(request, payment, "clover_django/paid.html")

    def not_paid(
        self, request: HttpRequest, payment: Payment, message: str
    ) -> HttpResponse:
        """See `ShopPages`."""
        template = "clover_django/not_paid.html"
        return render_page(request, payment, template, message=message)


_registered: list[ShopPages] = []


def register(pages: ShopPages) -> None:
    """Let an adapter's pages be shown; call it in `AppConfig.ready`."""
    _registered[:] = [pages]


def get_pages() -> ShopPages:
    """The adapter's pages, or the plain ones."""
    return _registered[0] if _registered else PlainPages()


def render_page(
    request: HttpRequest, payment: Payment, template: str, **context: object
) -> HttpResponse:
    """One of our templates inside the adapter's base."""
    base = get_pages().base_template
    return render(
        request, template, {"payment": payment, "base_template": base, **context}
    )
