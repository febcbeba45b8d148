"""The dashboard's page of Clover payments: what is open, unknown, or needs a person."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.generic import ListView

from clover_django import conf
from clover_django.language import words
from clover_django.ledger.actors import acting_as
from clover_django.models import Payment as PaymentRow
from clover_django.payments import get_payments
from clover_django.web.money_views import money_view
from clover_oscar.amounts import show
from clover_oscar.baskets.snapshot import ADAPTER
from clover_oscar.orders import movements, refund_marks
from clover_oscar.orders.flags import PAID_TWICE, WITHOUT_ORDER
from clover_oscar.orders.payments import order_of
from clover_oscar.orders.placement import complete, may_be_placed, without_order
from clover_oscar.orders.refusals import CannotPlaceOrder, explain_to_staff
from clover_oscar.untyped import OscarObject
from payment_hooks import (
    REVERSED,
    Movement,
    OperationState,
    Payment,
    PaymentError,
    PaymentState,
    StaffAction,
)

NAME = "clover-payments"
URL_NAME = f"dashboard:{NAME}"
PERMISSIONS = ["is_staff", "order.view_order"]
ASK = "clover_django.resolve_payment"
_CONFIRM_PAGE = "clover_oscar/dashboard/reverse.html"

_UNKNOWN = [
    state.value
    for state in OperationState
    if state.is_open and state is not OperationState.WAITING
]
_ATTENTION = (
    ~Q(flags=[])
    | Q(operations__state__in=_UNKNOWN)
    | Q(operations__notified=False, operations__state=OperationState.SUCCEEDED.value)
)
"""Flagged, of unknown outcome, or paid without an order in place."""
VIEWS = {
    "attention": _ATTENTION,
    "open": Q(state=PaymentState.OPEN.value),
    "all": Q(),
}
_VIEW_NAMES = {
    "attention": gettext_lazy("Needs attention"),
    "open": pgettext_lazy("payments", "Open"),
    "all": pgettext_lazy("payments", "All"),
}


def payments_in(view: str) -> QuerySet[PaymentRow]:
    """The payments of Oscar's checkout in one of `VIEWS`."""
    rows = PaymentRow.objects.using(conf.ledger_alias())
    return rows.filter(VIEWS[view], adapter=ADAPTER).distinct()


class PaymentListView(ListView):  # type: ignore[type-arg]  # not generic at run time
    """Payments, newest first, with what staff can do about them."""

    template_name = "clover_oscar/dashboard/payments.html"
    context_object_name = "payments"
    paginate_by = 50

    def get_queryset(self) -> QuerySet[PaymentRow]:
        """The payments of Oscar's checkout in the chosen view."""
        return payments_in(self.chosen).prefetch_related("operations").order_by("-pk")

    @property
    def chosen(self) -> str:
        """Which view of the payments is asked for."""
        view = self.request.GET.get("view", "")
        return view if view in VIEWS else next(iter(VIEWS))

    def get_context_data(self, **kwargs: OscarObject) -> dict[str, Any]:
        """Also the names of the views, and what this user may do."""
        user: OscarObject = self.request.user
        context = super().get_context_data(**kwargs)
        for payment in context["payments"]:
            _offer(payment)
        return context | {
            "views": [(view, _VIEW_NAMES[view]) for view in VIEWS],
            "chosen": self.chosen,
            "may_ask": user.has_perm(ASK),
            "may_place": user.has_perm(movements.CAPTURE),
            "may_reverse": user.has_perm(movements.REFUND),
        }

    def post(self, request: HttpRequest) -> HttpResponse:
        """Check with Clover, place the order of a payment, or reverse it."""
        payment_id, action = (
            request.POST.get("payment_id", ""),
            request.POST.get("action"),
        )
        act = _ACTIONS.get(action or "")
        try:
            if act is _reverse and not request.POST.get("confirmed"):
                return _confirm(request, payment_id)
            if act is not None:
                with acting_as(f"user {request.user.pk}"):
                    messages.success(request, act(payment_id, request))
        except PermissionDenied:
            messages.error(request, _("You are not allowed to do this."))
        except (PaymentError, CannotPlaceOrder) as error:
            messages.error(request, explain_to_staff(error))
        return redirect(URL_NAME)


def _ask(payment_id: str, request: HttpRequest) -> str:
    _require(request.user, ASK)
    payment = get_payments().resolve(payment_id)
    refund_marks.forget_left(payment)
    return _("Checked with Clover. Payment %(reference)s: %(state)s.") % {
        "reference": payment.reference,
        "state": words.state_name(payment.state),
    }


