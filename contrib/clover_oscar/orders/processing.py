"""Oscar's order events that move money: captured, refunded, voided."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.core.exceptions import PermissionDenied

from clover_django.database.freshness import fresh_reads
from clover_oscar.orders import movements
from clover_oscar.orders.records import recorded_id
from clover_oscar.orders.refusals import explain_to_staff
from clover_oscar.oscar_errors import PaymentError as OscarPaymentError
from clover_oscar.untyped import OscarObject
from payment_hooks import Movement, PaymentError, StaffAction, read_money

MOVES = {
    "Captured": StaffAction.CAPTURE,
    "Refunded": StaffAction.REFUND,
    "Voided": StaffAction.VOID,
}
"""By the names of the event types that this app creates; all others only take a note."""


class EventHandlerMixin:
    """Moves the money for an event that the shop's `EventHandler` handles."""

    user: Any
    kwargs: dict[str, Any]

    @fresh_reads()
    def handle_payment_event(
        self,
        order: OscarObject,
        event_type: OscarObject,
        amount: Decimal,
        lines: Sequence[Any] | None = None,
        line_quantities: Sequence[int] | None = None,
        **kwargs: OscarObject,
    ) -> OscarObject:
        """The event, after the money moved: validated first, recorded last.

        Args:
            order: its payment must be a Clover payment, else only the row is written.
            event_type: Captured, Refunded or Voided move money.
            amount: in the order's currency.
            lines: those it is about, if any.
            line_quantities: how many of each.
            kwargs: `intent_id` names the intent, so that a repetition is one movement.

        Raises:
            oscar.apps.payment.exceptions.PaymentError: refused, or not known yet.
        """
        parent: Any = super()
        action = MOVES.get(event_type.name)
        payment = movements.find_payment(order) if action else None
        if action is None or payment is None:
            return parent.handle_payment_event(
                order, event_type, amount, lines, line_quantities, **kwargs
            )
        view: Any = self
        view.validate_payment_event(
            order, event_type, amount, lines, line_quantities, **kwargs
        )
        intent_id = kwargs.get("intent_id") or self.kwargs.get("intent_id")
        try:
            done = movements.move(
                payment,
                Movement(
                    action=action,
                    amount=read_money(amount, payment.amount_due.currency),
                    intent_id=intent_id or "",
                    known_refunds=_count(order, event_type),
                ),
                self.user,
            )
        except PaymentError as error:
            raise OscarPaymentError(explain_to_staff(error)) from error
        except PermissionDenied as error:
            raise OscarPaymentError(str(error)) from error
        return _record_lines(
            order, event_type, done.transaction_id, lines, line_quantities
        )


def _count(order: OscarObject, event_type: OscarObject) -> int:
    """For callers without a form: the next event of its kind is the next intent."""
    return int(order.payment_events.filter(event_type=event_type).count())


def _record_lines(
    order: OscarObject,
    event_type: OscarObject,
    reference: str,
    lines: Sequence[Any] | None,
    quantities: Sequence[int] | None,
) -> OscarObject:
    """The event that was recorded of the movement, with the lines it is about."""
    event = order.payment_events.filter(
        event_type=event_type, reference=recorded_id(reference)
    ).first()
    if event is not None and not event.line_quantities.exists():
        for line, quantity in zip(lines or (), quantities or (), strict=True):
            event.line_quantities.create(line=line, quantity=quantity)
    return event
