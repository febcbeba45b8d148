"""What the basket and checkout pages say of a payment that is under way.

A basket under payment is frozen, and Oscar shows an empty one in its place: without a
notice a shopper who comes back from Clover's page finds no goods and no reason.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.http import HttpRequest
from oscar.core.loading import get_model

from clover_django.payments import NOT_NOW, get_payments
from clover_oscar.amounts import show
from clover_oscar.baskets.goods import key_of, load_lines
from clover_oscar.baskets.payments import find_payments, find_submitted
from clover_oscar.orders.payments import find_order_of_kin
from clover_oscar.untyped import OscarObject
from payment_hooks import Operation, Outcome, Payment, PaymentState
from payment_hooks.ledger import outcome_of

logger = logging.getLogger("oscar.checkout")


class NoticeKind(StrEnum):
    """What is the case, and so what the shopper may do."""

    UNPAID = "unpaid"
    """Clover's page is open, and not paid on: go on there, or cancel."""
    EXPIRED = "expired"
    """Clover's page is closed, and no payment on it is known of: look again, or cancel."""
    CONFIRM = "confirm"
    """The bank asks the shopper to confirm the payment."""
    CHECKING = "checking"
    """Money may have moved: wait, and do not pay again."""
    RECEIVED = "received"
    """It is paid; the order is placed, or about to be."""
    ORDERED = "ordered"
    """The goods of this basket were bought already, on a page that was still open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One notice for the pages of basket and checkout."""

    kind: NoticeKind
    payment: Payment | None = None
    amount: str = ""
    """As Oscar shows its prices."""
    page_url: str = ""
    """Clover's page, for UNPAID."""
    goods: Sequence[str] = field(default=())
    """What is being paid for, each with its quantity."""
    order: OscarObject = None
    """For ORDERED."""


def find_notice(
    request: HttpRequest, submitted_id: int | None, shown_id: int | None = None
) -> Notice | None:
    """What to say to this browser; None where nothing is under way, or nothing is known.

    Nothing is asked of Clover: the pages that the notice leads to do that.

    Args:
        request: of any page of the shop.
        submitted_id: the basket that the browser's session submitted, if it knows of it.
        shown_id: the basket that its last payment page was of.
    """
    try:
        basket = find_submitted(request, submitted_id, shown_id)
        found = _of_submitted(basket) if basket is not None else None
        return found or _of_copy(request)
    except NOT_NOW as error:
        logger.warning("no notice can be given now: %s", type(error).__name__)
        return None


def _of_submitted(basket: OscarObject) -> Notice | None:
    for payment in reversed(find_payments(basket.pk)):
        kind = _kind_of(payment)
        if kind is not None:
            page = get_payments().unpaid_page(payment.payment_id)
            return Notice(
                kind=kind,
                payment=payment,
                amount=show(payment.amount_due),
                page_url=page.url if page else "",
                goods=_goods(basket),
            )
    return None


def _kind_of(payment: Payment) -> NoticeKind | None:
    payments = get_payments()
    operations = payments.operations(payment.payment_id)
    outcome = outcome_of(operations)
    if outcome is Outcome.PAID:
        return NoticeKind.RECEIVED
    if outcome is Outcome.ACTION_REQUIRED:
        return NoticeKind.CONFIRM
    if outcome is not Outcome.CHECKING:
        return None
    if payments.unpaid_page(payment.payment_id) is not None:
        return NoticeKind.UNPAID
    is_known = outcome_of(operations, shopper_canceled=True) is not Outcome.NOT_PAID
    if is_known or _has_message(operations):
        return NoticeKind.CHECKING
    return None if payment.state is PaymentState.CLOSED else NoticeKind.EXPIRED


def _has_message(operations: tuple[Operation, ...]) -> bool:
    """Whether a message says that one of the pages was paid on."""
    pages = [row.page.session_id for row in operations if row.page]
    ledger = get_payments().ledger
    events = [event for page in pages for event in ledger.find_events(page)]
    return any(event.approved for event in events)


def _of_copy(request: HttpRequest) -> Notice | None:
    """That what is in the open basket was bought already, from another copy of it."""
    basket: Any = request.basket  # type: ignore[attr-defined]  # Oscar's middleware sets it
    if basket.pk is None or basket.is_empty:
        return None
    order = find_order_of_kin(basket.pk)
    if order is None or order.basket_id is None:
        return None
    bought, open_now = (
        {key_of(row)[1:] for row in load_lines(row)} for row in (order.basket, basket)
    )
    if not bought & open_now:
        return None
    return Notice(kind=NoticeKind.ORDERED, order=order)


def _goods(basket: OscarObject) -> list[str]:
    lines: Any = get_model("basket", "Line")
    rows = lines.objects.filter(basket_id=basket.pk).select_related("product")
    return [
        f"{row.quantity} \N{MULTIPLICATION SIGN} {row.product.get_title()}"
        for row in rows
    ]
