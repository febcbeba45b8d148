"""Placing the order of a payment from its snapshot, without request or session.

The one way for webhook, return page, status poll, recovery and the dashboard; whoever
comes second finds the order in place.
"""

import logging
from functools import partial
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.contrib.sites.models import Site
from django.db import transaction
from django.urls import NoReverseMatch, reverse
from django.utils import translation
from oscar.apps.order.exceptions import UnableToPlaceOrder
from oscar.core.loading import get_class, get_model

from clover_django.road import get_payments
from clover_oscar import agreed, bookkeeping, repricing
from clover_oscar.baskets import find_order
from clover_oscar.flags import CHANGED, NOT_PLACED
from clover_oscar.snapshot import Snapshot, birth_of, load_address
from clover_oscar.transactions import lock
from clover_oscar.untyped import OscarObject
from payment_hooks import Operation, Payment

logger = logging.getLogger("oscar.checkout")


class CannotPlaceOrder(Exception):
    """The money is there and the order cannot be; a person must decide."""


def complete(payment: Payment, *, oversell: bool = False) -> OscarObject:
    """The order of a payment that holds money, placed now if it was not before.

    The snapshot's total is what the order says, whatever prices, offers and vouchers
    became meanwhile; differences are noted on the order and flagged on the payment. What
    was put into the basket after the snapshot is not ordered: it waits in an open one.

    Args:
        payment: one that the checkout opened.
        oversell: place it although something went out of stock, or is not in the basket
            any more, as staff may decide.

    Raises:
        CannotPlaceOrder: Oscar refuses, something is out of stock, or was agreed and is
            missing; the payment is flagged.
    """
    snapshot = Snapshot.from_context(payment.context)
    if snapshot is None:
        raise CannotPlaceOrder(f"payment {payment.payment_id} is not a checkout's")
    payments = get_payments()
    operations = payments.operations(payment.payment_id)
    with translation.override(snapshot.language or None):
        try:
            order, notes = _complete(payment, snapshot, operations, oversell)
        except (CannotPlaceOrder, UnableToPlaceOrder, ValueError) as error:
            payments.flag(payment.payment_id, NOT_PLACED)
            raise CannotPlaceOrder(str(error)) from error
    if notes:
        payments.flag(payment.payment_id, CHANGED)
    payments.unflag(payment.payment_id, NOT_PLACED)
    return order


def _complete(
    payment: Payment,
    snapshot: Snapshot,
    operations: tuple[Operation, ...],
    oversell: bool,
) -> tuple[Any, list[str]]:
    """The order, and what a person should know of how it differs."""
    notes: list[str] = []
    with transaction.atomic():
        basket = _lock_basket(snapshot)
        order = find_order(basket.pk)
        if order is None:
            added, notes = _keep_agreed(basket, snapshot, oversell)
            notes += repricing.prepare(basket, snapshot)
            _refuse_out_of_stock(basket, oversell)
            order = _place(basket, snapshot)
            basket.submit()
            write_notes(order, added + notes)
            transaction.on_commit(
                partial(send_confirmation, order, snapshot), robust=True
            )
        bookkeeping.record(order, payment, operations)
    return order, notes


def _lock_basket(snapshot: Snapshot) -> OscarObject:
    baskets = get_model("basket", "Basket")
    try:
        basket = lock("basket.Basket", snapshot.basket_id)
    except baskets.DoesNotExist as error:
        raise CannotPlaceOrder(f"basket {snapshot.basket_id} was deleted") from error
    if not snapshot.is_of(basket.pk, birth_of(basket)):
        raise CannotPlaceOrder(
            f"basket {basket.pk} was deleted, and another basket has its id now"
        )
    return basket


def _keep_agreed(
    basket: OscarObject, snapshot: Snapshot, may_miss: bool
) -> tuple[list[str], list[str]]:
    # A payment of an earlier version holds no lines to compare with.
    lines = snapshot.lines or agreed.load_lines(basket)
    try:
        notes = agreed.set_aside(basket, lines, may_miss=may_miss)
    except agreed.GoodsAreMissing as error:
        raise CannotPlaceOrder(str(error)) from error
    if not basket.lines.exists():
        raise CannotPlaceOrder("what was in the basket is not sold any more")
    return notes


def set_late_aside(order: OscarObject, payment: Payment) -> None:
    """Let the shopper have what a slow request put into the basket of a placed order."""
    snapshot = Snapshot.from_context(payment.context)
    if snapshot is None or not snapshot.lines or order.basket_id is None:
        return
    with transaction.atomic():
        basket = lock("basket.Basket", order.basket_id)
        added, _missing = agreed.set_aside(basket, snapshot.lines, may_miss=True)
        write_notes(order, added)


def _refuse_out_of_stock(basket: OscarObject, oversell: bool) -> None:
    for line in basket.all_lines():
        availability = line.purchase_info.availability
        is_permitted, reason = availability.is_purchase_permitted(line.quantity)
        if not (is_permitted or oversell):
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
        **snapshot.order_fields,
    )


def write_notes(order: OscarObject, notes: list[str]) -> None:
    """Tell whoever looks at the order in the dashboard."""
    if notes:
        order.notes.create(message="\n".join(notes), note_type="System")


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
