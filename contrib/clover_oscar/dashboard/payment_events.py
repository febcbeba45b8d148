"""Oscar's own payment events on the order page, read and confirmed before money moves."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from oscar.core.loading import get_model

from clover_django.language.amounts import LocalizedRefusal
from clover_oscar.codes import AMOUNT_MISSING
from clover_oscar.dashboard import confirmation
from clover_oscar.orders import movements
from clover_oscar.orders.processing import MOVES
from clover_oscar.orders.refusals import explain_to_staff
from clover_oscar.oscar_errors import ANY_INVALID_PAYMENT_EVENT
from clover_oscar.untyped import OscarObject, Response
from payment_hooks import (
    ErrorCode,
    Money,
    Payment,
    PaymentError,
    StaffAction,
    read_money,
)


class PaymentEventsMixin:
    """Refuses an event of a Clover payment whose amount no person has confirmed.

    Oscar takes an empty amount for the price of whole lines, however many units were
    chosen. Here it is what these units cost, and always confirmed first.
    """

    request: HttpRequest

    def create_order_payment_event(
        self, request: HttpRequest, order: OscarObject
    ) -> Response:
        """Oscar's, for the whole order."""
        parent: Any = super()
        return self._ask_first(request, order) or parent.create_order_payment_event(
            request, order
        )

    def create_payment_event(
        self,
        request: HttpRequest,
        order: OscarObject,
        lines: OscarObject,
        quantities: Sequence[int],
    ) -> Response:
        """Oscar's, for units of some lines."""
        parent: Any = super()
        return self._ask_first(
            request, order, lines, quantities
        ) or parent.create_payment_event(request, order, lines, quantities)

    def _ask_first(
        self,
        request: HttpRequest,
        order: OscarObject,
        lines: OscarObject = (),
        quantities: Sequence[int] = (),
    ) -> Response | None:
        """What to show instead of the event; None once it may be made."""
        view: Any = self
        kind = _kind_of(request)
        payment = movements.find_payment(order) if kind else None
        if kind is None or payment is None:
            return None  # Oscar takes a note, and no money moves
        try:
            amount = _read_amount(view, request, payment, kind, lines, quantities)
        except ANY_INVALID_PAYMENT_EVENT as error:
            return view.reload_page(error=str(error) or _("Too many units."))
        except PaymentError as error:
            return view.reload_page(error=explain_to_staff(error))
        is_allowed = request.user.has_perm(movements.PERMISSIONS[kind])  # type: ignore[union-attr]  # AnonymousUser has it, too
        if confirmation.is_confirmed(request) or not is_allowed:
            return None  # the event's handler refuses who may not
        return confirmation.confirm(request, order, payment, kind, amount)


def _kind_of(request: HttpRequest) -> StaffAction | None:
    code = request.POST.get("payment_event_type")
    types = get_model("order", "PaymentEventType")._default_manager
    event_type: OscarObject = types.filter(code=code).first()
    return MOVES.get(event_type.name) if event_type else None


def _read_amount(
    view: OscarObject,
    request: HttpRequest,
    payment: Payment,
    kind: StaffAction,
    lines: OscarObject,
    quantities: Sequence[int],
) -> Money:
    """What was typed, or else what the chosen units cost when they were sold."""
    if lines and kind is StaffAction.VOID:
        raise LocalizedRefusal(
            _("An authorization is voided whole, not for single lines."),
            code=ErrorCode.PARTIAL_VOID,
        )
    is_typed = bool(request.POST.get("amount", "").strip())
    is_first = not (is_typed or confirmation.is_confirmed(request))
    if not (lines and is_first):
        return confirmation.read_amount(request, payment, kind)
    for line in lines:
        _refuse_uncertain(line)
    types = get_model("order", "PaymentEventType")._default_manager
    event_type = types.get(code=request.POST.get("payment_event_type"))
    handler = view.get_handler()
    handler.validate_payment_event(view.object, event_type, None, lines, quantities)
    cost = handler.calculate_payment_event_subtotal(event_type, lines, quantities)
    amount = read_money(cost, payment.amount_due.currency)
    left = movements.left_of(payment, kind)
    return confirmation.refuse_too_much(amount, left, kind)


def _refuse_uncertain(line: OscarObject) -> None:
    """Refuse to compute a unit's price where the line's total does not give it.

    Raises:
        LocalizedRefusal: the prices of its units do not come to the line's.
    """
    prices = list(line.prices.all())
    units = sum(price.quantity for price in prices)
    cost = sum((price.quantity * price.price_incl_tax for price in prices), Decimal(0))
    if units != line.quantity or cost != line.line_price_incl_tax:
        raise LocalizedRefusal(
            _(
                "What one unit of line #%(line)s cost is not certain, so nothing was "
                "moved: enter the amount."
            )
            % {"line": line.pk},
            code=AMOUNT_MISSING,
        )
