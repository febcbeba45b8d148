"""The order number of each basket that came to payment, and the staff's permissions."""

from django.db import models


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


def find_number(basket_id: int) -> str:
    """The basket's order number, empty when it was never submitted."""
    row = OrderNumber.objects.filter(basket_id=basket_id).first()
    return str(row.number) if row else ""
