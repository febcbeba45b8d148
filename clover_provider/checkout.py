"""Hosted Checkout: a page at Clover for exactly the amount due.

Source: "Create a Hosted Checkout session", docs.clover.com, read 2026-11. Clover ignores
discounts and refuses negative lines there, so discounts are folded into the prices.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from urllib.parse import urlsplit

from clover_provider.config import CloverConfig, Environment, HostedLines
from clover_provider.config.addresses import is_loopback
from clover_provider.reading import read_moment
from clover_provider.references import build_mark
from payment_hooks import (
    CheckoutRequest,
    Customer,
    InvalidRequest,
    LineItem,
    Money,
    ProviderUnavailable,
    Redirect,
    ReturnUrls,
)

_LONGEST_NAME = 127
_UNNAMED = "Item"
_TIMES = "\N{MULTIPLICATION SIGN}"
_ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"


def build(request: CheckoutRequest, config: CloverConfig) -> dict[str, object]:
    """The body of `POST /invoicingcheckoutservice/v1/checkouts`.

    Raises:
        InvalidRequest: the lines do not come to the amount, or a return URL is unsafe.
    """
    if request.return_urls is None:
        raise InvalidRequest(
            "a hosted checkout needs return URLs", code="return_urls_missing"
        )
    check_return_urls(request.return_urls, config)
    folded = fold(request)
    if config.hosted_lines is HostedLines.ONE:
        folded = (gather(request, folded),)
    lines = [_build_line(line) for line in folded]
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
    """The session's page.

    Raises:
        ProviderUnavailable: no usable session came back; a page that nobody can be sent
            to takes no money.
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
    """Refuse what Clover refuses, and what a shopper must not be sent back to.

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
                code="return_url_unsafe",
                provider="clover",
            )


def fold(request: CheckoutRequest) -> tuple[LineItem, ...]:
    """Positive lines that come to exactly the amount due.

    Tax and shipping become lines. A discount, and what rounding by line leaves over, is
    taken off what is bought, in proportion and to the cent; off tax and shipping only
    where it is larger than all that is bought.

    Raises:
        InvalidRequest: the parts miss the amount by more than rounding can explain.
    """
    if not request.lines:
        name = _order_name(request)
        return (LineItem(name=name[:_LONGEST_NAME], unit_price=request.amount),)
    bought, extras = _parts(request)
    lines = [*bought, *extras]
    listed = sum(_total(line) for line in lines)
    discount = request.discount.minor_units if request.discount is not None else 0
    due = request.amount.minor_units
    slack = sum(line.quantity for line in lines)
    if discount < 0 or abs(listed - discount - due) > slack:
        raise InvalidRequest(
            f"the lines come to {Money(listed - discount, request.amount.currency)}, "
            f"the amount due is {request.amount}: pass lines that add up, or none",
            code="lines_differ_from_amount",
            provider="clover",
        )
    if listed == due:
        return tuple(lines)
    due_on_bought = due - sum(_total(line) for line in extras)
    if bought and due_on_bought > 0:
        return (*_share(bought, due_on_bought), *extras)
    return _share(lines, due)


def gather(request: CheckoutRequest, lines: tuple[LineItem, ...]) -> LineItem:
    """One line of the whole amount, named after the order and what is in it.

    Clover documents that a payment of several lines is refunded only as a whole, and
    some shops met that; on the order it makes, each piece of a quantity is a line.

    Source: "Refund a charge", docs.clover.com, read 2026-11.
    """
    if len(lines) == 1 and lines[0].quantity == 1:
        return lines[0]
    names = ", ".join(_counted(line) for line in lines)
    name = f"{_order_name(request)}: {names}"
    if len(name) > _LONGEST_NAME:
        name = f"{name[: _LONGEST_NAME - 1]}{_ELLIPSIS}"
    return LineItem(name=name, unit_price=request.amount)


def _order_name(request: CheckoutRequest) -> str:
    return f"Order {request.reference}"


def _counted(line: LineItem) -> str:
    name = line.name.strip() or _UNNAMED
    return name if line.quantity == 1 else f"{line.quantity} {_TIMES} {name}"


def _parts(request: CheckoutRequest) -> tuple[list[LineItem], list[LineItem]]:
    """What is bought, and what comes on top; free parts are left out."""
    named = {"Shipping": request.shipping, "Tax": request.tax}
    extras = [
        LineItem(name=name, unit_price=amount)
        for name, amount in named.items()
        if amount is not None
    ]
    for part in (*request.lines, *extras):
        _check_part(part.name, part.unit_price, request.amount.currency)
    if request.discount is not None:
        _check_currency("discount", request.discount, request.amount.currency)
    return _priced(request.lines), _priced(extras)


def _priced(lines: Iterable[LineItem]) -> list[LineItem]:
    return [line for line in lines if line.unit_price.minor_units > 0]


def _check_part(name: str, price: Money, currency: str) -> None:
    _check_currency(f"line {name!r}", price, currency)
    if price.minor_units < 0:
        raise InvalidRequest(
            f"line {name!r} is negative: pass it as the discount",
            code="line_negative",
            provider="clover",
        )


def _check_currency(what: str, amount: Money, currency: str) -> None:
    if amount.currency != currency:
        raise InvalidRequest(
            f"{what} is not in {currency}",
            code="currency_mismatch",
            provider="clover",
        )


def _share(lines: list[LineItem], due: int) -> tuple[LineItem, ...]:
    """The lines at what is due in all, by largest remainder; those at 0 are left out."""
    listed = sum(_total(line) for line in lines)
    shares = [divmod(_total(line) * due, listed) for line in lines]
    cents = [whole for whole, _ in shares]
    by_remainder = sorted(range(len(lines)), key=lambda n: -shares[n][1])
    for n in by_remainder[: due - sum(cents)]:
        cents[n] += 1
    return tuple(
        _at(line, amount) for line, amount in zip(lines, cents, strict=True) if amount
    )


def _at(line: LineItem, minor_units: int) -> LineItem:
    """The line at another total: as it is where that works out, else as one piece."""
    price, rest = divmod(minor_units, line.quantity)
    if not rest:
        return replace(line, unit_price=Money(price, line.unit_price.currency))
    return LineItem(
        name=_counted(line),
        unit_price=Money(minor_units, line.unit_price.currency),
    )


def _total(line: LineItem) -> int:
    return line.unit_price.minor_units * line.quantity


def _build_line(line: LineItem) -> dict[str, object]:
    return {
        "name": line.name.strip()[:_LONGEST_NAME] or _UNNAMED,
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
    """Whether the page is Clover's own, or the double's in environment local."""
    if not _is_safe(url, config):
        return False
    parts = urlsplit(url)
    if config.environment is Environment.LOCAL:
        base = urlsplit(config.base_url)
        return (parts.scheme, parts.netloc) == (base.scheme, base.netloc)
    return f".{parts.hostname}".endswith(".clover.com")


def _read_time(value: object) -> datetime:
    """Text with an offset, seconds or milliseconds: pages and recordings disagree."""
    moment = read_moment(value)
    if moment is None:
        raise _unreadable("no time of expiry")
    return moment


def _unreadable(what: str) -> ProviderUnavailable:
    return ProviderUnavailable(
        f"Clover opened a checkout session with {what}: open another",
        code="session_unreadable",
        provider="clover",
    )
