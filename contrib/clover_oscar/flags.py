"""Marks on a payment that ask a person to look."""

from collections.abc import Callable
from dataclasses import replace

from clover_django.road import get_payments
from payment_hooks import StaleVersion

NOT_PLACED = "paid_without_order"
"""Money is there, and the order could not be placed."""
CHANGED = "order_differs"
"""The order was placed, and its lines do not come to what was paid."""

_TRIES = 10
Flags = tuple[str, ...]


def add_flag(payment_id: str, flag: str) -> None:
    """Mark the payment, once."""
    _rewrite(payment_id, lambda flags: (*flags, flag) if flag not in flags else flags)


def remove_flag(payment_id: str, flag: str) -> None:
    """Take the mark away when what it asked for is done."""
    _rewrite(payment_id, lambda flags: tuple(name for name in flags if name != flag))


def _rewrite(payment_id: str, change: Callable[[Flags], Flags]) -> None:
    payments = get_payments()
    for _ in range(_TRIES):
        payment = payments.get(payment_id)
        flags = change(payment.flags)
        if flags == payment.flags:
            return
        try:
            payments.ledger.replace_payment(replace(payment, flags=flags))
        except StaleVersion:
            continue
        return
