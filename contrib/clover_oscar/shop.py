"""What Oscar does when a payment changes, whoever noticed."""

from clover_oscar.baskets import find_order, is_there, thaw
from clover_oscar.placement import complete
from clover_oscar.purchases import VIA_API
from clover_oscar.snapshot import Snapshot
from payment_hooks import PaymentChanged, PaymentState, hookimpl

_PLACES_ORDER = frozenset(
    {PaymentState.AUTHORIZED, PaymentState.PAID, PaymentState.PARTLY_REFUNDED}
)
_BOOKS_ONLY = frozenset({PaymentState.REFUNDED, PaymentState.VOIDED})


class OscarShop:
    """Places the order of a paid basket, and keeps the books of the placed one."""

    @hookimpl
    def shop_payment_changed(self, event: PaymentChanged) -> None:
        """Place or book; what raises here is told again."""
        snapshot = Snapshot.from_context(event.payment.context)
        if snapshot is None:
            return
        state = event.payment.state
        if state in _PLACES_ORDER:
            complete(event.payment)
        elif not is_there(snapshot):
            return
        elif state in _BOOKS_ONLY and find_order(snapshot.basket_id) is not None:
            complete(event.payment)
        elif event.payment.context.get(VIA_API):
            thaw(snapshot.basket_id)
