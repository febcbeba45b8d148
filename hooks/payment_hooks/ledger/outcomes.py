"""What a shopper may be shown of a payment, decided from its operations alone.

The operations are read once: a payment's own row, read a moment earlier or later, may
not know yet of money that has come.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from payment_hooks.ledger.state import derive_state, find_unclear
from payment_hooks.model.records import (
    FUNDING,
    REVERSED,
    HostedPage,
    Operation,
    OperationKind,
    OperationState,
)


class Outcome(StrEnum):
    """The five things that a page can say."""

    PAID = "paid"
    REVERSED = "reversed"
    CHECKING = "checking"
    """Money may have moved, or did and does not fit: no one may pay again now."""
    ACTION_REQUIRED = "action_required"
    """The shopper has to answer the bank: show `Payments.next_action` (3-D Secure)."""
    NOT_PAID = "not_paid"

    @property
    def may_hold_money(self) -> bool:
        """Whether money is here, or may be: no one may pay again by other means."""
        return self in _MONEY_FIRST


_MARGIN = timedelta(minutes=1)
"""What a shopper needs at least to pay on a page."""
_MONEY_FIRST = (Outcome.PAID, Outcome.CHECKING, Outcome.ACTION_REQUIRED)


def outcome_of(
    operations: Sequence[Operation], *, shopper_canceled: bool = False
) -> Outcome:
    """What to show the shopper; "not_paid" only when no money is anywhere.

    Args:
        operations: all of one payment.
        shopper_canceled: whether the shopper says that the open page was not paid on.
    """
    state = derive_state(operations, closed=False)
    if state.holds_money:
        return Outcome.PAID
    takings = [row for row in operations if row.kind in FUNDING]
    if shopper_canceled:
        takings = [row for row in takings if not _is_open_page(row)]
    unknown = [row for row in takings if row.state.is_open]
    if find_unclear(operations) or not all(map(_is_challenged, unknown)):
        return Outcome.CHECKING
    if unknown:
        return Outcome.ACTION_REQUIRED
    return Outcome.REVERSED if state in REVERSED else Outcome.NOT_PAID


def outcome_of_all(
    payments: Sequence[Sequence[Operation]], *, shopper_canceled: bool = False
) -> Outcome:
    """The same of several payments for one thing, each by its operations, oldest first.

    Money that is or may be in any of them comes first; else the latest payment decides,
    and without one nothing is paid.
    """
    outcomes = [
        outcome_of(rows, shopper_canceled=shopper_canceled) for rows in payments
    ]
    for first in _MONEY_FIRST:
        if first in outcomes:
            return first
    return outcomes[-1] if outcomes else Outcome.NOT_PAID


def last_decline(operations: Sequence[Operation]) -> Operation | None:
    """The latest attempt that was declined."""
    declined = [row for row in operations if row.state is OperationState.DECLINED]
    taking = [row for row in declined if row.kind in FUNDING]
    return taking[-1] if taking else None


def has_open_page(operations: Sequence[Operation], now: datetime | None = None) -> bool:
    """Whether a hosted page of it can still be paid, or was and is not known of yet."""
    moment = now or datetime.now(UTC)
    return any(
        _is_open_page(row) and (row.page is None or row.page.expires_at > moment)
        for row in operations
    )


def can_be_paid(operation: Operation, now: datetime) -> bool:
    """Whether it is a hosted page that the shopper may still be sent to."""
    return (
        operation.kind is OperationKind.HOSTED_PAGE
        and operation.state is OperationState.WAITING
        and operation.page is not None
        and operation.page.expires_at > now + _MARGIN
    )


def find_unpaid_page(
    operations: Sequence[Operation], now: datetime
) -> HostedPage | None:
    """The hosted page to go on with, where no money moved and none may have elsewhere."""
    if outcome_of(operations) is not Outcome.CHECKING:
        return None
    if outcome_of(operations, shopper_canceled=True) is not Outcome.NOT_PAID:
        return None
    return next(
        (row.page for row in reversed(operations) if can_be_paid(row, now)), None
    )


def find_challenged(operations: Sequence[Operation]) -> Operation | None:
    """The charge or authorization that waits for the shopper; None if none does."""
    return next((row for row in operations if _is_challenged(row)), None)


def _is_challenged(row: Operation) -> bool:
    return row.challenge is not None and row.state is OperationState.WAITING


def _is_open_page(row: Operation) -> bool:
    return row.kind is OperationKind.HOSTED_PAGE and row.state.is_open
