"""The mark on a payment that staff is reversing: one person's at a time."""

from datetime import UTC, datetime, timedelta

from clover_django import conf
from clover_django.fields.moments import to_utc
from clover_django.models import PaymentEvent
from clover_django.payments import get_payments
from clover_oscar.orders.flags import BEING_REVERSED
from payment_hooks import Payment

LEFT_AFTER = timedelta(minutes=10)
"""An older mark was left by a worker that was killed, and blocks no one."""


def is_at_work(payment: Payment) -> bool:
    """Whether staff is reversing the payment at this moment."""
    since = find_mark(payment)
    return since is not None and datetime.now(UTC) - since < LEFT_AFTER


def find_mark(payment: Payment) -> datetime | None:
    """Since when the mark is there, from the history; None without it."""
    if BEING_REVERSED not in get_payments().get(payment.payment_id).flags:
        return None
    history = PaymentEvent.objects.using(conf.ledger_alias()).filter(
        payment_id=payment.payment_id, operation=None
    )
    since = None
    for event in history.order_by("-pk"):
        if BEING_REVERSED not in event.reason.split(", "):
            break
        since = to_utc(event.at)
    return since


def set_mark(payment: Payment) -> datetime | None:
    """Set the mark, also over one that was left; call `is_at_work` before."""
    take_off(payment)
    get_payments().flag(payment.payment_id, BEING_REVERSED)
    return find_mark(payment)


def take_off(payment: Payment) -> None:
    """Remove the mark."""
    get_payments().unflag(payment.payment_id, BEING_REVERSED)


def forget_left(payment: Payment) -> None:
    """Remove the mark that a killed worker left."""
    if find_mark(payment) is not None and not is_at_work(payment):
        take_off(payment)
