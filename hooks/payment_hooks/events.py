"""What the shop is told."""

from dataclasses import dataclass

from payment_hooks.ledger import Operation, Payment


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentChanged:
    """A payment came to a new outcome.

    `payment.state` says where it stands as a whole; `operation` is the movement that
    brought it there. An operation with a `flag` needs a person: it changed nothing that
    the shop may count on.
    """

    payment: Payment
    operation: Operation

    @property
    def event_id(self) -> str:
        """The same each time this outcome is told."""
        return f"{self.operation.operation_id}:{self.operation.state}"


class ShopBusy(Exception):
    """Raised by `shop_payment_changed` where the shop is at this payment itself.

    Nothing is wrong: the same is told again in a minute.
    """
