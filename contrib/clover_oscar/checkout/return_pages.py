"""Where a shopper goes on in Oscar after a page of clover_django's."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from oscar.core.loading import get_class, get_model

from clover_django import conf
from clover_django.web.pages import ShopPages, render_page
from clover_django.web.reloads import next_look
from clover_oscar.amounts import show
from clover_oscar.baskets.goods import hand_over
from clover_oscar.baskets.payments import copy_lines, is_there
from clover_oscar.baskets.snapshot import Snapshot
from clover_oscar.checkout.sessions import checkout_session, leave_problem
from clover_oscar.models import BasketCopy
from clover_oscar.orders.payments import find_order_of_kin, order_of
from clover_oscar.orders.placement import set_late_aside, status_path
from clover_oscar.untyped import OscarObject
from payment_hooks import Mode, Payment


class OscarPages(ShopPages):
    """Thank-you after a payment, the checkout again after none."""

    base_template = "clover_oscar/page.html"

    def shop_name(self, request: HttpRequest, payment: Payment) -> str:
        """`OSCAR_SHOP_NAME`, unless `CLOVER` has another one."""
        own = conf.adapter_setting("SHOP_NAME") or settings.OSCAR_SHOP_NAME
        return str(own) or super().shop_name(request, payment)

    def shop_url(self, request: HttpRequest, payment: Payment) -> str:
        """Oscar's homepage."""
        return str(settings.OSCAR_HOMEPAGE)

    def cart_url(self, request: HttpRequest, payment: Payment) -> str:
        """Oscar's basket page."""
        return reverse("basket:summary")

    def paid(self, request: HttpRequest, payment: Payment) -> HttpResponse:
        """The order's page: this browser's thank-you, or the order's own address."""
        order = order_of(payment)
        if order is None:
            return self._without_order(request, payment)
        if _is_shopper(request, order.basket_id, order.pk):
            set_late_aside(order, payment)
            hand_over(request, order.basket_id)
            checkout_session(request).flush()
            request.session["checkout_order_id"] = order.pk
            return redirect("checkout:thank-you")
        text = _("Your payment of %(amount)s has arrived: it is your order %(number)s.")
        shown = {"amount": show(payment.amount_due), "number": order.number}
        messages.success(request, text % shown)
        return redirect(status_path(order) or reverse("catalogue:index"))

    def not_paid(
        self, request: HttpRequest, payment: Payment, message: str
    ) -> HttpResponse:
        """The payment step with the basket in it, and what the shopper should know.

        The basket of a hosted payment stays as it is, for the shopper may still pay on
        Clover's page: what was in it is copied into the open basket.
        """
        snapshot = Snapshot.of(payment)
        is_own = snapshot is not None and is_there(snapshot)
        is_shopper = is_own and snapshot and _is_shopper(request, snapshot.basket_id)
        if not (snapshot and is_shopper) or payment.mode is Mode.HOSTED:
            if message:
                messages.warning(request, message)
            if snapshot and is_shopper:
                _copy_basket(request, snapshot)
            return redirect("basket:summary")
        leave_problem(request, message)
        _thaw_basket(request)
        return redirect("checkout:payment-details")

    def _without_order(self, request: HttpRequest, payment: Payment) -> HttpResponse:
        """The page of a payment without order: not placed yet, or bought before."""
        amount = show(payment.amount_due)
        snapshot = Snapshot.of(payment)
        first = find_order_of_kin(snapshot.basket_id) if snapshot else None
        if first is not None:
            return render_page(
                request,
                payment,
                "clover_oscar/paid_twice.html",
                amount=amount,
                order=first,
                order_url=status_path(first),
            )
        return render_page(
            request,
            payment,
            "clover_oscar/paid_without_order.html",
            amount=amount,
            next_look=None if payment.flags else next_look(request),
        )


def _is_shopper(
    request: HttpRequest, basket_id: OscarObject, order_id: OscarObject = None
) -> bool:
    """Whether this browser's session is the one that submitted the basket."""
    if order_id and request.session.get("checkout_order_id") == order_id:
        return True
    submitted = checkout_session(request).get_submitted_basket_id()
    return submitted is not None and submitted == basket_id


def _copy_basket(request: OscarObject, snapshot: Snapshot) -> None:
    """Once for each payment: afterwards this session has submitted no basket.

    That it is a copy is kept: where both are paid for, a person must look.
    """
    baskets = get_model("basket", "Basket")
    frozen = baskets.objects.filter(pk=snapshot.basket_id).first()
    if frozen is not None:
        for problem in copy_lines(frozen, request.basket):
            messages.warning(request, problem)
        BasketCopy.objects.get_or_create(
            original_id=frozen.pk, copy_id=request.basket.pk
        )
    session = checkout_session(request)
    session._unset("submission", "basket_id")
    session._unset("submission", "order_number")


def _thaw_basket(request: OscarObject) -> None:
    """As the payment view does it, with the same refusals."""
    view = get_class("checkout.views", "PaymentDetailsView")()
    view.request = request
    view.checkout_session = checkout_session(request)
    view.restore_frozen_basket()
