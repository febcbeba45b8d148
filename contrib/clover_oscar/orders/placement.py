"""Placing the order of a payment from its snapshot, without request or session.

The one way for webhook, return page, status poll, recovery and the dashboard; whoever
comes second finds the order in place.
"""

import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.sites.models import Site
from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.urls import NoReverseMatch, reverse
from django.utils import translation
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from oscar.core.loading import get_class, get_model

from clover_django.database.freshness import fresh_reads
from clover_django.language.words import Text
from clover_django.payments import get_payments
from clover_oscar.baskets import goods
from clover_oscar.baskets.snapshot import Snapshot, birth_of, load_address
from clover_oscar.locks import lock
from clover_oscar.orders import (
    records,
    refund_marks,
    repricing,
)
from clover_oscar.orders.flags import CHANGED, DELETED, NOT_PLACED, PAID_TWICE
from clover_oscar.orders.payments import (
    Witnesses,
    find_kin,
    find_order_of_kin,
    had_order,
    order_of,
)
from clover_oscar.orders.refusals import (
    CannotPlaceOrder,
    OrderNeedsPerson,
    ask_person,
    refuse_stale,
    refuse_without_money,
)
from clover_oscar.oscar_errors import ANY_UNABLE_TO_PLACE_ORDER
from clover_oscar.untyped import OscarObject
from payment_hooks import OutcomeUnknown, Payment, PaymentRecord, WrongState
from payment_hooks.ledger import refuse_order

logger = logging.getLogger("oscar.checkout")

_BASKET_GONE = {
    False: _("The basket was deleted."),
    True: _("The basket was deleted, and another basket has its id now."),
}
_ORDER_GONE = {
    False: _("The order and its basket were deleted."),
    True: _("The order was deleted, and another basket has the id of its basket now."),
}
"""What is said where that basket is not there, and where another one has its id."""

_REFUSED: tuple[type[Exception], ...] = (
    CannotPlaceOrder,
    ValueError,
    *ANY_UNABLE_TO_PLACE_ORDER,
)


@fresh_reads()
def complete(payment: Payment, *, by_staff: bool = False) -> OscarObject:
    """The order of a payment that holds money, placed now if it was not before.

    The snapshot's total is what the order says, whatever prices, offers and vouchers
    became meanwhile; differences are noted on the order and flagged on the payment. What
    was put into the basket after the snapshot is not ordered: it waits in an open one.

    Args:
        payment: one that the checkout opened.
        by_staff: place it although something went out of stock or is not in the basket
            any more, the first order was deleted or a copy of the basket was paid for,
            as staff may decide.

    Raises:
        OrderNeedsPerson: the money is not here, or not all of it, or there was an order.
        CannotPlaceOrder: Oscar refuses, something is out of stock, or was agreed and is
            missing; the payment is flagged.
    """
    snapshot = Snapshot.of(payment)
    if snapshot is None:
        raise CannotPlaceOrder(_("This is no payment of the checkout's."))
    payments = get_payments()
    with translation.override(snapshot.language or None):
        try:
            order, notes = _complete(payment, snapshot, by_staff)
        except _REFUSED as error:
            if not by_staff:  # staff act on a mark that is there
                ask_person(payment, error)
            if isinstance(error, CannotPlaceOrder):
                raise
            raise CannotPlaceOrder(str(error)) from error
    if notes:
        payments.flag(payment.payment_id, CHANGED)
    for flag in (NOT_PLACED, DELETED):
        payments.unflag(payment.payment_id, flag)
    refund_marks.forget_left(payment)
    return order


def _complete(
    payment: Payment, snapshot: Snapshot, by_staff: bool
) -> tuple[Any, list[Text]]:
    """The order, and what a person should know of how it differs."""
    with transaction.atomic():
        order, notes = _find_or_place(payment, snapshot, by_staff)
        operations = get_payments().operations(payment.payment_id)
        records.record(order, payment, operations)
    return order, notes


