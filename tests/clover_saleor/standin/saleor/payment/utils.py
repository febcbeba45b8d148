from contextlib import suppress
from decimal import Decimal

from django.db import transaction as database

from saleor.payment import PaymentError, TransactionKind
from saleor.payment.models import Transaction, TransactionEvent, TransactionItem

SUCCESS = frozenset(
    {"authorization_success", "charge_success", "refund_success", "cancel_success"}
)
AMOUNT_OF = {
    "authorization": ("authorized_value", None),
    "charge": ("charged_value", "authorized_value"),
    "refund": ("refunded_value", "charged_value"),
    "cancel": ("canceled_value", "authorized_value"),
}
"""What a success adds to, and what it takes it from, which never goes below zero."""
PENDING_OF = {
    "authorization": "authorize_pending_value",
    "charge": "charge_pending_value",
    "refund": "refund_pending_value",
    "cancel": "cancel_pending_value",
}
SAME_REFERENCE = (
    "The transaction with provided `pspReference` and `type` already exists with "
    "different amount."
)


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


def update_payment_method_details(payment, payment_method_info, changed_fields):
    payment.cc_brand = payment_method_info.brand or ""
    payment.cc_last_digits = payment_method_info.last_4 or ""
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
        message=cause[:512],
        psp_reference=request.psp_reference,
    )


def create_transaction_event_for_transaction_session(
    request_event, app, manager, transaction_webhook_response=None
):
    answer = transaction_webhook_response
    if not answer or not answer.get("result"):
        return create_failed_transaction_event(request_event, "Failed to deliver")
    event, error = _event(request_event, answer)
    if event is None:
        return create_failed_transaction_event(request_event, error)
    request_event.psp_reference = event.psp_reference
    request_event.save()
    if event.type in SUCCESS:
        _write(request_event.transaction, answer)
    elif event.psp_reference:
        TransactionItem.objects.filter(pk=request_event.transaction_id).update(
            psp_reference=event.psp_reference
        )
    return event


def create_transaction_event_from_request_and_webhook_response(
    request_event, app, transaction_webhook_response=None
):
    answer = transaction_webhook_response
    if answer.get("pspReference"):
        request_event.psp_reference = answer["pspReference"]
        request_event.include_in_calculations = True
        request_event.save()
    event = None
    if answer.get("result"):
        event, error = _event(request_event, answer)
        if error:
            return create_failed_transaction_event(request_event, error)
    _write(request_event.transaction, {**answer, "pspReference": None})
    return event


def _event(request, answer):
    """The event and no error; one with the same reference and type is there already.

    No reference is a reference, too: two failures without one are the first.
    """
    with database.atomic():
        item = TransactionItem.objects.select_for_update().get(
            pk=request.transaction_id
        )
        name, amount = answer["result"].lower(), Decimal(answer["amount"])
        if name in SUCCESS and not answer.get("pspReference"):
            return None, "Missing value for field: pspReference."
        known = item.events.filter(
            psp_reference=answer.get("pspReference"), type=name
        ).first()
        if known and not name.endswith("_action_required") and name != "info":
            if known.amount_value == amount:
                return known, None
            return None, SAME_REFERENCE
        begun = item.events.filter(type="authorization_success")
        if name == "authorization_success" and begun.exists():
            return None, "Event with `AUTHORIZATION_SUCCESS` already reported."
        event = item.events.create(
            type=name,
            psp_reference=answer.get("pspReference"),
            amount_value=amount,
            currency=request.currency,
            message=(answer.get("message") or "")[:512],
            include_in_calculations=True,
        )
        return event, None


def _write(item, answer):
    item = TransactionItem.objects.get(pk=item.pk)
    item.psp_reference = answer.get("pspReference") or item.psp_reference
    if answer.get("actions") is not None:
        item.available_actions = answer["actions"]
    for name in (*PENDING_OF.values(), *(value for value, _ in AMOUNT_OF.values())):
        setattr(item, name, Decimal(0))
    for (word, _), events in _by_reference(item).items():
        _count(item, word, events)
    item.authorized_value = max(item.authorized_value, Decimal(0))
    item.save()
    if item.order:
        item.order.update_amounts()


def _by_reference(item):
    found = {}
    for event in item.events.filter(include_in_calculations=True):
        word, _, what = event.type.partition("_")
        if event.psp_reference:
            found.setdefault((word, event.psp_reference), {})[what] = event
    return found


def _count(item, word, events):
    """A success, unless a later failure has its reference; else a request is pending."""
    value, before = AMOUNT_OF[word]
    asked, done, failed = (
        events.get(what) for what in ("request", "success", "failure")
    )
    if done and failed and failed.created_at >= done.created_at:
        return
    if not done:
        if failed or not asked:
            return
        done, value = asked, PENDING_OF[word]
    setattr(item, value, getattr(item, value) + done.amount_value)
    if before:
        setattr(item, before, getattr(item, before) - done.amount_value)
