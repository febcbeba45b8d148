from contextlib import suppress
from decimal import Decimal

from django.db import transaction as database

from saleor.payment import PaymentError, TransactionKind
from saleor.payment.models import Transaction, TransactionEvent, TransactionItem

SUCCESS = {
    "authorization_success": "authorized_value",
    "charge_success": "charged_value",
    "refund_success": "refunded_value",
    "cancel_success": "canceled_value",
}


def create_transaction(
    payment, *, kind, payment_information, action_required=False, gateway_response
):
    return Transaction.objects.create(
        payment=payment,
        action_required=action_required,
        kind=gateway_response.kind,
        token=gateway_response.transaction_id,
        is_success=gateway_response.is_success,
        amount=gateway_response.amount,
        currency=gateway_response.currency,
        error=gateway_response.error,
        gateway_response=gateway_response.raw_response or {},
        action_required_data=gateway_response.action_required_data or {},
    )


def gateway_postprocess(transaction, payment):
    if not transaction.is_success or transaction.already_processed:
        return
    payment.to_confirm = transaction.action_required
    payment.save()
    if not transaction.action_required:
        update_payment_charge_status(payment, transaction)


def update_payment_charge_status(payment, transaction):
    kind = transaction.kind
    if kind == TransactionKind.CAPTURE:
        payment.captured_amount += Decimal(transaction.amount)
        payment.is_active = True
        is_full = payment.captured_amount >= payment.total
        payment.charge_status = "fully-charged" if is_full else "partially-charged"
    elif kind == TransactionKind.VOID:
        payment.is_active = False
    elif kind == TransactionKind.REFUND:
        payment.captured_amount -= Decimal(transaction.amount)
        payment.charge_status = "partially-refunded"
        if payment.captured_amount <= 0:
            payment.charge_status, payment.is_active = "fully-refunded", False
    payment.save()
    transaction.already_processed = True
    transaction.save()
    if payment.order:
        payment.order.update_amounts()


def update_payment_method_details(payment, info, changed_fields):
    payment.cc_brand, payment.cc_last_digits = info.brand or "", info.last_4 or ""
    changed_fields += ["cc_brand", "cc_last_digits"]


def try_void_or_refund_inactive_payment(payment, transaction, manager):
    from saleor.payment.gateway import payment_refund_or_void

    if not transaction.already_processed:
        update_payment_charge_status(payment, transaction)
    where = payment.order or payment.checkout
    with suppress(PaymentError):
        payment_refund_or_void(payment, manager, where.channel.slug)


def create_failed_transaction_event(request, cause):
    name = request.type.removesuffix("_request").removesuffix("_action_required")
    return TransactionEvent.objects.create(
        transaction=request.transaction,
        type=f"{name}_failure",
        amount_value=request.amount_value,
        currency=request.currency,
        message=cause,
    )


def create_transaction_event_for_transaction_session(
    request_event, app, manager, transaction_webhook_response=None
):
    answer = transaction_webhook_response
    if not answer or not answer.get("result"):
        return create_failed_transaction_event(request_event, "Failed to deliver")
    event = _event(request_event, answer)
    if event.type in SUCCESS:
        _write(request_event.transaction, answer)
    return event


def create_transaction_event_from_request_and_webhook_response(
    request_event, app, transaction_webhook_response=None
):
    answer = transaction_webhook_response
    if answer.get("pspReference"):
        request_event.psp_reference = answer["pspReference"]
        request_event.include_in_calculations = True
        request_event.save()
    event = _event(request_event, answer) if answer.get("result") else None
    _write(request_event.transaction, {**answer, "pspReference": None})
    return event


def _event(request, answer):
    """The event; one with the same reference and type is there already."""
    with database.atomic():
        item = TransactionItem.objects.select_for_update().get(
            pk=request.transaction_id
        )
        name = answer["result"].lower()
        if name in SUCCESS and not answer.get("pspReference"):
            raise ValueError("pspReference is required")
        known = item.events.filter(
            psp_reference=answer.get("pspReference"), type=name
        ).first()
        if known and name in SUCCESS:
            return known
        return item.events.create(
            type=name,
            psp_reference=answer.get("pspReference"),
            amount_value=answer["amount"],
            currency=request.currency,
            message=answer.get("message"),
            include_in_calculations=name in SUCCESS,
        )


def _write(item, answer):
    item = TransactionItem.objects.get(pk=item.pk)
    item.psp_reference = answer.get("pspReference") or item.psp_reference
    if answer.get("actions") is not None:
        item.available_actions = answer["actions"]
    sums = dict.fromkeys(SUCCESS.values(), Decimal(0))
    for event in item.events.filter(include_in_calculations=True):
        if event.type in SUCCESS:
            sums[SUCCESS[event.type]] += event.amount_value
    if sums["charged_value"] or sums["canceled_value"]:
        sums["authorized_value"] = Decimal(0)
    sums["charged_value"] -= sums["refunded_value"]
    for name, value in sums.items():
        setattr(item, name, value)
    item.save()
    if item.order:
        item.order.update_amounts()