def _find_or_place(
    payment: Payment, snapshot: Snapshot, by_staff: bool
) -> tuple[Any, list[Text]]:
    order = order_of(payment)
    if order is not None:
        return order, []
    basket = _lock_basket(snapshot, payment)
    order = order_of(payment)
    if order is not None:
        return order, []  # placed by another process while this waited for the lock
    if by_staff:
        refuse_without_money(payment)
    else:
        refuse_stale(payment)
        _refuse_second(snapshot)
    added, notes = _keep_agreed(basket, snapshot, by_staff)
    notes += repricing.prepare(basket, snapshot)
    _refuse_out_of_stock(basket, by_staff)
    order = _place(basket, snapshot)
    basket.submit()
    write_notes(order, added + notes)
    transaction.on_commit(partial(send_confirmation, order, snapshot), robust=True)
    return order, notes


def _lock_basket(snapshot: Snapshot, payment: Payment) -> OscarObject:
    """The basket, locked; before and after it those with a copy of its goods."""
    baskets = get_model("basket", "Basket")
    locked = {}
    for pk in sorted({snapshot.basket_id, *find_kin(snapshot.basket_id)}):
        with suppress(baskets.DoesNotExist):
            locked[pk] = lock("basket.Basket", pk)
    basket = locked.get(snapshot.basket_id)
    if basket is not None and snapshot.is_of(basket.pk, birth_of(basket)):
        return basket
    refuse_without_money(payment)
    is_taken = basket is not None
    if had_order(payment):
        raise OrderNeedsPerson(_ORDER_GONE[is_taken], DELETED)
    raise CannotPlaceOrder(_BASKET_GONE[is_taken])


@contextmanager
def without_order(payment: Payment) -> Iterator[None]:
    """Let no order be placed for the payment while it is being reversed.

    The mark is set under the basket's lock: whoever places the order at this moment
    holds the lock and is waited for, or takes it later and sees the mark. It is taken
    off by whoever set it only.

    Raises:
        CannotPlaceOrder: it has its order, or another member of staff is reversing it.
    """
    snapshot = Snapshot.of(payment)
    with transaction.atomic():
        with suppress(ObjectDoesNotExist):
            lock("basket.Basket", snapshot.basket_id if snapshot else None)
        if order_of(payment) is not None:
            raise CannotPlaceOrder(_("This payment has an order: refund it there."))
        if refund_marks.is_at_work(payment):
            raise CannotPlaceOrder(
                _("The money is being refunded at this moment: load the page again.")
            )
        mine = refund_marks.set_mark(payment)
    try:
        yield
    finally:
        if refund_marks.find_mark(payment) == mine:
            refund_marks.take_off(payment)


def find_placeable(records: Iterable[PaymentRecord], seen: Witnesses) -> set[str]:
    """The payments whose order staff could place now: money, basket and goods are here.

    Whether a member of staff is reversing one of them is not looked at.
    """
    by_basket = {
        snapshot.basket_id: record
        for record in records
        if (snapshot := Snapshot.of(record.payment)) and seen.has_basket(snapshot)
    }
    lines = get_model("basket", "Line").objects.filter(basket_id__in=by_basket)
    with_goods = set(lines.values_list("basket_id", flat=True)) if by_basket else set()
    return {
        record.payment.payment_id
        for basket_id, record in by_basket.items()
        if basket_id in with_goods and _has_all_money(record)
    }


def _has_all_money(record: PaymentRecord) -> bool:
    try:
        refuse_order(record.payment, record.operations)
    except (OutcomeUnknown, WrongState):
        return False
    return True


def _refuse_second(snapshot: Snapshot) -> None:
    """Refuse an order for a purchase that has one already."""
    other = find_order_of_kin(snapshot.basket_id)
    if other is not None:
        text = format_lazy(
            _("A copy of the basket was paid for with order {number}."),
            number=other.number,
        )
        raise OrderNeedsPerson(text, PAID_TWICE)


