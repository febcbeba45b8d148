"""The page between a form of the dashboard and the money it moves."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from clover_django.language import amounts
from clover_django.language.amounts import LocalizedRefusal
from clover_oscar.amounts import show
from clover_oscar.codes import AMOUNT_INVALID, AMOUNT_MISSING, NOTHING_LEFT
from clover_oscar.orders import movements
from clover_oscar.untyped import OscarObject
from payment_hooks import Money, Payment, StaffAction, read_money

CONFIRMED = "confirmed"
_PAGE = "clover_oscar/dashboard/confirm.html"
_REPLACED = frozenset({"amount", CONFIRMED, "csrfmiddlewaretoken"})


def is_confirmed(request: HttpRequest) -> bool:
    """Whether the form comes from the page below, with the sum that it named."""
    return bool(request.POST.get(CONFIRMED))


def read_amount(request: HttpRequest, payment: Payment, kind: StaffAction) -> Money:
    """The sum that was typed, or confirmed; a void is proposed as the whole.

    What is typed is in the reader's language, what the page below sends in no language.

    Raises:
        LocalizedRefusal: none was typed, or it is no sum that could be moved.
        InvalidRequest: what was confirmed does not come from the page below.
    """
    typed = request.POST.get("amount", "").strip()
    if typed:
        read = read_money if is_confirmed(request) else amounts.read_amount
        return _refuse_nothing(read(typed, payment.amount_due.currency))
    left = movements.left_of(payment, kind)
    if kind is StaffAction.VOID and not is_confirmed(request):
        if not left.minor_units:
            text = _("Nothing is left to void.")
            raise LocalizedRefusal(text, code=NOTHING_LEFT)
        return left
    raise LocalizedRefusal(
        _(
            "No amount was entered, so nothing was moved: enter how much. "
            "%(left)s is left."
        )
        % {"left": show(left)},
        code=AMOUNT_MISSING,
    )


def _refuse_nothing(amount: Money) -> Money:
    if amount.minor_units <= 0:
        raise LocalizedRefusal(
            _("%(amount)s is no sum that could be moved: enter more than nothing.")
            % {"amount": show(amount)},
            code=AMOUNT_INVALID,
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
    context: dict[str, Any] = {
        "order": order,
        "kind": kind,
        "amount": show(amount),
        "sent_amount": str(amount.to_decimal()),
        "card": movements.card_of(payment),
        "reason": request.POST.get("reason", ""),
        "fields": fields,
    }
    return render(request, _PAGE, context)
