"""The order number of each basket that came to payment, and the staff's permissions."""

from collections.abc import Callable
from typing import Any

from django.db import IntegrityError, models, transaction

_TRIES = 5


class OrderNumber(models.Model):
    """The number under which a basket is paid.

    Kept because a shop's generator may give another number each time it is asked, and
    two simultaneous submits of one basket must become one payment.
    """

    basket_id = models.PositiveBigIntegerField(unique=True)
    number = models.CharField(max_length=128, unique=True)

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

    Raises:
        IntegrityError: the generator gives only numbers of other baskets.
    """
    known = find_number(basket_id)
    for attempt in range(_TRIES):
        if known:
            break
        try:
            with transaction.atomic():
                known = _insert(basket_id, str(generate()))
        except IntegrityError:
            known = find_number(basket_id)
            if not known and attempt == _TRIES - 1:
                raise
    return known


def find_number(basket_id: int) -> str:
    """The basket's order number, empty when it was never submitted."""
    row = OrderNumber.objects.filter(basket_id=basket_id).first()
    return str(row.number) if row else ""


def _insert(basket_id: int, number: str) -> str:
    return str(OrderNumber.objects.create(basket_id=basket_id, number=number))
