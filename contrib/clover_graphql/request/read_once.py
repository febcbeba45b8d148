"""What one request has read of the ledger, so that each of its fields need not."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from payment_hooks import Operation, Payment, PaymentState, Purchase
from payment_hooks.ledger import Totals, add_up, derive_state, sum_up
from payment_hooks.storefront import OfferedGateway


@dataclass(frozen=True, slots=True)
class PaymentRead:
    """A payment of a purchase, as it was when it was read."""

    offer: OfferedGateway
    payment: Payment
    operations: Sequence[Operation]

    @property
    def state(self) -> PaymentState:
        """By its operations; the payment's own row is updated a moment later."""
        closed = self.payment.state is PaymentState.CLOSED
        return derive_state(self.operations, closed=closed)


@dataclass(frozen=True, slots=True)
class ReadOnce:
    """The payments of each purchase that a request shows; a mutation forgets them."""

    _known: dict[str, tuple[PaymentRead, ...]] = field(default_factory=dict, repr=False)

    def payments(
        self,
        purchase: Purchase,
        find: Callable[[Purchase], Sequence[tuple[OfferedGateway, Payment]]],
    ) -> tuple[PaymentRead, ...]:
        """The payments of the purchase, oldest first; found and read the first time."""
        known = self._known.get(purchase.reference)
        if known is None:
            known = tuple(
                PaymentRead(offer, row, offer.payments.operations(row.payment_id))
                for offer, row in find(purchase)
            )
            self._known[purchase.reference] = known
        return known

    def forget(self) -> None:
        """Read anew from here on, since money may move now."""
        self._known.clear()


def totals_of(purchase: Purchase, payments: Sequence[PaymentRead]) -> Totals:
    """The sums of all payments of the purchase."""
    currency = purchase.amount_due.currency
    return sum_up([add_up(row.operations, currency) for row in payments], currency)


def latest_of(payments: Sequence[PaymentRead]) -> PaymentRead | None:
    """The payment that counts: the last which holds money, else the last one."""
    held = [row for row in payments if row.state.holds_money]
    return next(reversed(held or list(payments)), None)
