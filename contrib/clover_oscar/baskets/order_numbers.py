"""The order number under which a basket is paid, and which no other basket has."""

from collections.abc import Callable
from itertools import count
from typing import Any

from django.db import IntegrityError, transaction
from oscar.core.loading import get_model

from clover_django.payments import get_payments
from clover_oscar.baskets.payments import find_birth
from clover_oscar.baskets.snapshot import Snapshot
from clover_oscar.models import OrderNumber, find_number

_TRIES = 5


def keep_number(basket_id: int, generate: Callable[[], Any]) -> str:
    """The basket's order number: the one of its first submit, for ever.

    The generator is asked again while it gives numbers of other baskets and orders. One
    that gives no others leaves an order's number here; `is_taken` says so. A number that
    the ledger knows from another basket, as after a reset of the shop, gets an ending.

    Raises:
        IntegrityError: the generator gives only numbers of other baskets.
    """
    known = _find_own(basket_id)
    for attempt in range(1, _TRIES + 1):
        if known:
            break
        number = str(generate())
        if is_taken(number, basket_id) and attempt < _TRIES:
            continue
        number = _unpaid(number, basket_id)
        try:
            with transaction.atomic():
                OrderNumber.objects.create(basket_id=basket_id, number=number)
            known = number
        except IntegrityError:
            known = find_number(basket_id)
            if not known and attempt == _TRIES:
                raise
    return known


def is_taken(number: str, basket_id: int) -> bool:
    """Whether another basket's order has this number."""
    orders = get_model("order", "Order")._default_manager
    others = orders.filter(number=number).exclude(basket_id=basket_id)
    return bool(others.exists())


def _find_own(basket_id: int) -> str:
    """The basket's number; that of an earlier basket with its id is forgotten."""
    known = find_number(basket_id)
    if known and _is_of_another(known, basket_id):
        OrderNumber.objects.filter(basket_id=basket_id, number=known).delete()
        return find_number(basket_id)
    return known


def _unpaid(number: str, basket_id: int) -> str:
    """The number, with the first ending under which no other basket was paid."""
    endings = (f"{number}-{ending}" for ending in count(2))
    while _is_of_another(number, basket_id):
        number = next(endings)
    return number


def _is_of_another(number: str, basket_id: int) -> bool:
    """Whether the ledger holds another basket's payment, or another shop's, for it."""
    payments = get_payments().find(number)
    if not payments:
        return False
    born = find_birth(basket_id)
    snapshots = [Snapshot.of(payment) for payment in payments]
    return not all(row is not None and row.is_of(basket_id, born) for row in snapshots)
