from decimal import Decimal

from django.core.exceptions import ValidationError
from django.utils import timezone

from saleor.checkout.models import Checkout
from saleor.core.transactions import transaction_with_commit_on_errors
from saleor.order.models import Order
from saleor.payment import PaymentError, gateway
from saleor.payment.models import Payment


def complete_checkout(
    manager, checkout_info, lines, payment_data, store_source, user, app
):
    """Three transactions: begin, pay, make the order; the checkout is locked in each."""
    pk = checkout_info.checkout.pk
    with transaction_with_commit_on_errors():
        checkout = _lock(pk)
        if checkout is None:
            return _order_of(pk), False, {}
        checkout.completing_started_at = timezone.now()
        checkout.save()
        payment = checkout.get_last_active_payment()
    if _covered_by_transactions(checkout) or checkout.channel.allow_unpaid_orders:
        payment = None
    elif payment is None or payment.total < total_of(checkout):
        _fail(checkout, manager, payment)
        raise ValidationError("not covered", code="CHECKOUT_NOT_FULLY_PAID")
    txn = None
    if payment:
        with transaction_with_commit_on_errors():
            checkout = _lock(pk)
            if checkout is None:
                return _order_of(pk), False, {}
            payment = Payment.objects.select_for_update().get(pk=payment.pk)
            txn = _pay(checkout, payment, payment_data, manager)
    with transaction_with_commit_on_errors():
        checkout = _lock(pk)
        if checkout is None:
            return _order_of(pk), False, {}
        if txn is not None and txn.action_required:
            checkout.completing_started_at = None
            checkout.save()
            return None, True, txn.action_required_data
        if checkout.stock_is_gone:
            _fail(checkout, manager, payment)
            raise ValidationError("not in stock", code="INSUFFICIENT_STOCK")
        return _make_order(checkout), False, {}


def _pay(checkout, payment, data, manager):
    try:
        pay = gateway.confirm if payment.to_confirm else gateway.process_payment
        txn = pay(payment, manager, checkout.channel.slug, data)
    except PaymentError as error:
        _fail(checkout, manager, None)
        raise ValidationError(str(error), code="PAYMENT_ERROR") from error
    payment.refresh_from_db()
    return txn


def _lock(pk):
    return Checkout.objects.select_for_update().filter(pk=pk).first()


def _order_of(pk):
    return Order.objects.filter(checkout_token=str(pk)).first()


def total_of(checkout):
    """What is due, the gift cards taken off."""
    balance = checkout.get_total_gift_cards_balance().amount
    return max(Decimal(checkout.total_gross_amount) - balance, Decimal(0))


def _covered_by_transactions(checkout):
    items = checkout.payment_transactions.all()
    covered = sum(item.charged_value + item.authorized_value for item in items)
    return bool(items) and covered >= total_of(checkout)


def _fail(checkout, manager, payment):
    Checkout.objects.filter(pk=checkout.pk).update(completing_started_at=None)
    if payment is not None:
        gateway.payment_refund_or_void(payment, manager, checkout.channel.slug)


def _make_order(checkout):
    order = Order.objects.create(
        channel=checkout.channel,
        checkout_token=str(checkout.pk),
        user_email=checkout.email,
        currency=checkout.currency,
        user=checkout.user,
        total_gross_amount=total_of(checkout),
    )
    checkout.payments.update(order=order, checkout=None)
    checkout.payment_transactions.update(order=order, checkout=None)
    order.update_amounts()
    Checkout.objects.filter(pk=checkout.pk).delete()
    return order