def _keep_agreed(
    basket: OscarObject, snapshot: Snapshot, may_miss: bool
) -> tuple[list[Text], list[Text]]:
    # A payment of an earlier version holds no lines to compare with.
    lines = snapshot.lines or goods.load_lines(basket)
    try:
        notes = goods.set_aside(basket, lines, may_miss=may_miss)
    except goods.GoodsAreMissing as error:
        raise CannotPlaceOrder(error) from error
    if not basket.lines.exists():
        raise CannotPlaceOrder(_("What was in the basket is not sold any more."))
    return notes


@fresh_reads()
def set_late_aside(order: OscarObject, payment: Payment) -> None:
    """Move what a slow request added to an ordered basket into the shopper's open one."""
    snapshot = Snapshot.of(payment)
    if snapshot is None or not snapshot.lines or order.basket_id is None:
        return
    with transaction.atomic():
        basket = lock("basket.Basket", order.basket_id)
        added, _missing = goods.set_aside(basket, snapshot.lines, may_miss=True)
        write_notes(order, added)


def _refuse_out_of_stock(basket: OscarObject, by_staff: bool) -> None:
    for line in basket.all_lines():
        availability = line.purchase_info.availability
        is_permitted, reason = availability.is_purchase_permitted(line.quantity)
        if not (is_permitted or by_staff):
            raise CannotPlaceOrder(f"{line.product.get_title()}: {reason}")


def _place(basket: OscarObject, snapshot: Snapshot) -> OscarObject:
    """The order as Oscar's own checkout writes it, through the shop's classes."""
    user = snapshot.load_user()
    shipping_address = load_address("ShippingAddress", snapshot.shipping_address)
    placing = get_class("checkout.mixins", "OrderPlacementMixin")()
    site = Site.objects.filter(pk=snapshot.site_id).first()
    logger.info("Order #%s: placing it from its snapshot", snapshot.order_number)
    return placing.place_order(
        order_number=snapshot.order_number,
        user=user,
        basket=basket,
        shipping_address=shipping_address,
        shipping_method=repricing.find_shipping(basket, snapshot, shipping_address),
        shipping_charge=snapshot.load_price(snapshot.shipping_charge),
        order_total=snapshot.load_price(snapshot.total),
        billing_address=load_address("BillingAddress", snapshot.billing_address),
        surcharges=snapshot.load_surcharges(),
        request=None,
        **({"site": site} if site else {}),
        **snapshot.load_order_fields(),
    )


def write_notes(order: OscarObject, notes: list[Text]) -> None:
    """Note it on the order for the dashboard, in the shop's own language."""
    if notes:
        with translation.override(settings.LANGUAGE_CODE):
            text = "\n".join(map(str, notes))
        order.notes.create(message=text, note_type="System")


@fresh_reads()
def send_confirmation(order: OscarObject, snapshot: Snapshot) -> None:
    """Send Oscar's confirmation mail in the language the shopper bought in."""
    with translation.override(snapshot.language or None):
        dispatcher = get_class("order.utils", "OrderDispatcher")(logger=logger)
        dispatcher.send_order_placed_email_for_user(order, _mail_context(order))


def _mail_context(order: OscarObject) -> dict[str, Any]:
    context = {
        "user": order.user or AnonymousUser(),
        "order": order,
        "lines": order.lines.all(),
    }
    path = status_path(order)
    if path:
        site = order.site or Site.objects.get_current()
        context |= {"status_path": path, "status_url": f"http://{site.domain}{path}"}
    return context


def status_path(order: OscarObject) -> str:
    """Where the shopper may look at the order without the checkout's session."""
    guest = {"order_number": order.number, "hash": order.verification_hash()}
    try:
        if order.user is None:
            return reverse("customer:anon-order", kwargs=guest)
        return reverse("customer:order", kwargs={"order_number": order.number})
    except NoReverseMatch:
        return ""
