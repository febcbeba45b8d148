"""Oscar's `shop_payment_changed`: places orders and records movements."""

import logging

from clover_django.database.freshness import fresh_reads
from clover_django.payments import get_payments
from clover_oscar.baskets.payments import is_there, thaw
from clover_oscar.baskets.snapshot import Snapshot
from clover_oscar.checkout.purchases import VIA_API
from clover_oscar.orders.flags import WITHOUT_ORDER
from clover_oscar.orders.payments import order_of
from clover_oscar.orders.placement import complete
from clover_oscar.orders.refusals import OrderNeedsPerson
from payment_hooks import REVERSED, Payment, PaymentChanged, hookimpl

logger = logging.getLogger("oscar.checkout")


class OscarShop:
    """Places the order of a paid basket, and keeps the records of a placed one."""

    @hookimpl
    def shop_payment_changed(self, event: PaymentChanged) -> None:
        """Place the order or record the movement; what raises here is notified again."""
        with fresh_reads():
            self._follow(event)

    def _follow(self, event: PaymentChanged) -> None:
        payment, state = event.payment, event.payment.state
        snapshot = Snapshot.of(payment)
        if snapshot is None:
            return
        has_order = state in REVERSED and order_of(payment) is not None
        if state.holds_money or has_order:
            _complete(payment)
        elif state in REVERSED:
            for flag in WITHOUT_ORDER:  # no money is left to decide about
                get_payments().unflag(payment.payment_id, flag)
        elif payment.context.get(VIA_API) and is_there(snapshot):
            thaw(snapshot.basket_id)


def _complete(payment: Payment) -> None:
    """Place or record; what only a person can decide is flagged, not notified again."""
    try:
        complete(payment)
    except OrderNeedsPerson as error:
        logger.warning("Order #%s is not placed: %s", payment.reference, error)
