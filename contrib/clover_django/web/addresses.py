"""Where the shopper comes back to from Clover's page."""

from urllib.parse import urljoin

from django.http import HttpRequest
from django.urls import reverse

from clover_django import conf
from payment_hooks import Payment, ReturnUrls


def return_urls(request: HttpRequest, payment: Payment) -> ReturnUrls:
    """Our return and cancel pages of this payment, as absolute addresses.

    They begin with `CLOVER["RETURN_BASE_URL"]`, or else on the host of the request.
    """
    given_up = _absolute(request, "clover:cancel", payment)
    return ReturnUrls(
        success=_absolute(request, "clover:return", payment),
        failure=given_up,
        cancel=given_up,
    )


def _absolute(request: HttpRequest, page: str, payment: Payment) -> str:
    path = reverse(page, args=[payment.payment_id])
    base = str(conf.adapter_setting("RETURN_BASE_URL"))
    return urljoin(base, path) if base else request.build_absolute_uri(path)
