"""Each call locks the payment, asks the plugin inside the transaction, writes it down."""

import json
from decimal import Decimal

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction as database

from saleor.payment import ALLOWED_KINDS, GatewayError, PaymentError, TransactionKind
from saleor.payment.interface import GatewayResponse, PaymentData, TransactionData
from saleor.payment.models import Payment
from saleor.payment.utils import (
    create_transaction,
    gateway_postprocess,
    update_payment_method_details,
)

ERROR = "Oops! Something went wrong."


def process_payment(payment, manager, channel_slug, data=None):
    kind, token = TransactionKind.CAPTURE, payment.token
    return _ask("process_payment", payment, manager, channel_slug, kind, token, data)


def confirm(payment, manager, channel_slug, data=None):
    last = payment.succeeded(TransactionKind.ACTION_TO_CONFIRM).last()
    kind, token = TransactionKind.CONFIRM, last.token if last else ""
    return _ask("confirm_payment", payment, manager, channel_slug, kind, token, data)


def capture(payment, manager, channel_slug, amount=None):
    if not payment.is_active or payment.charge_status != "not-charged":
        raise PaymentError("This payment cannot be captured.")
    token = _token(payment, TransactionKind.AUTH)
    kind = TransactionKind.CAPTURE
    return _ask(
        "capture_payment", payment, manager, channel_slug, kind, token, amount=amount
    )


def refund(payment, manager, channel_slug, amount=None):
    payment.refresh_from_db()
    amount = payment.captured_amount if amount is None else amount
    if not payment.can_refund() or not 0 < amount <= payment.captured_amount:
        raise PaymentError("This payment cannot be refunded.")
    token = _token(payment, TransactionKind.CAPTURE)
    kind = TransactionKind.REFUND
    return _ask(
        "refund_payment", payment, manager, channel_slug, kind, token, amount=amount
    )


def void(payment, manager, channel_slug):
    token, kind = _token(payment, TransactionKind.AUTH), TransactionKind.VOID
    return _ask("void_payment", payment, manager, channel_slug, kind, token)


def payment_refund_or_void(payment, manager, channel_slug):
    payment.refresh_from_db()
    if payment.can_refund():
        refund(payment, manager, channel_slug)
    elif payment.can_void():
        void(payment, manager, channel_slug)
    payment.refresh_from_db()


def _ask(method, payment, manager, slug, kind, token, data=None, amount=None):
    with database.atomic():
        payment = Payment.objects.select_for_update().get(pk=payment.pk)
        asked = payment_data(payment, token, data, amount)
        response, error = _answer(manager, method, payment, slug, asked)
        if response is None:
            response = GatewayResponse(
                False, False, kind, asked.amount, asked.currency, token, error
            )
        txn = _known(payment, response) or create_transaction(
            payment,
            kind=kind,
            payment_information=asked,
            action_required=response.action_required,
            gateway_response=response,
        )
        if response.psp_reference:
            payment.psp_reference = response.psp_reference
        if response.payment_method_info:
            update_payment_method_details(payment, response.payment_method_info, [])
        payment.save()
        gateway_postprocess(txn, payment)
    if not txn.is_success:
        raise PaymentError(txn.error or "Transaction was unsuccessful.")
    return txn


def _answer(manager, method, payment, slug, asked):
    try:
        response = manager.call(method, payment.gateway, slug, asked)
        if response.kind not in ALLOWED_KINDS:
            raise GatewayError(response.kind)
        json.dumps(response.raw_response, cls=DjangoJSONEncoder)
    except (GatewayError, PaymentError):
        return None, ERROR
    return response, None


def _known(payment, response):
    if not response.transaction_already_processed:
        return None
    return payment.transactions.filter(
        is_success=response.is_success,
        action_required=response.action_required,
        token=response.transaction_id,
        kind=response.kind,
        amount=response.amount,
        currency=response.currency,
    ).last()


def _token(payment, kind):
    found = payment.succeeded(kind).last()
    if found is None:
        raise PaymentError(f"Cannot find successful {kind} transaction.")
    return found.token


def payment_data(payment, token, data=None, amount=None):
    checkout, order = payment.checkout, payment.order
    where = checkout or order
    email = checkout.email if checkout else order.user_email if order else ""
    return PaymentData(
        gateway=payment.gateway,
        amount=Decimal(amount or payment.total),
        currency=payment.currency,
        billing=None,
        payment_id=payment.pk,
        graphql_payment_id=f"Payment:{payment.pk}",
        order_id=str(order.pk if order else None),
        customer_ip_address="203.0.113.7",
        customer_email=email,
        token=token,
        checkout_token=str(getattr(where, "checkout_token", "") or checkout.pk),
        psp_reference=payment.psp_reference,
        data=data or {},
        transactions=[
            TransactionData(row.token, row.is_success, row.kind, {}, {})
            for row in payment.transactions.all()
        ],
    )
