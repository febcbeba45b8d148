"""Hosted Checkout: a page at Clover for exactly the amount due.

Source: "Create a Hosted Checkout session", docs.clover.com, read 2026-11.
"""

from collections.abc import Mapping
from datetime import datetime
from urllib.parse import urlsplit

from clover_provider.api.fields import read_moment
from clover_provider.api.hosted_lines import LONGEST_NAME, UNNAMED, fold, join
from clover_provider.api.references import build_mark
from clover_provider.codes import (
    PROVIDER,
    RETURN_URL_UNSAFE,
    RETURN_URLS_MISSING,
    SESSION_UNREADABLE,
)
from clover_provider.config import CloverConfig, Environment, HostedLines
from clover_provider.config.addresses import is_loopback
from payment_hooks import (
    CheckoutRequest,
    Customer,
    InvalidRequest,
    LineItem,
    ProviderUnavailable,
    Redirect,
    ReturnUrls,
)


def build(request: CheckoutRequest, config: CloverConfig) -> dict[str, object]:
    """The body of `POST /invoicingcheckoutservice/v1/checkouts`.

    Raises:
        InvalidRequest: the lines do not come to the amount, or a return URL is unsafe.
    """
    if request.return_urls is None:
        raise InvalidRequest(
            "a hosted checkout needs return URLs", code=RETURN_URLS_MISSING
        )
    check_return_urls(request.return_urls, config)
    lines_due = fold(request)
    if config.hosted_lines is HostedLines.ONE:
        lines_due = (join(request, lines_due),)
    lines = [_build_line(line) for line in lines_due]
    # A session takes no reference of ours; the order that it makes keeps its lines.
    lines[0]["note"] = build_mark(request.operation_id)
    body: dict[str, object] = {
        "customer": _build_customer(request.customer),
        "shoppingCart": {"lineItems": lines},
        "redirectUrls": _build_urls(request.return_urls),
    }
    if config.page_config_id:
        body["pageConfigUuid"] = config.page_config_id
    return body


def read(answer: Mapping[str, object], config: CloverConfig) -> Redirect:
    """The redirect to the page of the session that Clover opened.

    Raises:
        ProviderUnavailable: Clover's answer names no page to send the shopper to, so
            nothing can be paid there.
    """
    url, session_id = answer.get("href"), answer.get("checkoutSessionId")
    if not isinstance(url, str) or not isinstance(session_id, str) or not session_id:
        raise _unreadable("no address")
    if not _is_clovers(url, config):
        raise _unreadable("an address that is not Clover's")
    return Redirect(
        url=url,
        session_id=session_id,
        expires_at=_read_time(answer.get("expirationTime")),
    )


def check_return_urls(urls: ReturnUrls, config: CloverConfig) -> None:
    """Refuse return URLs that Clover refuses, or that are unsafe for a shopper.

    Raises:
        InvalidRequest: one is not an absolute https address.
    """
    for name in ("success", "failure", "cancel"):
        url = getattr(urls, name)
        if url and not _is_safe(url, config):
            raise InvalidRequest(
                f"the return URL {name!r} must be an absolute https address, without "
                "user or password: serve the shop over https, and set "
                "SECURE_PROXY_SSL_HEADER behind a proxy",
                code=RETURN_URL_UNSAFE,
                provider=PROVIDER,
            )


def _build_line(line: LineItem) -> dict[str, object]:
    return {
        "name": line.name.strip()[:LONGEST_NAME] or UNNAMED,
        "price": line.unit_price.minor_units,
        "unitQty": line.quantity,
    }


def _build_customer(customer: Customer) -> dict[str, str]:
    fields = {
        "firstName": customer.first_name,
        "lastName": customer.last_name,
        "email": customer.email,
        "phoneNumber": customer.phone,
    }
    return {name: value for name, value in fields.items() if value}


def _build_urls(urls: ReturnUrls) -> dict[str, str]:
    return {
        "success": urls.success,
        "failure": urls.failure,
        "cancel": urls.cancel or urls.failure,
    }


def _is_safe(url: str, config: CloverConfig) -> bool:
    # Browsers read a backslash as a slash: it must not hide another host.
    if not url.isprintable() or "\\" in url or " " in url:
        return False
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or "@" in parts.netloc:
        return False
    is_local = config.environment is Environment.LOCAL and is_loopback(host)
    return parts.scheme == "https" or (parts.scheme == "http" and is_local)


def _is_clovers(url: str, config: CloverConfig) -> bool:
    """Whether the page is on clover.com or, in environment local, at `base_url`."""
    if not _is_safe(url, config):
        return False
    parts = urlsplit(url)
    if config.environment is Environment.LOCAL:
        base = urlsplit(config.base_url)
        return (parts.scheme, parts.netloc) == (base.scheme, base.netloc)
    return f".{parts.hostname}".endswith(".clover.com")


def _read_time(value: object) -> datetime:
    """The time of expiry, in any form that Clover's documents and recordings show."""
    moment = read_moment(value)
    if moment is None:
        raise _unreadable("no time of expiry")
    return moment


def _unreadable(what: str) -> ProviderUnavailable:
    return ProviderUnavailable(
        f"Clover opened a checkout session with {what}: open another",
        code=SESSION_UNREADABLE,
        provider=PROVIDER,
    )
