"""How far a purchase or a payment is paid, in Saleor's words."""

from collections.abc import Sequence

from payment_hooks.ledger.state import derive_state
from payment_hooks.ledger.totals import Totals, add_up
from payment_hooks.model.money import Money
from payment_hooks.model.provider_info import ProviderInfo
from payment_hooks.model.records import (
    Operation,
    OperationKind,
    OperationState,
    Payment,
    PaymentState,
)
from payment_hooks.storefront.saleor_events import possible_actions

_KINDS = {
    OperationKind.AUTHORIZE: "AUTH",
    OperationKind.CHARGE: "CAPTURE",
    OperationKind.HOSTED_PAGE: "CAPTURE",
    OperationKind.CAPTURE: "CAPTURE",
    OperationKind.REFUND: "REFUND",
    OperationKind.VOID: "VOID",
}
_TO_CONFIRM = "ACTION_TO_CONFIRM"
_PENDING = {
    OperationKind.HOSTED_PAGE: _TO_CONFIRM,
    OperationKind.REFUND: "REFUND_ONGOING",
}
_ORDER_ACTIONS = {"CHARGE": "CAPTURE", "REFUND": "REFUND", "CANCEL": "VOID"}
_STATUS = {
    PaymentState.AUTHORIZED: "NOT_CHARGED",
    PaymentState.PARTLY_REFUNDED: "PARTIALLY_REFUNDED",
    PaymentState.REFUNDED: "FULLY_REFUNDED",
    PaymentState.VOIDED: "CANCELLED",
    PaymentState.CLOSED: "CANCELLED",
}


def transaction_kind(operation: Operation) -> str:
    """What the older API calls the movement, such as CAPTURE or REFUND_ONGOING."""
    if operation.state is OperationState.WAITING:
        return _TO_CONFIRM
    if operation.state.is_open:
        return _PENDING.get(operation.kind, "PENDING")
    return _KINDS[operation.kind]


def payment_actions(
    operations: Sequence[Operation], info: ProviderInfo
) -> tuple[str, ...]:
    """What staff may do with a payment's money in the older API: CAPTURE, VOID, REFUND."""
    return tuple(_ORDER_ACTIONS[name] for name in possible_actions(operations, info))


def payment_status(payment: Payment, operations: Sequence[Operation]) -> str:
    """The charge status of a payment in the older API, such as FULLY_CHARGED."""
    state = derive_state(operations, closed=payment.state is PaymentState.CLOSED)
    if state in _STATUS:
        return _STATUS[state]
    if state is PaymentState.PAID:
        charged = add_up(operations, payment.amount_due.currency).charged
        is_full = charged >= payment.amount_due
        return "FULLY_CHARGED" if is_full else "PARTIALLY_CHARGED"
    if any(row.state.is_open for row in operations):
        return "PENDING"
    is_refused = bool(operations) and operations[-1].state is OperationState.DECLINED
    return "REFUSED" if is_refused else "NOT_CHARGED"


def charge_status(due: Money, totals: Totals) -> str:
    """Which share of what is due was paid: NONE, PARTIAL, FULL or OVERCHARGED."""
    return "OVERCHARGED" if totals.charged > due else _share(totals.charged, due)


def authorize_status(due: Money, totals: Totals) -> str:
    """Which share of what is due is reserved or paid: NONE, PARTIAL or FULL."""
    return _share(totals.authorized + totals.charged, due)


def order_actions(totals: Totals) -> tuple[str, ...]:
    """What staff may do with the money of an order: CAPTURE, VOID, REFUND."""
    of_reserved = ("CAPTURE", "VOID") if totals.authorized.minor_units > 0 else ()
    of_taken = ("REFUND",) if totals.charged.minor_units > 0 else ()
    return of_reserved + of_taken


def _share(part: Money, whole: Money) -> str:
    if part >= whole:
        return "FULL"
    return "PARTIAL" if part.minor_units > 0 else "NONE"
