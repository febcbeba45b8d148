"""What Oscar's checkout remembers of a browser, and where a basket under payment leads."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from oscar.core.loading import get_class

from clover_oscar.baskets.payments import find_payments, find_submitted, may_hold_money
from clover_oscar.checkout.outcomes import status_url
from clover_oscar.oscar_errors import FailedPreCondition
from clover_oscar.untyped import OscarObject

_PROBLEM = ("clover", "problem")
"""Where Oscar's checkout session keeps it."""
_SHOWN = ("clover", "basket")


class CheckoutSessionMixin:
    """Leads from every page of the checkout to the payment of the basket before it."""

    checkout_session: Any

    def check_basket_is_not_empty(self, request: HttpRequest) -> None:
        """Lead a shopper whose basket is under payment, or paid for, to that payment."""
        parent: Any = super()
        if request.basket.is_empty:  # type: ignore[attr-defined]  # Oscar's middleware sets it
            self._lead_to_payment(request)
        parent.check_basket_is_not_empty(request)

    def _lead_to_payment(self, request: HttpRequest) -> None:
        basket = find_submitted(request, *submitted_ids(self.checkout_session))
        if basket is None:
            return
        for payment in find_payments(basket.pk):
            if may_hold_money(payment):
                self.checkout_session.set_submitted_basket(basket)
                raise FailedPreCondition(url=status_url(payment))
        if request.method == "POST" and basket.status == basket.FROZEN:
            # Another click has just frozen it, and is about to record its payment.
            raise FailedPreCondition(url=reverse("checkout:preview"))


def submitted_ids(session: OscarObject) -> tuple[int | None, int | None]:
    """The basket that the session says was submitted, and that of the last payment page."""
    return session.get_submitted_basket_id(), session._get(*_SHOWN)


def remember_shown(session: OscarObject, basket: OscarObject) -> None:
    """Remember whose payment page is shown, before anything is sent from it.

    A server that dies while it charges ends no request, and no session is saved.
    """
    if session._get(*_SHOWN) != basket.pk:
        session._set(*_SHOWN, basket.pk)


def leave_problem(request: HttpRequest, text: str) -> None:
    """Leave what went wrong for the next payment page, which says it at once."""
    checkout_session(request)._set(*_PROBLEM, text)


def take_problem(session: OscarObject) -> str:
    """What was left, once; empty if nothing was."""
    text = str(session._get(*_PROBLEM, ""))
    if text:
        session._unset(*_PROBLEM)
    return text


def checkout_session(request: HttpRequest) -> OscarObject:
    """The checkout's data in the session of this request."""
    return get_class("checkout.utils", "CheckoutSessionData")(request)
