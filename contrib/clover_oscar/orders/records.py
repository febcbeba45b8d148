"""Oscar's Source, Transactions and PaymentEvents, derived from a payment's operations.

Sums are computed from the operations rather than added up, under the order's lock, so
that notifying an outcome twice, or two of them at once, ends in the same rows.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from oscar.core.loading import get_class, get_model

from clover_django.database.freshness import fresh_reads
from clover_oscar import options
from clover_oscar.locks import lock
from clover_oscar.orders.payments import remember
from clover_oscar.oscar_errors import ANY_STATUS_REFUSAL
from clover_oscar.untyped import OscarObject
from payment_hooks import FUNDING, Operation, OperationKind, Payment
from payment_hooks.ledger import derive_state

logger = logging.getLogger("oscar.checkout")

SOURCE_TYPE = "Clover"
VOIDED = "Void"
_ID_LENGTH = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """How an operation is written in Oscar's records."""

    transaction_type: str
    event_type: str
    covers_lines: bool = True
    """Whether its event is about all lines; line events may happen once per unit."""


ENTRIES = {
    OperationKind.CHARGE: Entry(transaction_type="Debit", event_type="Paid"),
    OperationKind.HOSTED_PAGE: Entry(transaction_type="Debit", event_type="Paid"),
    OperationKind.AUTHORIZE: Entry(
        transaction_type="Authorise", event_type="Authorised"
    ),
    OperationKind.CAPTURE: Entry(transaction_type="Debit", event_type="Captured"),
    OperationKind.REFUND: Entry(
        transaction_type="Refund", event_type="Refunded", covers_lines=False
    ),
    OperationKind.VOID: Entry(
        transaction_type=VOIDED, event_type="Voided", covers_lines=False
    ),
}
_DEBITING = frozenset(
    {OperationKind.CHARGE, OperationKind.HOSTED_PAGE, OperationKind.CAPTURE}
)


@fresh_reads()
def record(
    order: OscarObject, payment: Payment, operations: Iterable[Operation]
) -> None:
    """Update the order's records from the operations; repeating it changes nothing.

    The order's status moves as `options.order_status` says, and only when there was
    something new to record.
    """
    remember(order, payment)
    done = [row for row in operations if row.counts]
    taking = next((row for row in done if row.kind in FUNDING), None)
    if taking is None:
        return
    with transaction.atomic():
        locked = lock("order.Order", order.pk)
        source = _find_source(locked, payment, taking)
        news = [row for row in done if _add_transaction(source, row)]
        _write_sums(source, done)
        for row in news:
            _add_event(locked, row)
        if news:
            _move_status(locked, done)
    order.status = locked.status


def recorded_id(transaction_id: str) -> str:
    """Clover's id as far as Oscar's columns have room for it."""
    return transaction_id[:_ID_LENGTH]


def moved(operation: Operation) -> Decimal:
    """What the operation moved, as Oscar counts."""
    return operation.effective_amount.to_decimal()


def _find_source(
    order: OscarObject, payment: Payment, taking: Operation
) -> OscarObject:
    kind, _ = get_model("payment", "SourceType").objects.get_or_create(name=SOURCE_TYPE)
    source, _ = order.sources.get_or_create(
        source_type=kind,
        reference=taking.transaction_id,
        defaults={
            "currency": payment.amount_due.currency,
            "label": taking.card_label[:_ID_LENGTH],
        },
    )
    return source


def _add_transaction(source: OscarObject, operation: Operation) -> bool:
    """Whether it was new; a movement is known by its type and Clover's id."""
    _, is_new = source.transactions.get_or_create(
        txn_type=ENTRIES[operation.kind].transaction_type,
        reference=recorded_id(operation.transaction_id),
        defaults={"amount": moved(operation), "status": operation.state.value},
    )
    return bool(is_new)


def _write_sums(source: OscarObject, done: list[Operation]) -> None:
    sums = dict.fromkeys(OperationKind, Decimal(0))
    for row in done:
        sums[row.kind] += moved(row)
    # An update, not a save: a source keeps transactions in memory and writes them again.
    type(source).objects.filter(pk=source.pk).update(
        amount_allocated=sum(sums[kind] for kind in FUNDING) - sums[OperationKind.VOID],
        amount_debited=sum(sums[kind] for kind in _DEBITING),
        amount_refunded=sums[OperationKind.REFUND],
    )


def _add_event(order: OscarObject, operation: Operation) -> None:
    entry = ENTRIES[operation.kind]
    event_types = get_model("order", "PaymentEventType").objects
    event_type, _ = event_types.get_or_create(name=entry.event_type)
    event = order.payment_events.create(
        event_type=event_type,
        amount=moved(operation),
        reference=recorded_id(operation.transaction_id),
    )
    if entry.covers_lines:
        for line in order.lines.all():
            event.line_quantities.create(line=line, quantity=line.quantity)


def _move_status(order: OscarObject, done: list[Operation]) -> None:
    state = derive_state(done, closed=False)
    wanted = options.order_status(state, order.available_statuses())
    if not wanted:
        return
    handler = get_class("order.processing", "EventHandler")()
    try:
        with transaction.atomic():
            handler.handle_order_status_change(order, wanted)
    except ANY_STATUS_REFUSAL as error:
        # The shop's handler may refund what is cancelled. What became of the money is
        # recorded all the same.
        order.refresh_from_db(fields=["status"])
        logger.warning("Order #%s stays %s: %s", order.number, order.status, error)
