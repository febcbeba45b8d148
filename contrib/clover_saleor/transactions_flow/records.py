"""Saleor's transaction events, brought up to date with what the ledger knows."""

import logging

from saleor.payment import TransactionEventType
from saleor.payment.models import TransactionEvent, TransactionItem
from saleor.payment.utils import (
    create_transaction_event_for_transaction_session,
    create_transaction_event_from_request_and_webhook_response,
)
from saleor.plugins.manager import get_plugins_manager

from clover_django.language.sentences import describe_release
from clover_saleor.installation.app import find_app
from clover_saleor.installation.untyped import SaleorObject
from clover_saleor.transactions_flow import responses
from payment_hooks import (
    FUNDING,
    Money,
    Operation,
    OperationKind,
    Payment,
    PaymentChanged,
)
from payment_hooks.storefront import actions_after

logger = logging.getLogger(__name__)

REQUEST_OF = {
    OperationKind.CAPTURE: TransactionEventType.CHARGE_REQUEST,
    OperationKind.REFUND: TransactionEventType.REFUND_REQUEST,
    OperationKind.VOID: TransactionEventType.CANCEL_REQUEST,
}
_NOBODY = "Cannot find a webhook that can process the action."
_BEGINNING = (
    TransactionEventType.CHARGE_REQUEST,
    TransactionEventType.AUTHORIZATION_REQUEST,
)


def record_change(event: PaymentChanged) -> None:
    """Record the operation where Saleor has not; amounts, order and checkout follow."""
    operation = event.operation
    if not operation.counts:
        return
    token = event.payment.context.get("transaction")
    item = TransactionItem.objects.filter(token=token).first()
    if item is None:
        logger.error("Saleor has no transaction for %s", event.payment.payment_id)
        return
    if not is_recorded(item, operation):
        _write(item, operation)
    if operation.kind is OperationKind.CAPTURE:
        _release(item, event.payment, operation)


def is_recorded(item: SaleorObject, operation: Operation) -> bool:
    """Whether Saleor has an event of this operation."""
    result = str(responses.success(operation)["result"]).lower()
    events = TransactionEvent.objects.filter(transaction=item, type=result)
    names = [operation.transaction_id, operation.operation_id]
    return bool(events.filter(psp_reference__in=names).exists())


def record_refusal(request: SaleorObject, text: str) -> None:
    """Record why the request of staff was refused."""
    word = request.type.removesuffix("_request").upper()
    response = responses.failure(
        word, request.amount_value, text, f"request-{request.pk}"
    )
    _answer(request, response)


def record_pending(request: SaleorObject, operation: Operation) -> None:
    """Let Saleor count an unknown outcome as pending, under its operation's id."""
    _answer(request, {"pspReference": operation.operation_id})


def forget_miss(request: SaleorObject) -> None:
    """Delete the failure that Saleor's webhook plugin recorded for a request of ours.

    It comes first, finds no webhook, and writes that no app can process the action.
    """
    request.transaction.events.filter(
        pk__gt=request.pk,
        type=request.type.replace("_request", "_failure"),
        message=_NOBODY,
        include_in_calculations=False,
    ).delete()


def record_outcome(request: SaleorObject, operation: Operation) -> None:
    """Record the outcome of a request of staff."""
    _answer(request, responses.success(operation, request.psp_reference or ""))


def _write(item: SaleorObject, operation: Operation) -> None:
    if operation.kind in FUNDING:
        request = item.events.filter(type__in=_BEGINNING).order_by("pk").last()
        create_transaction_event_for_transaction_session(
            request,
            find_app(),
            get_plugins_manager(allow_replica=False),
            responses.success(operation),
        )
    else:
        asked = _find_request(item, operation)
        record_outcome(
            asked or _request(item, operation.kind, operation.amount), operation
        )


def _release(item: SaleorObject, payment: Payment, capture: Operation) -> None:
    """Record that the rest is released: an authorization is captured once."""
    rest = payment.amount_due - (capture.moved or capture.amount)
    events = item.events.filter(type=TransactionEventType.CANCEL_SUCCESS)
    is_recorded_already = events.filter(psp_reference=capture.operation_id).exists()
    if rest.minor_units <= 0 or is_recorded_already:
        return
    released = {
        "result": "CANCEL_SUCCESS",
        "pspReference": capture.operation_id,
        "amount": rest.to_decimal(),
        "message": describe_release(rest),
        "actions": list(actions_after(capture.kind)),
    }
    _answer(_request(item, OperationKind.VOID, rest), released)


def _find_request(item: SaleorObject, operation: Operation) -> SaleorObject | None:
    """The request of staff that was answered with an unknown outcome."""
    return item.events.filter(
        type=REQUEST_OF[operation.kind], psp_reference=operation.operation_id
    ).last()


def _request(item: SaleorObject, kind: OperationKind, amount: Money) -> SaleorObject:
    """Saleor has no outcome without a request: one for a movement it did not ask for."""
    return item.events.create(
        type=REQUEST_OF[kind],
        amount_value=amount.to_decimal(),
        currency=amount.currency,
        include_in_calculations=False,
    )


def _answer(request: SaleorObject, response: responses.Response) -> None:
    create_transaction_event_from_request_and_webhook_response(
        request, find_app(), response
    )
