"""The order number of each basket that came to payment, and the staff's permissions."""

from collections.abc import Callable
from typing import Any

from django.db import IntegrityError, models, transaction
from oscar.core.loading import get_model

_TRIES = 5


class OrderNumber(models.Model):
    """The number under which a basket is paid.

    Kept because a shop's generator may give another number each time it is asked, and
    two simultaneous submits of one basket must become one payment.
    """

    basket_id = models.PositiveBigIntegerField(unique=True)
    number = models.CharField(max_length=128, unique=True)
    later_basket_id = models.PositiveBigIntegerField(null=True, editable=False)
    """The open basket with what was added after the shopper had agreed to pay."""

    class Meta:
        """Carries the permissions, which belong to no other table of ours."""

        default_permissions = ()
        permissions = (
            ("capture_payment", "Can capture and complete Clover payments"),
            ("refund_payment", "Can refund and void Clover payments"),
        )

    def __str__(self) -> str:
        return str(self.number)


def keep_number(basket_id: int, generate: Callable[[], Any]) -> str:
    """The basket's order number: the one of its first submit, for ever.

    The generator is asked again while it gives numbers of other baskets and orders. One
    that gives no others leaves an order's number here; `is_taken` tells.

    Raises:
        IntegrityError: the generator gives only numbers of other baskets.
    """
    known = find_number(basket_id)
    for attempt in range(1, _TRIES + 1):
        if known:
            break
        number = str(generate())
        if is_taken(number, basket_id) and attempt < _TRIES:
            continue
        try:
            with transaction.atomic():
                OrderNumber.objects.create(basket_id=basket_id, number=number)
            known = number
        except IntegrityError:
            known = find_number(basket_id)
            if not known and attempt == _TRIES:
                raise
    return known


def find_number(basket_id: int) -> str:
    """The basket's order number, empty when it was never submitted."""
    row = OrderNumber.objects.filter(basket_id=basket_id).first()
    return str(row.number) if row else ""


def is_taken(number: str, basket_id: int) -> bool:
    """Whether another basket's order has this number."""
    orders = get_model("order", "Order")._default_manager
    others = orders.filter(number=number).exclude(basket_id=basket_id)
    return bool(others.exists())
