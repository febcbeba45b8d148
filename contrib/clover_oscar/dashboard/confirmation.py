"""The page between a form of the dashboard and the money it moves."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clover_django.language import amounts
from clover_django.language.amounts import LocalizedRefusal
from clover_django.language.words import Text
from clover_oscar.amounts import show
from clover_oscar.codes import AMOUNT_INVALID, AMOUNT_MISSING, NOTHING_LEFT
from clover_oscar.orders import movements
from clover_oscar.untyped import OscarObject
from payment_hooks import ErrorCode, Money, Payment, StaffAction, read_money

ALL = "clover_all"
"""Posted by the button for all that is left, whatever the amount's field holds."""
CONFIRMED = "confirmed"
BUTTONS: dict[StaffAction, Text] = {
    StaffAction.CAPTURE: gettext_lazy("Capture %(amount)s"),
    StaffAction.REFUND: gettext_lazy("Refund %(amount)s"),
    StaffAction.VOID: gettext_lazy("Void %(amount)s"),
}
"""What the button that moves the money says."""
_PAGE = "clover_oscar/dashboard/confirm.html"
_REPLACED = frozenset({"amount", ALL, CONFIRMED, "csrfmiddlewaretoken"})
_NOTHING: dict[StaffAction, Text] = {
    StaffAction.CAPTURE: gettext_lazy("Nothing is left to capture."),
    StaffAction.REFUND: gettext_lazy("Nothing is left to refund."),
    StaffAction.VOID: gettext_lazy("Nothing is left to void."),
}
_TOO_MUCH: dict[StaffAction, Text] = {
    StaffAction.CAPTURE: gettext_lazy(
        "%(amount)s is more than the %(left)s that can be captured. Nothing was moved."
    ),
    StaffAction.REFUND: gettext_lazy(
        "%(amount)s is more than the %(left)s that can be refunded. Nothing was moved."
    ),
}
_TOO_MUCH_CODES = {
    StaffAction.CAPTURE: ErrorCode.CAPTURE_OUT_OF_RANGE,
    StaffAction.REFUND: ErrorCode.REFUND_TOO_LARGE,
}


def is_confirmed(request: HttpRequest) -> bool:
    """Whether the form comes from the page below, with the sum that it named."""
    return bool(request.POST.get(CONFIRMED))


def read_amount(request: HttpRequest, payment: Payment, kind: StaffAction) -> Money:
    """The sum that was typed, or confirmed, or all; a void is proposed as the whole.

    What is typed is in the reader's language, what the page below sends in no language.

    Raises:
        LocalizedRefusal: none was typed, or it is no sum that could be moved.
        InvalidRequest: what was confirmed does not come from the page below.
    """
    typed = request.POST.get("amount", "").strip()
    if is_confirmed(request) and typed:
        return _refuse_nothing(read_money(typed, payment.amount_due.currency))
    left = movements.left_of(payment, kind)
    is_whole = kind is StaffAction.VOID and not typed
    if (is_whole or request.POST.get(ALL)) and not is_confirmed(request):
        return refuse_too_much(left, left, kind)
    if typed:
        amount = amounts.read_amount(typed, payment.amount_due.currency)
        movements.refuse_part(payment, kind, amount)
        return refuse_too_much(_refuse_nothing(amount), left, kind)
    raise LocalizedRefusal(
        _(
            "No amount was entered, so nothing was moved: enter how much. "
            "%(left)s is left."
        )
        % {"left": show(left)},
        code=AMOUNT_MISSING,
    )


def refuse_too_much(amount: Money, left: Money, kind: StaffAction) -> Money:
    """The amount, if that much is left.

    Raises:
        LocalizedRefusal: less is, or nothing.
    """
    if not left.minor_units:
        raise LocalizedRefusal(str(_NOTHING[kind]), code=NOTHING_LEFT)
    if kind in _TOO_MUCH and amount > left:
        raise LocalizedRefusal(
            str(_TOO_MUCH[kind]) % {"amount": show(amount), "left": show(left)},
            code=_TOO_MUCH_CODES[kind],
        )
    return amount


def confirm(
    request: HttpRequest,
    order: OscarObject,
    payment: Payment,
    kind: StaffAction,
    amount: Money,
) -> HttpResponse:
    """The page that names what would move; its form repeats the posted one."""
    fields = [
        (name, value)
        for name in request.POST
        if name not in _REPLACED
        for value in request.POST.getlist(name)
    ]
    left = movements.left_of(payment, kind)
    rest = left - amount
    context: dict[str, Any] = {
        "order": order,
        "kind": kind,
        "amount": show(amount),
        "left": show(left),
        "rest": show(rest) if rest.minor_units > 0 else "",
        "button": str(BUTTONS[kind]) % {"amount": show(amount)},
        "sent_amount": str(amount.to_decimal()),
        "card": movements.card_of(payment),
        "reason": request.POST.get("reason", ""),
        "fields": fields,
    }
    return render(request, _PAGE, context)


def _refuse_nothing(amount: Money) -> Money:
    if amount.minor_units <= 0:
        raise LocalizedRefusal(
            _("%(amount)s is no sum that could be moved: enter more than nothing.")
            % {"amount": show(amount)},
            code=AMOUNT_INVALID,
        )
    return amount
