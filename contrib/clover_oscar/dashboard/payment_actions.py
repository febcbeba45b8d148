"""What the buttons of the list of payments do."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from clover_django.language import words
from clover_django.payments import get_payments
from clover_oscar.amounts import show
from clover_oscar.dashboard.confirmation import BUTTONS
from clover_oscar.dashboard.payment_rows import why_no_decision
from clover_oscar.orders import movements, refund_marks
from clover_oscar.orders.flags import BEING_REVERSED, PAID_TWICE, WITHOUT_ORDER
from clover_oscar.orders.payments import order_of
from clover_oscar.orders.placement import complete, without_order
from clover_oscar.orders.refusals import CannotPlaceOrder
from clover_oscar.untyped import OscarObject
from payment_hooks import Movement, Payment, PaymentState, StaffAction

ASK = "clover_django.resolve_payment"
"""Permission to check with Clover, and to say that something was attended to."""
_CONFIRM_PAGE = "clover_oscar/dashboard/reverse.html"


def check(payment_id: str, request: HttpRequest) -> str:
    """Ask Clover for what is not known of it."""
    _require(request.user, ASK)
    payment = get_payments().resolve(payment_id)
    refund_marks.forget_left(payment)
    return _("Checked with Clover. Payment %(reference)s: %(state)s.") % {
        "reference": payment.reference,
        "state": words.state_name(payment.state),
    }


def dismiss(payment_id: str, request: HttpRequest) -> str:
    """Remove a mark that was attended to; money that does not fit keeps its mark.

    Raises:
        PaymentError: such money is still here.
        CannotPlaceOrder: another button ends it.
    """
    _require(request.user, ASK)
    flag = request.POST.get("flag", "")
    payment = get_payments().get(payment_id)
    is_decided = flag in WITHOUT_ORDER and not why_no_decision(
        payment, order_of(payment)
    )
    if is_decided or flag == BEING_REVERSED:
        raise CannotPlaceOrder(
            _("Place the order of this payment, or reverse the payment.")
        )
    get_payments().unflag(payment_id, flag)
    return _("Payment %(reference)s: “%(flag)s” is done.") % {
        "reference": payment.reference,
        "flag": words.flag_name(flag),
    }


def place(payment_id: str, request: HttpRequest) -> str:
    """Place the order although something is sold out or gone from the basket."""
    _require(request.user, movements.CAPTURE)
    payment = _undecided(payment_id)
    order = complete(payment, by_staff=True)
    get_payments().unflag(payment_id, PAID_TWICE)
    get_payments().notify(payment_id)
    return str(_("Order %s is placed.") % order.number)


def confirm_reversal(payment_id: str, request: HttpRequest) -> HttpResponse:
    """What would be refunded, of which payment and to which card."""
    _require(request.user, movements.REFUND)
    payment = _undecided(payment_id)
    kind = _returning(payment)
    left = movements.left_of(payment, kind)
    context = {
        "payment": payment,
        "kind": kind,
        "amount": show(left),
        "button": str(BUTTONS[kind]) % {"amount": show(left)},
        "sent_amount": str(left.to_decimal()),
        "card": movements.card_of(payment),
        "back": request.get_full_path(),
    }
    return render(request, _CONFIRM_PAGE, context)


def reverse(payment_id: str, request: HttpRequest) -> str:
    """All that is left of it, as it was confirmed: its order cannot be placed."""
    _require(request.user, movements.REFUND)
    payment = _undecided(payment_id)
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


ACTIONS = {"ask": check, "dismiss": dismiss, "place": place, "reverse": reverse}


def _undecided(payment_id: str) -> Payment:
    """The payment, if it holds money and a person is asked what shall become of it.

    The flags decide, for whoever posts: a page may be old, and hides no more than a
    button.

    Raises:
        CannotPlaceOrder: it has its order, or its money is not here any more, or
            another member of staff is reversing it.
    """
    payment = get_payments().get(payment_id)
    refusal = why_no_decision(payment, order_of(payment))
    if refusal:
        raise CannotPlaceOrder(refusal)
    return payment


def _returning(payment: Payment) -> StaffAction:
    is_reserved = payment.state is PaymentState.AUTHORIZED
    return StaffAction.VOID if is_reserved else StaffAction.REFUND


def _require(user: OscarObject, permission: str) -> None:
    if not user.has_perm(permission):
        raise PermissionDenied
