"""Baskets under payment: their payments, and whether they must stay frozen."""

from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.http import HttpRequest
from oscar.core.loading import get_model

from clover_django.payments import get_payments
from clover_oscar.baskets.goods import copy_line
from clover_oscar.baskets.snapshot import Snapshot, birth_of
from clover_oscar.locks import lock
from clover_oscar.models import find_number
from clover_oscar.untyped import OscarObject
from payment_hooks import Payment


def find_order(basket_id: object) -> OscarObject:
    """The order that was placed for this very basket, or None.

    Of a payment ask `orders.order_of`: its basket may be gone.
    """
    orders = get_model("order", "Order")._default_manager
    return orders.filter(basket_id=basket_id).first()


def find_birth(basket_id: object) -> str:
    """The basket's time of creation as text, empty when there is none with this id."""
    known: Any = get_model("basket", "Basket")
    basket = known._base_manager.filter(pk=basket_id).first()
    return birth_of(basket) if basket else ""


def is_there(snapshot: Snapshot) -> bool:
    """Whether the basket of a payment is there, rather than another with its id."""
    born = find_birth(snapshot.basket_id)
    return bool(born) and snapshot.is_of(snapshot.basket_id, born)


def is_spoken_for(basket_id: int) -> bool:
    """Whether the basket has an order, or a payment with money or of unknown outcome."""
    if find_order(basket_id) is not None:
        return True
    return any(may_hold_money(payment) for payment in find_payments(basket_id))


def thaw(basket_id: int) -> None:
    """Let the shopper change the basket again, unless its payment may hold money."""
    baskets: Any = get_model("basket", "Basket")
    with transaction.atomic():
        try:
            basket = lock("basket.Basket", basket_id)
        except baskets.DoesNotExist:
            return  # with the account, or by a job: nothing is left to change
        if basket.status == basket.FROZEN and not is_spoken_for(basket_id):
            basket.thaw()


def find_submitted(
    request: HttpRequest, submitted_id: int | None, shown_id: int | None = None
) -> OscarObject:
    """The basket that this browser submitted, or None.

    Its session knows only once the submitting request has ended, which it may not have,
    or never will. Until then the account names it, or a guest's signed cookie, which
    Oscar takes away with the next page; then it is the basket of the last payment page.

    Args:
        request: of the browser.
        submitted_id: what its session says that it submitted.
        shown_id: the basket that the last payment page was of.
    """
    known: Any = get_model("basket", "Basket")._default_manager
    if submitted_id:
        return known.filter(pk=submitted_id).first()
    if request.user.is_authenticated:
        done = [known.model.FROZEN]
        done += [known.model.SUBMITTED] if request.method == "POST" else []
        return known.filter(owner=request.user, status__in=done).last()
    guests = known.filter(owner=None)
    cookie = request.COOKIES.get(settings.OSCAR_BASKET_COOKIE_OPEN, "")
    with suppress(BadSignature):
        found = guests.filter(pk=Signer().unsign(cookie)).first()
        if found is not None and found.status != known.model.OPEN:
            return found
    done = [known.model.FROZEN, known.model.SUBMITTED]
    return guests.filter(pk=shown_id, status__in=done).first()


def find_payments(basket_id: int) -> tuple[Payment, ...]:
    """The payments that were opened for the basket, oldest first."""
    number = find_number(basket_id)
    found = get_payments().find(number) if number else ()
    born = find_birth(basket_id) if found else ""
    snapshots = ((row, Snapshot.of(row)) for row in found)
    return tuple(
        row
        for row, snapshot in snapshots
        if snapshot and snapshot.is_of(basket_id, born)
    )


def may_hold_money(payment: Payment) -> bool:
    """Whether money is or may be here, of unknown outcome or on an open page say.

    Only the operations count: the payment's own row is updated a moment later.
    """
    return get_payments().outcome(payment.payment_id).may_hold_money


def copy_lines(frozen: OscarObject, into: OscarObject) -> list[str]:
    """What could not be copied, as messages, after copying all lines and vouchers."""
    lines = frozen.lines.select_related("product")
    problems = [copy_line(line, line.quantity, into) for line in lines]
    into.vouchers.add(*frozen.vouchers.all())
    return list(filter(None, problems))
