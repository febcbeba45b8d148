"""The dashboard's page of Clover payments: what is open, in doubt, or asks for a person."""

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
from django.utils.translation import gettext_lazy
from django.views.generic import ListView

from clover_django import conf
from clover_django.actors import acting_as
from clover_django.models import Payment as PaymentRow
from clover_django.road import get_payments
from clover_django.transactions import outside_of_transactions
from clover_oscar import staff
from clover_oscar.baskets import find_order
from clover_oscar.flags import NOT_PLACED
from clover_oscar.placement import CannotPlaceOrder, complete
from clover_oscar.snapshot import ADAPTER, Snapshot
from clover_oscar.untyped import OscarObject
from payment_hooks import OperationKind, OperationState, PaymentError, PaymentState

NAME = "clover-payments"
URL_NAME = f"dashboard:{NAME}"
PERMISSIONS = ["is_staff", "order.view_order"]
ASK = "clover_django.settle_payment"
_CONFIRM_PAGE = "clover_oscar/dashboard/give_back.html"

_DOUBTFUL = [
    state.value
    for state in OperationState
    if state.is_open and state is not OperationState.WAITING
]
_ATTENTION = (
    ~Q(flags=[])
    | Q(operations__state__in=_DOUBTFUL)
    | Q(operations__told=False, operations__state=OperationState.SUCCEEDED.value)
)
"""Flagged, in doubt, or money whose order is not in place."""
VIEWS = {
    "attention": _ATTENTION,
    "open": Q(state=PaymentState.OPEN.value),
    "all": Q(),
}


class PaymentListView(ListView):  # type: ignore[type-arg]  # not generic at run time
    """Payments, newest first, with what staff can do about them."""

    template_name = "clover_oscar/dashboard/payments.html"
    context_object_name = "payments"
    paginate_by = 50

    def get_queryset(self) -> QuerySet[PaymentRow]:
        """The payments of Oscar's checkout in the chosen view."""
        rows = PaymentRow.objects.using(conf.ledger_alias()).filter(
            context__adapter=ADAPTER
        )
        chosen = rows.filter(VIEWS[self.chosen]).prefetch_related("operations")
        return chosen.order_by("-pk").distinct()

    @property
    def chosen(self) -> str:
        """Which view of the payments is asked for."""
        view = self.request.GET.get("view", "")
        return view if view in VIEWS else next(iter(VIEWS))

    def get_context_data(self, **kwargs: OscarObject) -> dict[str, Any]:
        """Also the names of the views, and what this user may do."""
        user: OscarObject = self.request.user
        return super().get_context_data(**kwargs) | {
            "views": list(VIEWS),
            "chosen": self.chosen,
            "may_ask": user.has_perm(ASK),
            "may_place": user.has_perm(staff.CAPTURE),
            "may_give_back": user.has_perm(staff.REFUND),
        }

    def post(self, request: HttpRequest) -> HttpResponse:
        """Ask Clover again, place the order of a payment, or give its money back."""
        payment_id, action = (
            request.POST.get("payment_id", ""),
            request.POST.get("action"),
        )
        act = _ACTIONS.get(action or "")
        try:
            if act is _give_back and not request.POST.get("confirmed"):
                context = {"payment": get_payments().get(payment_id)}
                return render(request, _CONFIRM_PAGE, context)
            if act is not None:
                with acting_as(f"user {request.user.pk}"):
                    messages.success(request, act(payment_id, request.user))
        except PermissionDenied:
            messages.error(request, _("You are not allowed to do this."))
        except (PaymentError, CannotPlaceOrder) as error:
            messages.error(request, str(error))
        return redirect(URL_NAME)


def _ask(payment_id: str, user: OscarObject) -> str:
    _require(user, ASK)
    payment = get_payments().settle(payment_id)
    return _("Clover was asked: payment %(reference)s is %(state)s.") % {
        "reference": payment.reference,
        "state": payment.state,
    }


def _place(payment_id: str, user: OscarObject) -> str:
    _require(user, staff.CAPTURE)
    payment = get_payments().get(payment_id)
    if not staff.is_held(payment):
        raise CannotPlaceOrder(_("This payment holds no money."))
    order = complete(payment, oversell=True)
    get_payments().tell(payment_id)
    return str(_("Order %s is placed.") % order.number)


def _give_back(payment_id: str, user: OscarObject) -> str:
    """All of it, once: for a payment whose order cannot be placed."""
    payment = get_payments().get(payment_id)
    snapshot = Snapshot.from_context(payment.context)
    if snapshot is None or find_order(snapshot.basket_id) is not None:
        raise CannotPlaceOrder(_("This payment has an order: refund it there."))
    is_reserved = payment.state is PaymentState.AUTHORIZED
    kind = OperationKind.VOID if is_reserved else OperationKind.REFUND
    asked = staff.Movement(kind=kind, request_id="no order")
    done = staff.move(payment, asked, user)
    get_payments().unflag(payment_id, NOT_PLACED)
    return _("%(amount)s of payment %(reference)s was given back.") % {
        "amount": done.moved or done.amount,
        "reference": payment.reference,
    }


_ACTIONS = {"ask": _ask, "place": _place, "give_back": _give_back}


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
    view = outside_of_transactions(PaymentListView.as_view())
    page = path(f"{NAME}/", view, name=NAME)
    return [*orders.post_process_urls([page]), *get_urls()]
