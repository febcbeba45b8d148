"""What Clover's own payment page shows of a basket."""

from collections.abc import Iterator, Mapping
from typing import Any

from clover_django.web.addresses import return_urls
from clover_oscar.amounts import to_money
from clover_oscar.untyped import OscarObject
from payment_hooks import (
    CheckoutRequest,
    Customer,
    LineItem,
    Money,
    Payment,
)


def checkout_request(
    payment: Payment, submission: Mapping[str, Any], email: str, request: OscarObject
) -> CheckoutRequest:
    """The request for a hosted page: lines where they add up, one total where not."""
    return CheckoutRequest.for_payment(
        payment,
        customer=customer_of(submission, email),
        return_urls=return_urls(request, payment),
        **breakdown(payment.amount_due, submission),
    )


def breakdown(due: Money, submission: Mapping[str, Any]) -> dict[str, Any]:
    """Lines, tax, shipping and discount that come to the amount due, or nothing.

    Oscar rounds line by line, so the parts may miss the total by a cent. Then the page
    shows the total alone, rather than a discount that was not given.
    """
    basket, total = submission["basket"], submission["order_total"]
    lines = tuple(_lines(submission))
    tax = to_money(total.incl_tax - total.excl_tax, due.currency)
    shipping = to_money(submission["shipping_charge"].excl_tax, due.currency)
    parts = sum((_line_total(line) for line in lines), tax + shipping)
    discount = parts - due
    given = to_money(basket.total_discount, due.currency)
    zero = Money(0, due.currency)
    if not lines or zero > discount or (given == zero) != (discount == zero):
        return {}
    return {"lines": lines, "tax": tax, "shipping": shipping, "discount": discount}


def _lines(submission: Mapping[str, Any]) -> Iterator[LineItem]:
    """The basket's lines and surcharges before tax and discounts; free ones add nothing."""
    currency = submission["order_total"].currency
    rows = [
        (line.product.get_title(), line.unit_price_excl_tax, line.quantity)
        for line in submission["basket"].all_lines()
    ] + [
        (str(row.surcharge.name), row.price.excl_tax, 1)
        for row in submission["surcharges"] or ()
    ]
    for name, price, quantity in rows:
        unit = to_money(price, currency)
        if unit.minor_units > 0:
            yield LineItem(name=name, unit_price=unit, quantity=quantity)


def _line_total(line: LineItem) -> Money:
    return Money(line.unit_price.minor_units * line.quantity, line.unit_price.currency)


def customer_of(submission: Mapping[str, Any], email: str) -> Customer:
    """Who pays, as far as the submission says."""
    address = submission["billing_address"] or submission["shipping_address"]
    return Customer(
        first_name=getattr(address, "first_name", "") or "",
        last_name=getattr(address, "last_name", "") or "",
        email=email,
        phone=str(getattr(address, "phone_number", "") or ""),
    )
