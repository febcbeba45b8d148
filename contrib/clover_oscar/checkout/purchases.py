"""Oscar's baskets and orders as purchases, for an API of payments.

A checkout's id is that of its basket, an order's its number. Who may see them is decided
by the session and the account, as on Oscar's own pages; the id opens nothing.
"""

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from oscar.core.loading import get_class, get_model

from clover_django.fields.moments import to_utc
from clover_oscar.amounts import round_price, to_money
from clover_oscar.baskets.goods import hand_over, is_same, load_lines
from clover_oscar.baskets.order_numbers import keep_number
from clover_oscar.baskets.payments import find_order, find_payments, find_submitted
from clover_oscar.baskets.snapshot import ADAPTER, Snapshot
from clover_oscar.checkout.hosted_page import breakdown, customer_of
from clover_oscar.checkout.sessions import checkout_session, submitted_ids
from clover_oscar.checkout.submission import email_of, snapshot_of
from clover_oscar.codes import (
    EMAIL_NOT_SET,
    INSUFFICIENT_STOCK,
    NO_LINES,
    PAID_ELSEWHERE,
    PURCHASE_CHANGED,
    SHIPPING_ADDRESS_NOT_SET,
    SHIPPING_METHOD_NOT_SET,
)
from clover_oscar.locks import lock
from clover_oscar.orders import movements
from clover_oscar.orders.placement import complete, set_late_aside
from clover_oscar.orders.refusals import CannotPlaceOrder
from clover_oscar.oscar_errors import ANY_FAILED_PRE_CONDITION
from clover_oscar.untyped import OscarObject
from payment_hooks import (
    AccessRequest,
    AlreadyPaid,
    CompletePurchaseRequest,
    Customer,
    FindPurchaseRequest,
    HoldPurchaseRequest,
    InvalidRequest,
    Purchase,
    PurchaseKind,
    StaffAction,
    hookimpl,
)

VIA_API = "via_api"
"""In the context of a payment whose basket thaws when it is refused."""
_CONDITIONS = {
    "check_basket_is_not_empty": NO_LINES,
    "check_basket_is_valid": INSUFFICIENT_STOCK,
    "check_user_email_is_captured": EMAIL_NOT_SET,
    "check_shipping_data_is_captured": SHIPPING_ADDRESS_NOT_SET,
}
"""What Oscar demands before payment, and the code of what is missing."""
VIEW = "order.view_order"
REPORT = "clover_django.resolve_payment"
_PERMISSIONS = {
    **movements.PERMISSIONS,
    StaffAction.VIEW: VIEW,
    StaffAction.REPORT: REPORT,
}


class OscarPurchases:
    """Answers an API from Oscar's checkout session, baskets and orders."""

    @hookimpl
    def shop_find_purchase(self, request: FindPurchaseRequest) -> Purchase | None:
        """The caller's basket with what the checkout knows of it, or the order."""
        caller = request.caller
        if not isinstance(caller, HttpRequest):
            return None
        if request.kind is PurchaseKind.ORDER:
            return _find_order(caller, request.purchase_id)
        return _find_checkout(caller, request.purchase_id)

    @hookimpl
    def shop_allows(self, request: AccessRequest) -> bool | None:
        """Staff, with the permissions that the dashboard asks for.

        The dashboard's own views name the user, whom they have let in.
        """
        permission = _PERMISSIONS[request.action]
        if isinstance(request.caller, HttpRequest):
            return _is_allowed(request.caller.user, permission)
        if isinstance(request.caller, AbstractBaseUser | AnonymousUser):
            return bool(request.caller.has_perm(permission))  # type: ignore[union-attr]  # Oscar's users have permissions
        return None

    @hookimpl
    def shop_hold_purchase(self, request: HoldPurchaseRequest) -> None:
        """Freeze the basket, unless it changed since it was looked at.

        Raises:
            AlreadyPaid: an order is paid while it is placed, in whatever way that was.
        """
        caller = request.caller
        if not isinstance(caller, HttpRequest):
            return
        if request.purchase.kind is PurchaseKind.ORDER:
            raise AlreadyPaid(
                f"order {request.purchase.number} was placed with another payment",
                code=PAID_ELSEWHERE,
            )
        if _is_open(caller, request.purchase):
            _freeze(caller, request)

    @hookimpl
    def shop_complete_purchase(
        self, request: CompletePurchaseRequest
    ) -> Purchase | None:
        """The order of the basket, placed now if it was not before."""
        caller = request.caller
        if request.payment is None or not isinstance(caller, HttpRequest):
            return None
        try:
            order = complete(request.payment)
        except CannotPlaceOrder as error:
            text = _(
                "Your payment is here, but the order needs a person to look at it."
            )
            raise InvalidRequest(text, code=INSUFFICIENT_STOCK) from error
        set_late_aside(order, request.payment)
        hand_over(caller, order.basket_id)
        checkout_session(caller).flush()
        caller.session["checkout_order_id"] = order.pk
        return _as_purchase(order, request.payment.reference)


def _find_checkout(request: HttpRequest, basket_id: str) -> Purchase | None:
    basket: Any = request.basket  # type: ignore[attr-defined]  # Oscar's middleware sets it
    if str(basket.pk) == basket_id and basket.status in basket.editable_statuses:
        return _from_submission(request, basket)
    submitted = find_submitted(request, *submitted_ids(checkout_session(request)))
    mine = {str(submitted.pk)} if submitted else set()
    placed = _just_placed(request)
    if placed is not None:
        mine.add(str(placed.basket_id))
    return _from_payment(basket_id) if basket_id in mine else None


