"""Oscar's payment step with Clover, as a mixin for the shop's view.

Nothing of the money is decided by the browser: amounts come from the submission that
Oscar builds, and what the shopper is shown in the end comes from the ledger, whatever
Oscar's `submit` made of it (`_answer`).
"""

import logging
from contextlib import suppress
from functools import partial
from typing import Any

from django.contrib import messages
from django.core.exceptions import ObjectDoesNotExist
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from oscar.core.loading import get_class

from clover_django.language.words import Text
from clover_django.payments import get_payments
from clover_django.web.money_views import money_view
from clover_oscar.amounts import round_price, to_money
from clover_oscar.baskets.goods import (
    GoodsAreMissing,
    hand_over,
    is_same,
    list_lines,
    load_lines,
    set_aside,
)
from clover_oscar.baskets.order_numbers import keep_number
from clover_oscar.baskets.payments import (
    find_order,
    find_payments,
    is_spoken_for,
    may_hold_money,
)
from clover_oscar.baskets.snapshot import Snapshot
from clover_oscar.checkout import shown_total
from clover_oscar.checkout.card_form import CARD_FIELDS
from clover_oscar.checkout.outcomes import describe, status_url, translated_for_oscar
from clover_oscar.checkout.payment_page import TOKEN, PaymentPageMixin
from clover_oscar.checkout.submission import open_payment, pay
from clover_oscar.locks import lock
from clover_oscar.orders import records
from clover_oscar.orders.flags import PAID_TWICE
from clover_oscar.orders.payments import find_order_of_kin
from clover_oscar.orders.placement import complete, write_notes
from clover_oscar.orders.refusals import CannotPlaceOrder, ask_person, refuse_stale
from clover_oscar.oscar_errors import UnableToPlaceOrder
from clover_oscar.untyped import OscarObject, Response, View
from payment_hooks import AmountChanged, Payment

logger = logging.getLogger("oscar.checkout")


class BasketChanged(Exception):
    """Another request changed the basket after this one had looked at it."""


