"""Which order a payment is of, and which payments an order has.

Baskets go: with the account that is deleted, or by a job that clears old ones. So an
order is known by its number, and the basket is only a second witness while it is there.
Once it is gone, what was kept when the order was placed speaks, or else the transaction
in the order's records.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet
from oscar.core.loading import get_model

from clover_django.payments import get_payments
from clover_oscar.baskets.snapshot import Snapshot, birth_of
from clover_oscar.models import BasketCopy, OrderNumber
from clover_oscar.untyped import OscarObject
from payment_hooks import Payment


@dataclass(frozen=True, slots=True, kw_only=True)
class Witnesses:
    """What the shop's tables hold of the baskets of some payments."""

    births: Mapping[int, str]
    """The time of creation of each basket that is there."""
    numbers: Mapping[tuple[int, str], OrderNumber]
    """What was kept of each basket, by its id and order number."""

    def has_basket(self, snapshot: Snapshot) -> bool:
        """Whether the basket is there, rather than another with its id."""
        born = self.births.get(snapshot.basket_id, "")
        return bool(born) and snapshot.is_of(snapshot.basket_id, born)

    def is_of(self, payment: Payment, order: OscarObject) -> bool:
        """Whether the order is the payment's: a number given twice is no proof."""
        snapshot = Snapshot.of(payment)
        if snapshot is None:
            return False
        if order.basket_id is not None:
            is_same = order.basket_id == snapshot.basket_id
            return is_same and self.has_basket(snapshot)
        if order.number != snapshot.order_number:
            return False
        kept = self.numbers.get((snapshot.basket_id, snapshot.order_number))
        if kept is not None and kept.order_id is not None:
            return bool(kept.order_id == order.pk)
        return _is_recorded(order, payment)


def load_witnesses(payments: Iterable[Payment]) -> Witnesses:
    """What the shop's tables hold of these payments' baskets, in two queries."""
    ids = {snapshot.basket_id for row in payments if (snapshot := Snapshot.of(row))}
    baskets: OscarObject = get_model("basket", "Basket")
    numbers = OrderNumber.objects.filter(basket_id__in=ids)
    return Witnesses(
        births={
            basket.pk: birth_of(basket)
            for basket in baskets._base_manager.filter(pk__in=ids)
        },
        numbers={(row.basket_id, row.number): row for row in numbers},
    )


def order_of(payment: Payment) -> OscarObject:
    """The order that was placed for the payment and is there still, or None."""
    return orders_of([payment]).get(payment.payment_id)


def orders_of(
    payments: Sequence[Payment], witnesses: Witnesses | None = None
) -> dict[str, OscarObject]:
    """The order of each payment by its id, where it is there, in a few queries for all."""
    snapshots = [found for row in payments if (found := Snapshot.of(row))]
    if not snapshots:
        return {}
    wanted = Q(basket_id__in={row.basket_id for row in snapshots})
    wanted |= Q(number__in={row.order_number for row in snapshots})
    orders = get_model("order", "Order")._default_manager.filter(wanted)
    known = list(orders.select_related("user"))
    seen = (witnesses or load_witnesses(payments)) if known else None
    return {
        payment.payment_id: order
        for payment in payments
        for order in reversed(known)
        if seen is not None and seen.is_of(payment, order)
    }


def payments_of(order: OscarObject) -> list[Payment]:
    """All payments that were opened for the order, oldest first."""
    found = get_payments().find(order.number)
    seen = load_witnesses(found)
    return [payment for payment in found if seen.is_of(payment, order)]


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