def _from_submission(request: HttpRequest, basket: OscarObject) -> Purchase:
    """What the checkout would submit now.

    Raises:
        InvalidRequest: something is missing that Oscar demands before payment.
    """
    view = _view_of(request)
    _check_conditions(view, request)
    submission = view.build_submission()
    if submission["order_total"] is None:
        raise InvalidRequest(
            _("Please choose a shipping method"), code=SHIPPING_METHOD_NOT_SET
        )
    total: OscarObject = round_price(submission["order_total"])
    submission["order_total"] = total
    due = to_money(total.incl_tax, total.currency)
    number = keep_number(basket.pk, partial(view.generate_order_number, basket))
    snapshot = snapshot_of(submission, number, request)
    user: Any = request.user
    return Purchase(
        purchase_id=str(basket.pk),
        kind=PurchaseKind.CHECKOUT,
        reference=number,
        amount_due=due,
        customer=customer_of(submission, email_of(submission)),
        customer_id=str(user.pk) if user.is_authenticated else "",
        language=get_language() or "",
        created_at=to_utc(basket.date_created),
        context=snapshot.to_context() | {VIA_API: True},
        adapter=ADAPTER,
        **breakdown(due, submission),
    )


def _from_payment(basket_id: str) -> Purchase | None:
    """A basket that was submitted, as it was then."""
    for payment in reversed(find_payments(int(basket_id))):
        snapshot = Snapshot.of(payment)
        if snapshot is not None:
            return Purchase(
                purchase_id=basket_id,
                kind=PurchaseKind.CHECKOUT,
                reference=payment.reference,
                amount_due=payment.amount_due,
                customer=Customer(email=snapshot.email),
                customer_id=snapshot.user_id,
                language=snapshot.language,
                created_at=payment.created_at,
                context=snapshot.to_context() | {VIA_API: True},
                adapter=ADAPTER,
            )
    return None


def _find_order(request: HttpRequest, number: str) -> Purchase | None:
    orders: Any = get_model("order", "Order")._default_manager
    order = orders.filter(number=number).first()
    if order is None or not _may_see(request, order):
        return None
    return _as_purchase(order, str(order.number))


def _may_see(request: HttpRequest, order: OscarObject) -> bool:
    user: Any = request.user
    if user.is_authenticated:
        return bool(order.user_id == user.pk or _is_allowed(user, VIEW))
    placed = _just_placed(request)
    return placed is not None and placed.pk == order.pk


def _is_allowed(user: OscarObject, permission: str) -> bool:
    """Whether it is staff with that permission; being staff alone opens nothing."""
    return bool(user.is_active and user.is_staff and user.has_perm(permission))


def _as_purchase(order: OscarObject, reference: str) -> Purchase:
    return Purchase(
        purchase_id=str(order.number),
        kind=PurchaseKind.ORDER,
        reference=reference,
        amount_due=to_money(order.total_incl_tax, order.currency),
        customer=Customer(email=order.email or ""),
        customer_id=str(order.user_id or ""),
        language=get_language() or "",
        number=str(order.number),
        created_at=to_utc(order.date_placed),
    )


def _just_placed(request: HttpRequest) -> OscarObject:
    order_id = request.session.get("checkout_order_id")
    orders: Any = get_model("order", "Order")._default_manager
    return orders.filter(pk=order_id).first() if order_id else None


def _is_open(request: HttpRequest, purchase: Purchase) -> bool:
    basket: Any = request.basket  # type: ignore[attr-defined]  # Oscar's middleware sets it
    is_checkout = purchase.kind is PurchaseKind.CHECKOUT
    return is_checkout and str(basket.pk) == purchase.purchase_id


def _freeze(caller: HttpRequest, request: HoldPurchaseRequest) -> None:
    """Freeze the basket whose amount is asked, and let the session remember it.

    Raises:
        InvalidRequest: another page changed or paid it in this moment.
    """
    seen: Any = caller.basket  # type: ignore[attr-defined]  # Oscar's middleware sets it
    asked = Snapshot.of(request.purchase)
    with transaction.atomic():
        current = lock("basket.Basket", seen.pk)
        if asked is None or not is_same(asked.lines, load_lines(current)):
            raise InvalidRequest(
                _("Your cart has just changed. Please look at it again."),
                code=PURCHASE_CHANGED,
            )
        if find_order(seen.pk) is None and current.status in current.editable_statuses:
            seen.freeze()
    session = checkout_session(caller)
    session.set_submitted_basket(seen)
    session.set_order_number(request.payment.reference)


def _view_of(request: HttpRequest) -> OscarObject:
    """The shop's own payment view, for what it knows of a submission."""
    view = get_class("checkout.views", "PaymentDetailsView")(preview=True)
    view.setup(request)
    view.checkout_session = checkout_session(request)
    return view


def _check_conditions(view: OscarObject, request: HttpRequest) -> None:
    """Let nothing be paid that Oscar's own checkout would send back.

    Raises:
        InvalidRequest: the first thing that is missing.
    """
    for name in _names(view):
        try:
            getattr(view, name)(request)
        except ANY_FAILED_PRE_CONDITION as error:
            text = " ".join(map(str, getattr(error, "messages", ()))) or _(
                "Something is missing."
            )
            raise InvalidRequest(text, code=_CONDITIONS.get(name, "invalid")) from error


def _names(view: OscarObject) -> list[str]:
    """The view's conditions but for the card's, which comes with the API's own call."""
    known: Mapping[str, str] = _CONDITIONS
    own = [name for name in view.pre_conditions if name not in known]
    return [*known, *(name for name in own if name != "check_payment_data_is_captured")]
