"""The shopper's pages of an order: with which card it was paid, and what was refunded."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from clover_django.payments import NOT_NOW, get_payments
from clover_oscar.amounts import show
from clover_oscar.orders.movements import find_payments, was_funded
from clover_oscar.orders.records import SOURCE_TYPE
from clover_oscar.untyped import OscarObject
from payment_hooks import Flag, Operation, Payment
from payment_hooks.ledger import add_up, find_unclear

logger = logging.getLogger("oscar.checkout")


@dataclass(frozen=True, slots=True, kw_only=True)
class CardPayment:
    """What a payment did to the shopper's card; amounts as Oscar shows its prices.

    An amount is empty where there is none.
    """

    card: str
    """Such as `Visa •••• 4242`; empty where it is not known."""
    paid: str = ""
    """All that was charged, whether it was refunded since or not."""
    reserved: str = ""
    """Authorized, and not charged so far."""
    released: str = ""
    """Authorized, and given up without a charge."""
    refunded: str = ""
    second: str = ""
    """A second payment for the same order; the shop has to look at it."""


def card_payments(order: OscarObject) -> list[CardPayment]:
    """The order's payments by card; empty as well where they cannot be read now."""
    try:
        found = [row for row in find_payments(order) if was_funded(row)]
        return [_read(row) for row in found]
    except NOT_NOW as error:
        logger.warning("payments cannot be shown now: %s", type(error).__name__)
        return []


def _read(payment: Payment) -> CardPayment:
    operations = get_payments().operations(payment.payment_id)
    totals = add_up(operations, payment.amount_due.currency)
    paid = totals.charged + totals.refunded + totals.refund_pending
    amounts = {
        "paid": paid,
        "reserved": totals.authorized,
        "released": totals.voided,
        "refunded": totals.refunded,
    }
    second = find_unclear(operations, Flag.DOUBLE_CAPTURE)
    return CardPayment(
        card=_card_of(operations),
        second=show(second.effective_amount) if second else "",
        **{name: show(sum) for name, sum in amounts.items() if sum.minor_units},
    )


def _card_of(operations: tuple[Operation, ...]) -> str:
    cards = (row.card_label for row in operations if row.funds_payment)
    return next(cards, "")


class OrderPageMixin:
    """Says on a page of an order by which card it was paid.

    Orders without a payment of ours keep the page that the shop has.
    """

    object: Any
    clover_template: str
    """Ours, which extends the shop's."""
    _clover_payments: Sequence[CardPayment] = ()

    def get_template_names(self) -> list[str]:
        """Our page where there is something to say, else the shop's."""
        parent: Any = super()
        own = list(parent.get_template_names())
        return [self.clover_template] if self._clover_payments else own

    def get_context_data(
        self, *args: OscarObject, **kwargs: OscarObject
    ) -> dict[str, Any]:
        """Oscar's context with the payments by card, and those of other kinds."""
        parent: Any = super()
        self._clover_payments = card_payments(self.object)
        context: dict[str, Any] = parent.get_context_data(*args, **kwargs)
        if self._clover_payments:
            others = self.object.sources.exclude(source_type__name=SOURCE_TYPE)
            context |= {
                "clover_extends": parent.get_template_names()[0],
                "clover_payments": self._clover_payments,
                "clover_other_sources": others,
            }
        return context


class ThankYouMixin(OrderPageMixin):
    """The page after the purchase."""

    clover_template = "clover_oscar/thank_you.html"


class CustomerOrderMixin(OrderPageMixin):
    """The order in the customer's account."""

    clover_template = "clover_oscar/order.html"


class GuestOrderMixin(OrderPageMixin):
    """The order at the address that a guest gets."""

    clover_template = "clover_oscar/guest_order.html"
