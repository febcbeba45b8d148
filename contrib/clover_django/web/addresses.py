"""The addresses of our pages, and where the shopper comes back to from Clover's."""

from typing import Literal
from urllib.parse import urljoin

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse

from clover_django import conf
from payment_hooks import Payment, ReturnUrls

Page = Literal["status", "return", "cancel", "confirm", "status-json"]


def page_url(page: Page, payment: Payment) -> str:
    """Where this page of the payment is: `status` waits, and leads on to the shop.

    A path; a whole address where the pages are on another host than this request's. It
    needs `CLOVER["URL_NAMESPACE"]` where `clover_django.urls` is nested.
    """
    return path_of(page, payment.payment_id)


def return_urls(request: HttpRequest, payment: Payment) -> ReturnUrls:
    """Our return and cancel pages of this payment, as absolute addresses.

    They begin with `CLOVER["RETURN_BASE_URL"]`, or else on the host of the request.
    """
    given_up = _absolute(request, "cancel", payment)
    return ReturnUrls(
        success=_absolute(request, "return", payment),
        failure=given_up,
        cancel=given_up,
    )


def path_of(page: str, *arguments: str) -> str:
    """The address of a page; on the host of the root URLconf if it is not on this one."""
    name = conf.page_name(page)
    try:
        return reverse(name, args=arguments)
    except NoReverseMatch:
        base = str(conf.adapter_setting("RETURN_BASE_URL"))
        if not base:
            raise
        path = reverse(name, urlconf=settings.ROOT_URLCONF, args=arguments)
        return urljoin(base, path)


def _absolute(request: HttpRequest, page: Page, payment: Payment) -> str:
    path = page_url(page, payment)
    base = str(conf.adapter_setting("RETURN_BASE_URL"))
    return urljoin(base, path) if base else request.build_absolute_uri(path)
