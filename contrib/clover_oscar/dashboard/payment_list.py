"""The dashboard's page of payments: what needs a person, and all that was ever paid."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.generic import ListView

from clover_django.ledger.actors import acting_as
from clover_django.ledger.store import read_records
from clover_django.models import Payment as PaymentRow
from clover_oscar.dashboard import payment_actions
from clover_oscar.dashboard.payment_csv import export_payments
from clover_oscar.dashboard.payment_filters import (
    ATTENTION,
    VIEWS,
    PaymentSearch,
    payments_in,
)
from clover_oscar.dashboard.payment_rows import read_rows
from clover_oscar.dashboard.payment_sums import add_up
from clover_oscar.orders import movements
from clover_oscar.orders.refusals import CannotPlaceOrder, explain_to_staff
from clover_oscar.untyped import OscarObject
from payment_hooks import PaymentError

NAME = "clover-payments"
URL_NAME = f"dashboard:{NAME}"
_CSV = "csv"


class PaymentListView(ListView):  # type: ignore[type-arg]  # not generic at run time
    """Payments, newest first, with what staff can do about them."""

    template_name = "clover_oscar/dashboard/payments.html"
    paginate_by = 25

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:  # noqa: ANN401 - a page or a file
        """The page, or all that it lists as a file."""
        if request.GET.get("format") == _CSV:
            return export_payments(self.get_queryset())
        return super().get(request, *args, **kwargs)

    def get_queryset(self) -> QuerySet[PaymentRow]:
        """The payments of Oscar's checkout in the chosen view that were searched for."""
        self.search = PaymentSearch(self.request.GET)
        self.found = self.search.narrow(payments_in(self.chosen)).order_by("-pk")
        return self.found

    @property
    def chosen(self) -> str:
        """Which view of the payments is asked for."""
        view = self.request.GET.get("view", "")
        return view if view in VIEWS else ATTENTION

    def get_context_data(self, **kwargs: OscarObject) -> dict[str, Any]:
        """Also the rows, their sums, and what this user may do."""
        user: OscarObject = self.request.user
        context = super().get_context_data(**kwargs)
        query = self.request.GET.copy()
        query["format"] = _CSV
        query.pop("page", None)
        return context | {
            "rows": read_rows(read_records(context["page_obj"].object_list)),
            "sums": add_up(self.found),
            "search": self.search,
            "is_searched": any(self.search.cleaned_data.values()),
            "csv_query": query.urlencode(),
            "views": VIEWS.items(),
            "chosen": self.chosen,
            "may_ask": user.has_perm(payment_actions.ASK),
            "may_place": user.has_perm(movements.CAPTURE),
            "may_reverse": user.has_perm(movements.REFUND),
        }

    def post(self, request: HttpRequest) -> HttpResponse:
        """What a button asks for; then the same page again."""
        payment_id = request.POST.get("payment_id", "")
        act = payment_actions.ACTIONS.get(request.POST.get("action", ""))
        try:
            if act is payment_actions.reverse and not request.POST.get("confirmed"):
                return payment_actions.confirm_reversal(payment_id, request)
            if act is not None:
                with acting_as(f"user {request.user.pk}"):
                    messages.success(request, act(payment_id, request))
        except PermissionDenied:
            messages.error(request, _("You are not allowed to do this."))
        except (PaymentError, CannotPlaceOrder) as error:
            messages.error(request, explain_to_staff(error))
        return redirect(request.get_full_path())
