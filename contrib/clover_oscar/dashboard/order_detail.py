"""The order page of Oscar's dashboard, with the payment's movements on it."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _

from clover_django.language import words
from clover_django.language.amounts import LocalizedRefusal, write_amount
from clover_django.language.sentences import describe_operation
from clover_django.ledger.timeline import read_timelines
from clover_django.payments import get_payments
from clover_django.web.money_views import money_view
from clover_oscar.amounts import show
from clover_oscar.codes import INTENT_ID_MISSING
from clover_oscar.dashboard import confirmation
from clover_oscar.dashboard.payment_events import PaymentEventsMixin
from clover_oscar.dashboard.payment_rows import captured_otherwise, card_of
from clover_oscar.orders import movements
from clover_oscar.orders.refusals import explain_to_staff
from clover_oscar.untyped import OscarObject, Response, View
from payment_hooks import (
    Ability,
    ErrorCode,
    Money,
    Movement,
    Operation,
    OperationKind,
    Payment,
    PaymentError,
    PaymentRecord,
    PaymentState,
    RefundReason,
    StaffAction,
)
from payment_hooks.ledger import (
    find_authorization,
    lapses_at,
    refundable,
    visible_state,
)

ACTIONS = {
    "clover_capture": StaffAction.CAPTURE,
    "clover_refund": StaffAction.REFUND,
    "clover_void": StaffAction.VOID,
}
INTENT_ID = "clover_intent_id"
PAYMENT = "clover_payment"
_TAB = "payment"


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
        if self.request.GET.get("tab") == _TAB:
            context["active_tab"] = _TAB
        payments = movements.find_payments(self.object)
        context |= {
            "clover_extends": parent.get_template_names()[0],
            "clover_payments": describe_payments(payments, user),
            "clover_reasons": list(RefundReason),
            "clover_intent_id": uuid4().hex,
        }
        return context

    def _move(self, request: HttpRequest, order: OscarObject, action: str) -> Response:
        try:
            payment, asked, amount = _read_form(request, order, ACTIONS[action])
            if not request.user.has_perm(movements.PERMISSIONS[asked.action]):  # type: ignore[union-attr]  # AnonymousUser has it, too
                raise PermissionDenied
            if not confirmation.is_confirmed(request):
                return confirmation.confirm(
                    request, order, payment, asked.action, amount
                )
            done = movements.move(payment, asked, request.user)
        except PermissionDenied:
            messages.error(request, _("You are not allowed to do this."))
        except PaymentError as error:
            messages.error(request, explain_to_staff(error))
        else:
            messages.success(request, _tell_done(payment, done))
        address = reverse("dashboard:order-detail", kwargs={"number": order.number})
        return redirect(f"{address}?tab={_TAB}#{_TAB}")


def describe_payments(
    payments: Sequence[Payment], user: OscarObject
) -> list[dict[str, Any]]:
    """The payments for the page, each with its history and what this user may do now."""
    operations = get_payments().operations
    records = [
        PaymentRecord(payment=row, operations=operations(row.payment_id))
        for row in payments
    ]
    timelines = read_timelines(records, show)
    return [
        describe_payment(record, user)
        | {"timeline": timelines[record.payment.payment_id]}
        for record in records
    ]


def describe_payment(record: PaymentRecord, user: OscarObject) -> dict[str, Any]:
    """A payment for the page, and what this user may do with it now."""
    payment, operations = record.payment, record.operations
    left = refundable(payment, operations)
    authorization = find_authorization(operations)
    authorized = authorization.effective_amount if authorization else None
    info = get_payments().provider.info
    is_refundable = left.minor_units > 0 and (
        payment.state is not PaymentState.PARTLY_REFUNDED
        or info.can(Ability.SEVERAL_REFUNDS)
    )
    return {
        "payment": payment,
        "state": visible_state(payment, operations),
        "amount": show(payment.amount_due),
        "captured": captured_otherwise(record),
        "card": card_of(operations),
        "currency": payment.amount_due.currency,
        "lapses_at": lapses_at(operations, info.limits.authorization_window),
        "left_to_refund": write_amount(left),
        "refund_all": show(left),
        "left_to_capture": write_amount(authorized) if authorized else "",
        "capture_all": show(authorized) if authorized else "",
        "may_capture": authorized is not None and user.has_perm(movements.CAPTURE),
        "may_capture_part": info.can(Ability.PARTIAL_CAPTURE),
        "may_void": authorized is not None
        and user.has_perm(movements.REFUND)
        and info.can(Ability.VOID),
        "may_refund": is_refundable and user.has_perm(movements.REFUND),
        "may_refund_part": info.can(Ability.PARTIAL_REFUND),
    }


def _tell_done(payment: Payment, done: Operation) -> str:
    """What was moved, and what is left, such as `$4.00 refunded to Visa •••• 4242`."""
    known = get_payments().operations(payment.payment_id)
    text = describe_operation(done, card_of(known), show)
    if done.kind is OperationKind.CAPTURE:
        rest = payment.amount_due - done.effective_amount
        if rest.minor_units > 0:
            return _("%(done)s; the remaining %(rest)s was released.") % {
                "done": text,
                "rest": show(rest),
            }
    elif done.kind is OperationKind.REFUND:
        left = refundable(payment, known)
        if left.minor_units:
            return _("%(done)s; %(left)s of this payment are left.") % {
                "done": text,
                "left": show(left),
            }
        return _("%(done)s; nothing of this payment is left.") % {"done": text}
    return f"{text}."


def _read_form(
    request: HttpRequest, order: OscarObject, kind: StaffAction
) -> tuple[Payment, Movement, Money]:
    """The payment, what is asked for it, and the amount of that."""
    payment = _find_payment(order, request.POST.get(PAYMENT, ""))
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


def _find_payment(order: OscarObject, payment_id: str) -> Payment:
    """The payment whose form was sent; without its id, the one that paid the order.

    Raises:
        LocalizedRefusal: the order has no such payment.
    """
    payment = (
        movements.find_payment_of(order, payment_id)
        if payment_id
        else movements.find_payment(order)
    )
    if payment is None:
        text = _("This order has no Clover payment.")
        raise LocalizedRefusal(text, code=ErrorCode.PAYMENT_UNKNOWN)
    return payment
