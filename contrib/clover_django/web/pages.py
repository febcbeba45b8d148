"""Where our pages lead the shopper: as a shop says, or to plain pages."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from payment_hooks import Payment


class ShopPages:
    """What the shopper sees around a payment; a subclass says what its shop shows."""

    base_template = "clover_django/base.html"
    """The template that our pages extend; they fill its blocks `title` and `content`.

    With a block `extrahead` in its head, a page that waits goes on without script, too.
    """

    def choose_base(self, request: HttpRequest, payment: Payment) -> str:
        """The base template for this request, where one shop has several looks."""
        return self.base_template

    def show_reference(self, payment: Payment) -> str:
        """What a shopper knows the order by; empty where nothing is to be shown."""
        return payment.reference

    def paid(self, request: HttpRequest, payment: Payment) -> HttpResponse:
        """The response for a shopper whose payment succeeded."""
        return render_page(request, payment, "clover_django/paid.html")

    def not_paid(
        self, request: HttpRequest, payment: Payment, message: str
    ) -> HttpResponse:
        """The response for a shopper who has paid nothing; `message` may be empty."""
        template = "clover_django/not_paid.html"
        return render_page(request, payment, template, message=message)


_registered: list[ShopPages] = []


def register(pages: ShopPages) -> None:
    """Let a shop's or an adapter's pages be shown; call it in `AppConfig.ready`."""
    _registered[:] = [pages]


def get_pages() -> ShopPages:
    """The registered pages, or the plain ones."""
    return _registered[0] if _registered else ShopPages()


def render_page(
    request: HttpRequest, payment: Payment, template: str, **context: object
) -> HttpResponse:
    """One of our templates inside the shop's base."""
    pages = get_pages()
    known = {
        "payment": payment,
        "base_template": pages.choose_base(request, payment),
        "reference": pages.show_reference(payment),
    }
    return render(request, template, known | context)