def _place(payment_id: str, request: HttpRequest) -> str:
    _require(request.user, movements.CAPTURE)
    payment = _without_order(payment_id)
    order = complete(payment, by_staff=True)
    get_payments().unflag(payment_id, PAID_TWICE)
    get_payments().notify(payment_id)
    return str(_("Order %s is placed.") % order.number)


def _confirm(request: HttpRequest, payment_id: str) -> HttpResponse:
    """What would be refunded, of which payment and to which card."""
    _require(request.user, movements.REFUND)
    payment = _without_order(payment_id)
    left = movements.left_of(payment, _returning(payment))
    context = {
        "payment": payment,
        "amount": show(left),
        "sent_amount": str(left.to_decimal()),
        "card": movements.card_of(payment),
    }
    return render(request, _CONFIRM_PAGE, context)


def _reverse(payment_id: str, request: HttpRequest) -> str:
    """All that is left of it, as it was confirmed: its order cannot be placed."""
    _require(request.user, movements.REFUND)
    payment = _without_order(payment_id)
    kind = _returning(payment)
    left = movements.left_of(payment, kind)
    if request.POST.get("amount", "") != str(left.to_decimal()):
        raise CannotPlaceOrder(
            _("%s can be refunded now, which is not what was confirmed. Try again.")
            % show(left)
        )
    asked = Movement(action=kind, amount=left, intent_id=f"no order {left}")
    with without_order(payment):
        done = movements.move(payment, asked, request.user)
    for flag in WITHOUT_ORDER:
        get_payments().unflag(payment_id, flag)
    return _("Payment %(reference)s was reversed: %(amount)s.") % {
        "amount": show(done.effective_amount),
        "reference": payment.reference,
    }


def _without_order(payment_id: str) -> Payment:
    """The payment, if it holds money and a person is asked what shall become of it.

    The flags decide, for whoever posts: a page may be old, and hides no more than a
    button.

    Raises:
        CannotPlaceOrder: it has its order, or its money is not here any more, or
            another member of staff is reversing it.
    """
    payment = get_payments().get(payment_id)
    refusal = _why_not(payment)
    if refusal:
        raise CannotPlaceOrder(refusal)
    return payment


def _why_not(payment: Payment) -> str:
    """Why no person must decide about the payment; empty where one must."""
    if order_of(payment) is not None:
        return _("This payment has an order: refund it there.")
    if payment.state in REVERSED:
        return _("The money of this payment was refunded.")
    if refund_marks.is_at_work(payment):
        return _("The money is being refunded at this moment: load the page again.")
    if not (movements.was_funded(payment) and WITHOUT_ORDER & set(payment.flags)):
        return _("No decision is needed about this payment: load the page again.")
    return ""


def _offer(row: OscarObject) -> None:
    """Give the page's row the buttons that would be accepted."""
    row.can_reverse = row.can_place = False
    if WITHOUT_ORDER & set(row.flags):
        payment = get_payments().get(row.payment_id)
        row.can_reverse = not _why_not(payment)
        row.can_place = row.can_reverse and may_be_placed(payment)


def _returning(payment: Payment) -> StaffAction:
    is_reserved = payment.state is PaymentState.AUTHORIZED
    return StaffAction.VOID if is_reserved else StaffAction.REFUND


_ACTIONS = {"ask": _ask, "place": _place, "reverse": _reverse}


def _require(user: OscarObject, permission: str) -> None:
    if not user.has_perm(permission):
        raise PermissionDenied


def add_to_dashboard() -> None:
    """Put the page into Oscar's dashboard: its URL, and an entry below the orders.

    The URLs of Oscar's apps are built by methods of their configurations, later than
    this; wrapping the instance's reaches stock and forked dashboards alike.
    """
    orders: Any = apps.get_app_config("orders_dashboard")
    orders.get_urls = partial(_with_page, orders, orders.get_urls)
    entry = {"label": gettext_lazy("Clover payments"), "url_name": URL_NAME}
    for menu in settings.OSCAR_DASHBOARD_NAVIGATION:
        names = [child.get("url_name") for child in menu.get("children", ())]
        if "dashboard:order-list" in names and URL_NAME not in names:
            menu["children"].append(entry)


def _with_page(
    orders: OscarObject, get_urls: Callable[[], list[URLPattern]]
) -> list[URLPattern]:
    orders.permissions_map = {**orders.permissions_map, NAME: PERMISSIONS}
    view = money_view(PaymentListView.as_view())
    page = path(f"{NAME}/", view, name=NAME)
    return [*orders.post_process_urls([page]), *get_urls()]
