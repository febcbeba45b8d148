"""Where our pages lead the shopper: as a shop says, or to plain pages."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from clover_django import conf
from clover_django.language.amounts import show_amount
from clover_django.payments import get_ledger
from payment_hooks import REVERSED, Operation, Payment
from payment_hooks.ledger import last_decline


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

    def shop_name(self, request: HttpRequest, payment: Payment) -> str:
        """The shop's name: `CLOVER["SHOP_NAME"]`, or else the host of the request."""
        return str(conf.adapter_setting("SHOP_NAME")) or request.get_host()

    def shop_url(self, request: HttpRequest, payment: Payment) -> str:
        """Where "Back to the shop" leads: `CLOVER["SHOP_URL"]`."""
        return str(conf.adapter_setting("SHOP_URL"))

    def cart_url(self, request: HttpRequest, payment: Payment) -> str:
        """Where "Back to your cart" leads: `CLOVER["CART_URL"]`; empty for no link."""
        return str(conf.adapter_setting("CART_URL"))

    def paid(self, request: HttpRequest, payment: Payment) -> HttpResponse:
        """The response for a shopper whose payment succeeded."""
        return render_page(request, payment, "clover_django/paid.html")

    def not_paid(
        self, request: HttpRequest, payment: Payment, message: str
    ) -> HttpResponse:
        """The response for a shopper who has paid nothing; `message` may be empty."""
        template = "clover_django/not_paid.html"
        is_reversed = payment.state in REVERSED
        return render_page(
            request, payment, template, message=message, is_reversed=is_reversed
        )


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
        "amount": show_amount(payment.amount_due),
        "card": _card_of(get_ledger().operations(payment.payment_id)),
        "shop_name": pages.shop_name(request, payment),
        "shop_url": pages.shop_url(request, payment),
        "cart_url": pages.cart_url(request, payment),
    }
    return render(request, template, known | context)


def _card_of(operations: Sequence[Operation]) -> str:
    """The card that the payment was made with, or else the last one that was declined."""
    funding = next((row for row in operations if row.funds_payment), None)
    used = funding or last_decline(operations)
    return used.card_label if used else ""
