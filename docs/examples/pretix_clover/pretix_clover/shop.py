"""pretix as the shop: what is due, what becomes of a payment, where a shopper goes on."""

from django.contrib import messages
from django.db import transaction
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django_scopes import scope, scopes_disabled
from pretix.base.models import OrderPayment, OrderRefund, Quota
from pretix.base.payment import PaymentException
from pretix.multidomain.urlreverse import build_absolute_uri

from clover_django.shop import ShopPages, get_payments
from payment_hooks import Money, OperationKind, hookimpl

CREATED, PENDING = (
    OrderPayment.PAYMENT_STATE_CREATED,
    OrderPayment.PAYMENT_STATE_PENDING,
)
BOOKED = (OrderPayment.PAYMENT_STATE_CONFIRMED, OrderPayment.PAYMENT_STATE_REFUNDED)
REFUND_OPEN = (OrderRefund.REFUND_STATE_CREATED, OrderRefund.REFUND_STATE_TRANSIT)


def reference_of(payment):
    """The name of pretix's payment at Clover: people read the order's code in it."""
    return f"{payment.order.code}-{payment.pk}"


def find_payment(reference):
    """pretix's payment of that name, of whatever event, or None."""
    code, _dash, number = reference.rpartition("-")
    rows = OrderPayment.objects.select_related("order__event__organizer")
    return (
        rows.filter(pk=number, order__code=code).first() if number.isdigit() else None
    )


def due_of(payment):
    """What is to be paid with this payment; PaymentException if it is not due any more."""
    order = payment.order
    is_due = payment.state in (CREATED, PENDING) and payment.amount <= order.pending_sum
    if is_due and order._can_be_paid() is True:
        return Money.of(str(payment.amount), order.event.currency)
    raise PaymentException(
        _("This cannot be paid any more. Please see what is due now.")
    )


def latest_of(payment):
    return get_payments().latest(reference_of(payment))


def outcome(payment):
    """What is known of the money; a page at Clover that nobody paid on is none."""
    return get_payments().outcome_for(reference_of(payment), shopper_canceled=True)


def change_state(payment, before, after):
    rows = OrderPayment.objects.filter(pk=payment.pk, state=before)
    rows.update(state=after)


def reopen(payment):
    """Lets it be paid again, unless money is or may be here."""
    if not outcome(payment).may_hold_money:
        change_state(payment, PENDING, CREATED)


class Tickets:
    @hookimpl
    def shop_payment_changed(self, event):
        """Books what came of it; called again if it raises, so all of it or nothing."""
        with scopes_disabled():
            found = find_payment(event.payment.reference)
        if found is None or event.operation.flag:
            return  # a person must look; the order's page in the backend says so
        with scope(organizer=found.order.event.organizer), transaction.atomic():
            payment = OrderPayment.objects.select_for_update().get(pk=found.pk)
            if event.operation.kind is OperationKind.REFUND:
                book_refund(payment, event.operation)
            elif event.payment.is_paid and payment.state not in BOOKED:
                book_payment(payment, event.operation)
            else:
                reopen(payment)


def book_payment(payment, operation):
    """Also where the order has expired and others have its places: staff decide then."""
    payment.info_data = {"transaction": operation.transaction_id}
    try:
        payment.confirm()
    except Quota.QuotaExceededException as error:
        found = {"message": str(error)}
        payment.order.log_action("pretix.event.order.quotaexceeded", found)


def refund_intent(refund):
    return f"pretix-refund-{refund.pk}"


def book_refund(payment, operation):
    """Ends the refund that staff began, or records one that was made at Clover."""
    intent = operation.intent.intent_id
    begun = [row for row in payment.refunds.all() if refund_intent(row) == intent]
    for row in begun:
        if row.state in REFUND_OPEN and operation.counts:
            row.done()
        elif row.state in REFUND_OPEN:
            row.state = OrderRefund.REFUND_STATE_FAILED
            row.save(update_fields=["state"])
    info = f'{{"operation": "{operation.operation_id}"}}'
    if operation.counts and not (begun or payment.refunds.filter(info=info).exists()):
        amount = operation.effective_amount.to_decimal()
        payment.create_external_refund(amount=amount, info=info)


class OrderPages(ShopPages):
    base_template = "pretix_clover/base.html"

    def show_reference(self, payment):
        return payment.reference.rpartition("-")[0]

    def paid(self, request, payment, query="?paid=yes"):
        with scopes_disabled():
            order = find_payment(payment.reference).order
        keys = {"order": order.code, "secret": order.secret}
        page = build_absolute_uri(order.event, "presale:event.order", kwargs=keys)
        return redirect(page + query)

    def not_paid(self, request, payment, message):
        if message:
            messages.error(request, message)
        return self.paid(request, payment, "")
