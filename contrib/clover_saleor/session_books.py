"""Saleor's books of its transactions flow, brought to what happened, whoever noticed."""

import logging

from saleor.payment import TransactionEventType
from saleor.payment.models import TransactionEvent, TransactionItem
from saleor.payment.utils import (
    create_transaction_event_for_transaction_session,
    create_transaction_event_from_request_and_webhook_response,
)
from saleor.plugins.manager import get_plugins_manager

from clover_saleor import sessions
from clover_saleor.app_row import find_app
from clover_saleor.untyped import SaleorObject
from payment_hooks import Operation, OperationKind, PaymentChanged
from payment_hooks.ledger import TAKING
from payment_hooks.standing import counts

logger = logging.getLogger(__name__)

REQUEST_OF = {
    OperationKind.CAPTURE: TransactionEventType.CHARGE_REQUEST,
    OperationKind.REFUND: TransactionEventType.REFUND_REQUEST,
    OperationKind.VOID: TransactionEventType.CANCEL_REQUEST,
}
_BEGINNING = (
    TransactionEventType.CHARGE_REQUEST,
    TransactionEventType.AUTHORIZATION_REQUEST,
)


def book(event: PaymentChanged) -> None:
    """Record the movement where Saleor has not; amounts, order and checkout follow."""
    operation = event.operation
    if not counts(operation):
        return
    token = event.payment.context.get("transaction")
    item = TransactionItem.objects.filter(token=token).first()
    if item is None:
        logger.error("Saleor has no transaction for %s", event.payment.payment_id)
    elif not is_booked(item, operation):
        _write(item, operation)


def is_booked(item: SaleorObject, operation: Operation) -> bool:
    """Whether Saleor has an event of this movement."""
    result = str(sessions.success(operation)["result"]).lower()
    events = TransactionEvent.objects.filter(transaction=item, type=result)
    names = [operation.transaction_id, operation.operation_id]
    return bool(events.filter(psp_reference__in=names).exists())


def record(request: SaleorObject, operation: Operation) -> None:
    """The outcome of what staff asked for."""
    response = sessions.success(operation, request.psp_reference or "")
    create_transaction_event_from_request_and_webhook_response(
        request, find_app(), response
    )


def _write(item: SaleorObject, operation: Operation) -> None:
    if operation.kind in TAKING:
        request = item.events.filter(type__in=_BEGINNING).order_by("pk").last()
        create_transaction_event_for_transaction_session(
            request,
            find_app(),
            get_plugins_manager(allow_replica=False),
            sessions.success(operation),
        )
    else:
        record(_find_request(item, operation) or _request(item, operation), operation)


def _find_request(item: SaleorObject, operation: Operation) -> SaleorObject | None:
    """What staff asked for, and what was in doubt when it was answered."""
    return item.events.filter(
        type=REQUEST_OF[operation.kind], psp_reference=operation.operation_id
    ).last()


def _request(item: SaleorObject, operation: Operation) -> SaleorObject:
    """Saleor has no outcome without a request: this is of what nobody asked it for."""
    return item.events.create(
        type=REQUEST_OF[operation.kind],
        amount_value=operation.amount.to_decimal(),
        currency=operation.amount.currency,
        include_in_calculations=False,
    )
