"""The lines of a hosted page, which must come to exactly the amount due.

Clover ignores discounts and refuses negative lines there, so discounts are folded into
the prices.

Source: "Create a Hosted Checkout session", docs.clover.com, read 2026-11.
"""

from collections.abc import Iterable
from dataclasses import replace

from clover_provider.codes import (
    CURRENCY_MISMATCH,
    LINE_NEGATIVE,
    LINES_DIFFER_FROM_AMOUNT,
    PROVIDER,
)
from payment_hooks import CheckoutRequest, InvalidRequest, LineItem, Money

LONGEST_NAME = 127
UNNAMED = "Item"

_TIMES = "\N{MULTIPLICATION SIGN}"
_ELLIPSIS = "\N{HORIZONTAL ELLIPSIS}"


def fold(request: CheckoutRequest) -> tuple[LineItem, ...]:
    """Positive lines that come to exactly the amount due.

    Tax and shipping become lines. A discount, and what rounding by line leaves over, is
    taken off the goods, in proportion and to the cent; off tax and shipping only where
    it is larger than all the goods.

    Raises:
        InvalidRequest: the parts miss the amount by more than rounding can explain.
    """
    if not request.lines:
        name = _order_name(request)
        return (LineItem(name=name[:LONGEST_NAME], unit_price=request.amount),)
    goods, extras = _goods_and_extras(request)
    lines = [*goods, *extras]
    listed = sum(_total(line) for line in lines)
    discount = request.discount.minor_units if request.discount is not None else 0
    due = request.amount.minor_units
    slack = sum(line.quantity for line in lines)
    if discount < 0 or abs(listed - discount - due) > slack:
        raise InvalidRequest(
            f"the lines come to {Money(listed - discount, request.amount.currency)}, "
            f"the amount due is {request.amount}: pass lines that add up, or none",
            code=LINES_DIFFER_FROM_AMOUNT,
            provider=PROVIDER,
        )
    if listed == due:
        return tuple(lines)
    due_on_goods = due - sum(_total(line) for line in extras)
    if goods and due_on_goods > 0:
        return (*_share(goods, due_on_goods), *extras)
    return _share(lines, due)


def join(request: CheckoutRequest, lines: tuple[LineItem, ...]) -> LineItem:
    """One line of the whole amount, named after the order and what is in it.

    Clover documents that a payment of several lines is refunded only as a whole, and
    some shops met that; on the order it makes, each piece of a quantity is a line.

    Source: "Refund a charge", docs.clover.com, read 2026-11.
    """
    if len(lines) == 1 and lines[0].quantity == 1:
        return lines[0]
    names = ", ".join(_name_with_quantity(line) for line in lines)
    name = f"{_order_name(request)}: {names}"
    if len(name) > LONGEST_NAME:
        name = f"{name[: LONGEST_NAME - 1]}{_ELLIPSIS}"
    return LineItem(name=name, unit_price=request.amount)


def _order_name(request: CheckoutRequest) -> str:
    return f"Order {request.reference}"


def _name_with_quantity(line: LineItem) -> str:
    name = line.name.strip() or UNNAMED
    return name if line.quantity == 1 else f"{line.quantity} {_TIMES} {name}"


def _goods_and_extras(
    request: CheckoutRequest,
) -> tuple[list[LineItem], list[LineItem]]:
    """The goods, and shipping and tax as lines; those that are free are left out."""
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
            code=LINE_NEGATIVE,
            provider=PROVIDER,
        )


def _check_currency(what: str, amount: Money, currency: str) -> None:
    if amount.currency != currency:
        raise InvalidRequest(
            f"{what} is not in {currency}",
            code=CURRENCY_MISMATCH,
            provider=PROVIDER,
        )


def _share(lines: list[LineItem], due: int) -> tuple[LineItem, ...]:
    """The lines with prices that come to `due`, by largest remainder, without free ones."""
    listed = sum(_total(line) for line in lines)
    shares = [divmod(_total(line) * due, listed) for line in lines]
    cents = [whole for whole, _ in shares]
    by_remainder = sorted(range(len(lines)), key=lambda n: -shares[n][1])
    for n in by_remainder[: due - sum(cents)]:
        cents[n] += 1
    return tuple(
        _with_total(line, amount)
        for line, amount in zip(lines, cents, strict=True)
        if amount
    )


def _with_total(line: LineItem, minor_units: int) -> LineItem:
    """The line with another total; as one piece where its quantity does not divide that."""
    price, rest = divmod(minor_units, line.quantity)
    if not rest:
        return replace(line, unit_price=Money(price, line.unit_price.currency))
    return LineItem(
        name=_name_with_quantity(line),
        unit_price=Money(minor_units, line.unit_price.currency),
    )


def _total(line: LineItem) -> int:
    return line.unit_price.minor_units * line.quantity
