"""Refusals to place an order, checked under the basket's lock."""

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy

from clover_django.language.refusals import explain_refusal
from clover_django.payments import get_payments
from clover_oscar.orders import refund_marks
from clover_oscar.orders.flags import DELETED, NOT_PLACED
from clover_oscar.orders.payments import had_order
from payment_hooks import (
    OutcomeUnknown,
    Payment,
    PaymentError,
    PaymentState,
    WrongState,
)
from payment_hooks.ledger import refuse_order


class CannotPlaceOrder(Exception):
    """The money is there and the order cannot be; a person must decide.

    The message is read in the language of whoever reads it, not of who paid.
    """

    def __init__(self, message: object, flag: str = NOT_PLACED) -> None:
        super().__init__(message)
        self.flag = flag
        """What a person must look at; empty where nothing is left to decide."""


class OrderNeedsPerson(CannotPlaceOrder):
    """Neither another notification nor a change in the shop would place this order."""

    def __init__(self, message: object, flag: str = "") -> None:
        super().__init__(message, flag)


def explain_to_staff(error: PaymentError | CannotPlaceOrder) -> str:
    """What a page of the dashboard says of the error, in the reader's language."""
    if isinstance(error, CannotPlaceOrder):
        return str(error)
    return explain_refusal(error)


def ask_person(payment: Payment, error: Exception) -> None:
    """Mark the payment whose order could not be placed, if a person must look."""
    flag = getattr(error, "flag", NOT_PLACED)
    if flag:
        get_payments().flag(payment.payment_id, flag)


def refuse_without_money(payment: Payment) -> None:
    """Refuse an order unless the ledger has all of its money now.

    Raises:
        OrderNeedsPerson: the money is not here, or not all of it.
        CannotPlaceOrder: it is being reversed at this moment.
    """
    if refund_marks.is_at_work(payment):
        text = gettext_lazy(
            "The money is being refunded at this moment: load the page again."
        )
        raise CannotPlaceOrder(text, flag="")
    operations = get_payments().operations(payment.payment_id)
    try:
        refuse_order(payment, operations)
    except OutcomeUnknown as error:
        raise CannotPlaceOrder(str(error)) from error
    except WrongState as error:
        is_in_part = error.code == PaymentState.PARTLY_REFUNDED
        flag = _flag_without_order(payment) if is_in_part else ""
        raise OrderNeedsPerson(str(error), flag) from error


def refuse_stale(payment: Payment) -> None:
    """Refuse an order without its money, or one that was deleted.

    Also for the request that has just taken the money: it may have been slow.

    Raises:
        OrderNeedsPerson: the money is not here, or not all of it, or there was an order.
        CannotPlaceOrder: it is being reversed at this moment.
    """
    refuse_without_money(payment)
    if had_order(payment):
        text = format_lazy(
            gettext_lazy("Order {number} was placed and deleted."),
            number=payment.reference,
        )
        raise OrderNeedsPerson(text, DELETED)


def _flag_without_order(payment: Payment) -> str:
    return DELETED if had_order(payment) else NOT_PLACED
