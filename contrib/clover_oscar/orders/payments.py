"""Which order a payment is of, and which payments an order has.

Baskets go: with the account that is deleted, or by a job that clears old ones. So an
order is known by its number, and the basket is only a second witness while it is there.
Once it is gone, what was kept when the order was placed speaks, or else the transaction
in the order's records.
"""

from django.db.models import Q, QuerySet
from oscar.core.loading import get_model

from clover_django.payments import get_payments
from clover_oscar.baskets.payments import is_there
from clover_oscar.baskets.snapshot import Snapshot
from clover_oscar.models import BasketCopy, OrderNumber
from clover_oscar.untyped import OscarObject
from payment_hooks import Payment


def order_of(payment: Payment) -> OscarObject:
    """The order that was placed for the payment and is there still, or None."""
    snapshot = Snapshot.of(payment)
    if snapshot is None:
        return None
    orders = get_model("order", "Order")._default_manager
    wanted = Q(basket_id=snapshot.basket_id) | Q(number=snapshot.order_number)
    known = [order for order in orders.filter(wanted) if is_of(payment, order)]
    return known[0] if known else None


def payments_of(order: OscarObject) -> list[Payment]:
    """All payments that were opened for the order, oldest first."""
    found = get_payments().find(order.number)
    return [payment for payment in found if is_of(payment, order)]


def is_of(payment: Payment, order: OscarObject) -> bool:
    """Whether the order is the payment's: a number given twice is no proof."""
    snapshot = Snapshot.of(payment)
    if snapshot is None:
        return False
    if order.basket_id is not None:
        return order.basket_id == snapshot.basket_id and is_there(snapshot)
    if order.number != snapshot.order_number:
        return False
    kept = _kept(snapshot)
    if kept is not None and kept.order_id is not None:
        return bool(kept.order_id == order.pk)
    return _is_recorded(order, payment)


def remember(order: OscarObject, payment: Payment) -> None:
    """Keep which order was placed for the payment's basket, also for when both are gone.

    Written in the transaction that places the order.
    """
    snapshot = Snapshot.of(payment)
    if snapshot is not None:
        kept = _numbers(snapshot)
        kept.exclude(order_id=order.pk).update(order_id=order.pk)


def had_order(payment: Payment) -> bool:
    """Whether an order was placed for its basket, be it there or deleted since."""
    snapshot = Snapshot.of(payment)
    kept = _kept(snapshot) if snapshot else None
    return kept is not None and kept.order_id is not None


def find_kin(basket_id: int) -> set[int]:
    """The baskets that this one was copied from or into, and theirs; without itself."""
    known, fresh = {basket_id}, {basket_id}
    while fresh:
        pairs = BasketCopy.objects.filter(
            Q(original_id__in=fresh) | Q(copy_id__in=fresh)
        ).values_list("original_id", "copy_id")
        fresh = {pk for pair in pairs for pk in pair} - known
        known |= fresh
    return known - {basket_id}


def find_order_of_kin(basket_id: int) -> OscarObject:
    """The order by which this purchase was made already, from another copy; or None."""
    kin = find_kin(basket_id)
    if not kin:
        return None
    kept = OrderNumber.objects.filter(basket_id__in=kin, order_id__isnull=False)
    wanted = Q(basket_id__in=kin) | Q(pk__in=[row.order_id for row in kept])
    return get_model("order", "Order")._default_manager.filter(wanted).first()


def _numbers(snapshot: Snapshot) -> QuerySet[OrderNumber]:
    """By basket and number: in a shop that was reset another basket has its id."""
    return OrderNumber.objects.filter(
        basket_id=snapshot.basket_id, number=snapshot.order_number
    )


def _kept(snapshot: Snapshot) -> OrderNumber | None:
    return _numbers(snapshot).first()


def _is_recorded(order: OscarObject, payment: Payment) -> bool:
    rows = get_payments().operations(payment.payment_id)
    ids = [row.transaction_id for row in rows if row.transaction_id]
    return bool(order.sources.filter(reference__in=ids).exists())
