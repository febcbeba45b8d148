"""The order page of Oscar's dashboard, with the payment's movements on it."""

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.utils.translation import gettext as _

from clover_django.language import words
from clover_django.language.amounts import LocalizedRefusal, write_amount
from clover_django.payments import get_payments
from clover_django.web.money_views import money_view
from clover_oscar.codes import INTENT_ID_MISSING
from clover_oscar.dashboard import confirmation
from clover_oscar.dashboard.payment_events import PaymentEventsMixin
from clover_oscar.orders import movements
from clover_oscar.orders.refusals import explain_to_staff
from clover_oscar.untyped import OscarObject, Response, View
from payment_hooks import (
    Ability,
    ErrorCode,
    Money,
    Movement,
    Payment,
    PaymentError,
    PaymentState,
    RefundReason,
    StaffAction,
)

ACTIONS = {
    "clover_capture": StaffAction.CAPTURE,
    "clover_refund": StaffAction.REFUND,
    "clover_void": StaffAction.VOID,
}
INTENT_ID = "clover_intent_id"


class OrderDetailMixin(PaymentEventsMixin):
    """Captures, refunds and voids from the order page, each confirmed and allowed."""

    object: Any

    @classmethod
    def as_view(cls, **initkwargs: OscarObject) -> View:
        """The view for money: outside of `ATOMIC_REQUESTS`, and reading what it wrote."""
        parent: Any = super()
        view: View = parent.as_view(**initkwargs)
        return money_view(view)

    @property
    def order_actions(self) -> tuple[str, ...]:
        """Oscar's actions and ours."""
        parent: Any = super()
        return (*parent.order_actions, *ACTIONS)

    def clover_capture(self, request: HttpRequest, order: OscarObject) -> Response:
        """Take what is reserved, or a part of it."""
        return self._move(request, order, "clover_capture")

    def clover_refund(self, request: HttpRequest, order: OscarObject) -> Response:
        """Refund all or a part."""
        return self._move(request, order, "clover_refund")

    def clover_void(self, request: HttpRequest, order: OscarObject) -> Response:
        """Release what is reserved."""
        return self._move(request, order, "clover_void")

    def get_handler(
        self, user: OscarObject = None, **kwargs: OscarObject
    ) -> OscarObject:
        """A handler which knows who asks; Oscar leaves that out for payment events."""
        parent: Any = super()
        return parent.get_handler(
            user=user or self.request.user,
            intent_id=self.request.POST.get(INTENT_ID, ""),
            **kwargs,
        )

    def get_template_names(self) -> list[str]:
        """Our page, which extends the shop's."""
        return ["clover_oscar/dashboard/order_detail.html"]

    def get_context_data(self, **kwargs: OscarObject) -> dict[str, Any]:
        """Oscar's context, and each payment with what may be done with it."""
        parent: Any = super()
        context: dict[str, Any] = parent.get_context_data(**kwargs)
        user = self.request.user
        for row in context.get("payment_transactions") or ():
            row.status = words.state_name(row.status)  # shown, never saved
        context |= {
            "clover_extends": parent.get_template_names()[0],
            "clover_payments": [
                describe_payment(payment, user)
                for payment in movements.find_payments(self.object)
            ],
            "clover_reasons": list(RefundReason),
            "clover_intent_id": uuid4().hex,
        }
        return context

    def _move(self, request: HttpRequest, order: OscarObject, action: str) -> Response:
        view: Any = self
        try:
            payment, asked, amount = _read_form(request, order, ACTIONS[action])
            if not request.user.has_perm(movements.PERMISSIONS[asked.action]):  # type: ignore[union-attr]  # AnonymousUser has it, too
                raise PermissionDenied
            if not confirmation.is_confirmed(request):
                return confirmation.confirm(
                    request, order, payment, asked.action, amount
                )
            movements.move(payment, asked, request.user)
        except PermissionDenied:
            message = _("You are not allowed to do this.")
            return view.reload_page(fragment="payment", error=message)
        except PaymentError as error:
            message = explain_to_staff(error)
            return view.reload_page(fragment="payment", error=message)
        messages.success(request, _("Done."))
        return view.reload_page(fragment="payment")


def describe_payment(payment: Payment, user: OscarObject) -> dict[str, Any]:
    """A payment for the page: its operations, and what this user may do now."""
    left = get_payments().refundable(payment.payment_id)
    authorized = movements.left_to_capture(payment)
    can = get_payments().provider.info.can
    is_refundable = left.minor_units > 0 and (
        payment.state is not PaymentState.PARTLY_REFUNDED
        or can(Ability.SEVERAL_REFUNDS)
    )
    return {
        "payment": payment,
        "operations": get_payments().operations(payment.payment_id),
        "left_to_refund": write_amount(left),
        "left_to_capture": write_amount(authorized),
        "may_capture": authorized.minor_units > 0 and user.has_perm(movements.CAPTURE),
        "may_capture_part": can(Ability.PARTIAL_CAPTURE),
        "may_void": authorized.minor_units > 0
        and user.has_perm(movements.REFUND)
        and can(Ability.VOID),
        "may_refund": is_refundable and user.has_perm(movements.REFUND),
        "may_refund_part": can(Ability.PARTIAL_REFUND),
        "is_authorized": payment.state is PaymentState.AUTHORIZED,
    }


def _read_form(
    request: HttpRequest, order: OscarObject, kind: StaffAction
) -> tuple[Payment, Movement, Money]:
    """The payment, what is asked for it, and the amount of that."""
    payment = movements.find_payment(order)
    if payment is None:
        text = _("This order has no Clover payment.")
        raise LocalizedRefusal(text, code=ErrorCode.PAYMENT_UNKNOWN)
    reason = request.POST.get("reason", "")
    token = request.POST.get(INTENT_ID, "")
    if not token:
        text = _("The form had no token: load the page again.")
        raise LocalizedRefusal(text, code=INTENT_ID_MISSING)
    amount = confirmation.read_amount(request, payment, kind)
    asked = Movement(
        action=kind,
        amount=amount,
        intent_id=token,
        reason=RefundReason(reason) if reason in set(RefundReason) else None,
    )
    return payment, asked, amount