class PaymentDetailsMixin(PaymentPageMixin):
    """Takes the payment in Oscar's `PaymentDetailsView`, whichever class that is.

    The class loader puts it there. A shop that prefers to write it down:
    `class PaymentDetailsView(PaymentDetailsMixin, views.PaymentDetailsView): pass`.
    """

    payment: Payment | None = None
    """What this request pays, once opened."""
    _submission: dict[str, Any]

    @classmethod
    def as_view(cls, **initkwargs: OscarObject) -> View:
        """The view for money, kept out of reports and caches."""
        parent: Any = super()
        hide_card = sensitive_post_parameters(*CARD_FIELDS, TOKEN)
        view: View = never_cache(hide_card(parent.as_view(**initkwargs)))
        return money_view(view)

    def submit(self, **submission: OscarObject) -> Response:
        """Oscar's `submit`, with amounts rounded once; the ledger decides the answer."""
        parent: Any = super()
        if not self.pays_with_clover():
            return parent.submit(**submission)
        order = find_order(submission["basket"].pk)
        if order is not None:
            return self.show_order(order)
        self._submission = submission
        refusal = self.refuse_unseen(submission["order_total"])
        if refusal is not None:
            return refusal
        submission["order_total"] = round_price(submission["order_total"])
        try:
            return self._answer(parent.submit(**submission))
        except BasketChanged:
            order = find_order(submission["basket"].pk)
            return self.show_order(order) if order else self.show_changed()

    def generate_order_number(self, basket: OscarObject) -> str:
        """The number of the basket's first submit; a second one is the same payment."""
        parent: Any = super()
        return keep_number(basket.pk, partial(parent.generate_order_number, basket))

    def freeze_basket(self, basket: OscarObject) -> None:
        """Freeze it, unless another request froze or submitted it meanwhile.

        Raises:
            BasketChanged: its lines are not those that the total was computed from.
        """
        parent: Any = super()
        with transaction.atomic():
            current = lock("basket.Basket", basket.pk)
            seen = list_lines(basket.all_lines())
            if self.pays_with_clover() and not is_same(seen, load_lines(current)):
                raise BasketChanged
            if current.status in current.editable_statuses:
                parent.freeze_basket(basket)
            else:
                basket.status = current.status

    def handle_payment(
        self, order_number: str, total: OscarObject, **kwargs: OscarObject
    ) -> None:
        """Charge or authorize the order's total; nothing when it is zero.

        Raises:
            UnableToTakePayment: nothing was taken; the text is for the shopper.
            RedirectRequired: to Clover's page, or to ours that waits for the outcome.
        """
        parent: Any = super()
        if not self.pays_with_clover():
            parent.handle_payment(order_number, total, **kwargs)
            return
        with translated_for_oscar(self._find_payment, self.clover_mode()):
            amount = to_money(total.incl_tax, total.currency)
            if not amount.minor_units:
                return
            self.payment = open_payment(
                str(order_number),
                amount,
                self.clover_mode(),
                self._submission,
                self.request,
            )
            pay(self.payment, self.source, self._submission, self.request)

    def handle_order_placement(
        self,
        order_number: str,
        user: OscarObject,
        basket: OscarObject,
        *args: OscarObject,
        **kwargs: OscarObject,
    ) -> Response:
        """The order, the basket and the records at once; or the order that is there.

        The money may be gone again, and the basket too, if this request was slow: then
        the status page says what is the case.

        Raises:
            UnableToPlaceOrder: what was agreed is not in the basket any more.
        """
        try:
            return self._place(order_number, user, basket, *args, **kwargs)
        except CannotPlaceOrder as error:
            payment: Any = self.payment
            logger.warning("Order #%s is not placed: %s", order_number, error)
            ask_person(payment, error)
            return redirect(status_url(payment))

    def _place(
        self,
        order_number: str,
        user: OscarObject,
        basket: OscarObject,
        *args: OscarObject,
        **kwargs: OscarObject,
    ) -> Response:
        parent: Any = super()
        with transaction.atomic():
            try:
                locked = lock("basket.Basket", basket.pk)
            except ObjectDoesNotExist:
                if self.payment is None:
                    raise
                return self.show_order(complete(self.payment))
            order = find_order(basket.pk)
            if order is not None:
                return self.show_order(order)
            if self.payment is not None:
                refuse_stale(self.payment)
            added = self._keep_agreed(basket, locked)
            response = parent.handle_order_placement(
                order_number, user, basket, *args, **kwargs
            )
            if added:
                write_notes(find_order(basket.pk), added)
                hand_over(self.request, basket.pk)
        return response

    def save_payment_details(self, order: OscarObject) -> None:
        """Oscar's, and the records of the payment."""
        parent: Any = super()
        parent.save_payment_details(order)
        if self.payment is not None:
            operations = get_payments().operations(self.payment.payment_id)
            records.record(order, self.payment, operations)
            self._flag_second(order)

    def send_order_placed_email(self, order: OscarObject) -> None:
        """Send it once the order is safe; a mail that fails is logged, no more."""
        parent: Any = super()
        transaction.on_commit(
            partial(parent.send_order_placed_email, order), robust=True
        )

    def restore_frozen_basket(self) -> None:
        """Thaw the basket, unless it has an order or its payment may hold money."""
        parent: Any = super()
        basket_id = self.checkout_session.get_submitted_basket_id()
        if not basket_id:
            return
        # One that was deleted cannot be thawed, and needs not be.
        with transaction.atomic(), suppress(ObjectDoesNotExist):
            lock("basket.Basket", basket_id)
            if not is_spoken_for(basket_id):
                _save_unsaved(self.request)
                parent.restore_frozen_basket()

    def show_order(self, order: OscarObject) -> Response:
        """The thank-you page of an order that another request placed."""
        view: Any = self
        hand_over(self.request, order.basket_id)
        self.checkout_session.flush()
        self.request.session["checkout_order_id"] = order.pk
        return redirect(view.get_success_url())

    def show_changed(self) -> Response:
        """The page again after another request changed the basket in this moment."""
        before = shown_total.due_of(self._submission["order_total"])
        basket = self.request.basket  # type: ignore[attr-defined]  # Oscar's middleware sets it
        basket.reset_offer_applications()
        applicator = get_class("offer.applicator", "Applicator")()
        applicator.apply(basket, self.request.user, self.request)
        due = None if basket.is_empty else shown_total.due_of(self._total())
        text = _("Your cart has just changed. Please look at it again.")
        if due is None:
            messages.warning(self.request, text)
            return redirect("basket:summary")
        if due != before:
            changed = AmountChanged("", due=str(due), shown=str(before))
            text = describe(changed)
        return self.show_again(text)

    def _keep_agreed(self, basket: OscarObject, locked: OscarObject) -> list[Text]:
        """What was put into the basket after its payment was opened, as notes."""
        if not self.pays_with_clover():
            return []
        seen = list_lines(basket.all_lines())
        snapshot = Snapshot.of(self.payment) if self.payment else None
        agreed = snapshot.lines if snapshot else seen
        if not is_same(agreed, seen):
            raise UnableToPlaceOrder(
                _("Your cart has just changed. Please look at it again.")
            )
        try:
            added, _missing = set_aside(locked, agreed)
        except GoodsAreMissing as error:
            raise UnableToPlaceOrder(str(error)) from error
        return added

    def _find_payment(self) -> Payment | None:
        """This request's payment, or the one that blocks it."""
        known = find_payments(self._submission["basket"].pk)
        possible = (row for row in reversed(known) if may_hold_money(row))
        return self.payment or next(possible, None)

    def _flag_second(self, order: OscarObject) -> None:
        """Flag the payment where the basket's first copy was paid for meanwhile."""
        if self.payment is not None and find_order_of_kin(order.basket_id) is not None:
            flag = partial(get_payments().flag, self.payment.payment_id, PAID_TWICE)
            transaction.on_commit(flag, robust=True)

    def _answer(self, response: HttpResponse) -> Response:
        """Oscar's response, unless the ledger knows better.

        After a payment Oscar may have failed to place the order, or found it placed by
        the request that came first; both end in a page that says what is the case.
        """
        if self.payment is None:
            return response
        payment_id = self.payment.payment_id
        transaction.on_commit(partial(get_payments().notify, payment_id), robust=True)
        if isinstance(response, HttpResponseRedirect):
            return response
        order = find_order(self._submission["basket"].pk)
        if order is not None:
            return self.show_order(order)
        payment = get_payments().get(payment_id)
        return redirect(status_url(payment)) if may_hold_money(payment) else response


def _save_unsaved(request: HttpRequest) -> None:
    """Save the basket of a browser that has none: Oscar reads its lines to merge them."""
    basket: Any = request.basket  # type: ignore[attr-defined]  # Oscar's middleware sets it
    if basket.pk is None:
        basket.save()
