"""What is kept of each basket that came to payment, and the staff's permissions."""

from django.db import models


class OrderNumber(models.Model):
    """The number under which a basket is paid.

    Kept because a shop's generator may give another number each time it is asked, and
    two simultaneous submits of one basket must become one payment.
    """

    basket_id = models.PositiveBigIntegerField(unique=True)
    number = models.CharField(max_length=128, unique=True)
    order_id = models.PositiveBigIntegerField(null=True)
    """The order that was placed for the basket, also once both of them are deleted."""
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


class BasketCopy(models.Model):
    """That a basket has the goods of another, whose payment page may still be paid on.

    No foreign keys: it is needed as long as the payments are, and baskets go.
    """

    original_id = models.PositiveBigIntegerField()
    copy_id = models.PositiveBigIntegerField(db_index=True)

    class Meta:
        """Not editable."""

        default_permissions = ()
        constraints = (
            models.UniqueConstraint(
                fields=("original_id", "copy_id"), name="clover_oscar_one_copy"
            ),
        )

    def __str__(self) -> str:
        return f"{self.original_id} > {self.copy_id}"


def find_number(basket_id: int) -> str:
    """The basket's order number, empty when it was never submitted."""
    row = OrderNumber.objects.filter(basket_id=basket_id).first()
    return str(row.number) if row else ""
