"""The state of a payment: what its operations add up to."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from payment_hooks.model.errors import (
    KeyConflict,
    OutcomeUnknown,
    PaymentDeclined,
    PaymentReversed,
    WrongState,
)
from payment_hooks.model.kinds import DeclineCode, ErrorCode, Flag
from payment_hooks.model.money import Money
from payment_hooks.model.records import (
    CAPTURING,
    FUNDING,
    REVERSED,
    Operation,
    OperationKind,
    OperationState,
    Payment,
    PaymentState,
)
from payment_hooks.model.results import ActionRequired

Operations = Iterable[Operation]

CAPTURE = OperationKind.CAPTURE
_RETURNING = frozenset({OperationKind.REFUND, OperationKind.VOID})


def held_of(operation: Operation, operations: Operations) -> Money:
    """What is here of all that the operation brought, tip and surcharge included.

    Compared by sums: what was refunded in part is here in part.
    """
    held = operation.effective_amount
    for extra in ("tip", "surcharge"):
        if extra_paid := operation.details.get(extra):
            held += Money.of(*extra_paid.split())
    for row in operations:
        if not (row.counts and row.parent_id == operation.transaction_id):
            continue
        if row.kind is OperationKind.VOID and operation.kind is not CAPTURE:
            return Money(0, held.currency)
        returned = row.effective_amount
        # What came back in another currency says nothing of how much is left.
        if row.kind is OperationKind.REFUND and returned.currency == held.currency:
            held -= returned
    return held


def find_unclear(operations: Operations, flag: str = "") -> Operation | None:
    """Money that came, does not fit (for that reason) and is still here.

    A person must look at it.
    """
    known = tuple(operations)
    for operation in known:
        is_money = operation.kind in FUNDING | CAPTURING and operation.flag
        if not (is_money and operation.state is OperationState.SUCCEEDED):
            continue
        is_asked = flag in ("", operation.flag)
        if is_asked and held_of(operation, known).minor_units > 0:
            return operation
    return None


def refuse_unclear(operations: Operations) -> None:
    """Let nothing more be asked for while money that does not fit is held.

    Raises:
        OutcomeUnknown: there is such money.
    """
    known = tuple(operations)
    unclear = find_unclear(known)
    if unclear is not None:
        raise OutcomeUnknown(
            f"{held_of(unclear, known)} of {unclear.transaction_id} is here and does not "
            f"fit ({unclear.flag}): a person must look before anything more is taken",
            code=unclear.flag,
        )


def refuse_conflict(payment: Payment) -> None:
    """Let nothing be asked for while the provider knows our key from somewhere else.

    Raises:
        KeyConflict: a person has not looked yet.
    """
    if Flag.KEY_CONFLICT in payment.flags:
        raise KeyConflict(
            f"the provider knows the key of payment {payment.payment_id} with other "
            "content: an older copy of this ledger may have taken it. Compare with the "
            "provider's list (reconcile), then remove the flag key_conflict",
            code=Flag.KEY_CONFLICT,
        )


def refuse_unless_open(payment: Payment, operations: Operations) -> None:
    """Refuse to pay what was paid, also before the payment's own row knows of it.

    Raises:
        WrongState: it holds money, or it was given up.
    """
    is_closed = payment.state is PaymentState.CLOSED
    state = derive_state(operations, closed=is_closed)
    if state is not PaymentState.OPEN:
        raise WrongState(
            f"payment {payment.payment_id} is {state}: nothing is left to pay",
            code=ErrorCode.PAYMENT_NOT_OPEN,
        )


def refuse_reversed(payment: Payment, known: Operations) -> None:
    """What was taken once, and reversed, must not look like money that is here.

    Raises:
        PaymentReversed: all of it was voided or refunded.
    """
    state = derive_state(known, closed=False)
    if state in REVERSED:
        raise PaymentReversed(
            f"payment {payment.payment_id} is {state}: open the next one with again=True",
            code=ErrorCode.PAYMENT_REVERSED,
        )


def refuse_order(payment: Payment, operations: Operations) -> None:
    """Let no new order be made unless all of its money is here, and stays.

    Raises:
        WrongState: it is not, or not all of it any more; the code is its state.
        OutcomeUnknown: it is being refunded: look again.
    """
    known = tuple(operations)
    state = derive_state(known, closed=False)
    if state not in (PaymentState.AUTHORIZED, PaymentState.PAID):
        raise WrongState(
            f"payment {payment.payment_id} is {state}: no order can be made of it",
            code=state.value,
        )
    money = following_money(known)
    if any(row.state.is_open and row.kind in _RETURNING for row in money):
        raise OutcomeUnknown(
            f"payment {payment.payment_id} is being refunded: look again",
            code=ErrorCode.IN_PROGRESS,
        )


def funding_operation(payment: Payment, operations: Operations) -> Operation:
    """The operation which brought the payment its money.

    Raises:
        WrongState: nothing was taken so far.
    """
    for operation in operations:
        if operation.funds_payment:
            return operation
    raise WrongState(
        f"payment {payment.payment_id} holds no money", code=ErrorCode.NOT_FUNDED
    )


def visible_state(
    payment: Payment, operations: Operations
) -> PaymentState | OperationState:
    """The payment's state; of an open one, what became of its latest attempt.

    So that lists tell what was declined from what waits or has an unknown outcome.
    """
    known = tuple(operations)
    if payment.state is not PaymentState.OPEN:
        return payment.state
    if any(row.state.is_unresolved for row in known):
        return OperationState.UNKNOWN
    latest = next((row for row in reversed(known) if row.kind in FUNDING), None)
    shown = (OperationState.WAITING, OperationState.DECLINED)
    return latest.state if latest and latest.state in shown else PaymentState.OPEN


def find_authorization(operations: Operations) -> Operation | None:
    """The authorization that can still be captured or voided; None without one.

    One whose capture or void is on its way is left out: its outcome decides.
    """
    known = tuple(operations)
    for operation in known:
        if not (operation.kind is OperationKind.AUTHORIZE and operation.counts):
            continue
        later = (row for row in known if row.parent_id == operation.transaction_id)
        if not any(row.counts or row.state.is_open for row in later):
            return operation
    return None


def lapses_at(operations: Operations, window: timedelta | None) -> datetime | None:
    """When the authorization that can still be captured may lapse at the earliest.

    Args:
        operations: all of one payment.
        window: the provider's `Limits.authorization_window`; without it nothing is known.
    """
    authorized = find_authorization(operations)
    if authorized is None or window is None:
        return None
    return authorized.created_at + window


def find_intent(
    operations: Operations, kind: OperationKind, intent_id: str = ""
) -> Operation | None:
    """The operation of this intent that is open or moved money."""
    for operation in operations:
        is_same = operation.kind is kind and operation.intent.intent_id == intent_id
        if is_same and (operation.state.is_open or operation.counts):
            return operation
    return None


def refundable(payment: Payment, operations: Operations) -> Money:
    """What was captured and neither refunded nor being refunded."""
    known = tuple(operations)
    left = Money(0, payment.amount_due.currency)
    for operation in following_money(known):
        moved = operation.effective_amount
        if operation.kind in CAPTURING and operation.counts:
            left += moved
        elif operation.kind is OperationKind.REFUND and (
            operation.counts or operation.state.is_open
        ):
            left -= moved
    return left


def money_here(payment: Payment, operations: Operations) -> Money:
    """What is reserved or captured and not with the shopper again.

    Money that does not fit is here as well; what is being refunded may yet stay.
    """
    known = tuple(operations)
    here = Money(0, payment.amount_due.currency)
    captured = {row.parent_id for row in known if row.kind is CAPTURE and row.counts}
    for operation in known:
        is_money = operation.kind in FUNDING | CAPTURING
        if not is_money or operation.state is not OperationState.SUCCEEDED:
            continue
        if operation.transaction_id in captured and operation.kind is not CAPTURE:
            continue  # what is left of it was released
        held = held_of(operation, known)
        if held.currency == here.currency:
            here += held
    return here


def find_obstacle(
    payment: Payment, operation: Operation, operations: Operations
) -> str:
    """Why this capture, void or refund may not be sent any more; empty if it may."""
    others = [row for row in operations if row.operation_id != operation.operation_id]
    if not any(
        row.funds_payment and row.transaction_id == operation.parent_id
        for row in others
    ):
        return ""  # money that does not count is refunded whole, whatever else was
    done = {row.kind for row in others if row.counts}
    if operation.kind is OperationKind.REFUND:
        left = refundable(payment, others)
        return f"only {left} is left" if operation.amount > left else ""
    if OperationKind.VOID in done:
        return "it was voided"
    return "it was captured" if OperationKind.CAPTURE in done else ""


def is_waiting_page(operation: Operation) -> bool:
    """Whether it is a hosted page that was opened, and not paid on so far."""
    is_page = operation.kind is OperationKind.HOSTED_PAGE
    return is_page and operation.state is OperationState.WAITING


def next_attempt(earlier: Operations) -> int:
    """Grows only after a definitive no; an open operation keeps its attempt."""
    return 1 + sum(not operation.state.is_open for operation in earlier)


def derive_state(operations: Operations, *, closed: bool) -> PaymentState:
    """The state of a payment with these operations."""
    sums = dict.fromkeys(OperationKind, 0)
    for operation in following_money(tuple(operations)):
        if operation.counts:
            moved = operation.effective_amount
            sums[operation.kind] += moved.minor_units
    captured = sum(sums[kind] for kind in CAPTURING)
    refunded = sums[OperationKind.REFUND]
    if refunded:
        full = refunded >= captured
        return PaymentState.REFUNDED if full else PaymentState.PARTLY_REFUNDED
    if captured:
        return PaymentState.PAID
    if sums[OperationKind.VOID]:
        return PaymentState.VOIDED
    if sums[OperationKind.AUTHORIZE]:
        return PaymentState.AUTHORIZED
    return PaymentState.CLOSED if closed else PaymentState.OPEN


def with_state(
    payment: Payment,
    operations: Sequence[Operation],
    *,
    closed: bool | None = None,
    flag: str = "",
) -> Payment:
    """The payment with the state and the flags that its operations give it.

    Args:
        payment: as it was read.
        operations: all of it.
        closed: whether it is given up from now on; as it was if None.
        flag: one more reason for a person to look.
    """
    # What the shop was notified of has left its mark before, and a person may have
    # taken it away.
    found = [row.flag for row in operations if not row.notified] + [flag]
    flags = payment.flags + tuple(
        name for name in dict.fromkeys(found) if name and name not in payment.flags
    )
    was_closed = payment.state is PaymentState.CLOSED
    state = derive_state(operations, closed=was_closed if closed is None else closed)
    return replace(payment, state=state, flags=flags)


def following_money(operations: tuple[Operation, ...]) -> tuple[Operation, ...]:
    """All but what follows money that does not count, such as a released approval."""
    money = {
        operation.transaction_id
        for operation in operations
        if operation.counts and operation.kind in FUNDING | CAPTURING
    }
    return tuple(
        operation
        for operation in operations
        if not operation.parent_id or operation.parent_id in money
    )


_BETWEEN_LOOKS = timedelta(seconds=3)


def is_worth_a_look(operations: Sequence[Operation], now: datetime) -> bool:
    """Whether resolving could change it, and no one has just looked or owns the lease."""
    if any(row.lease_until and row.lease_until > now for row in operations):
        return False
    if any(_is_due(row, now) for row in operations if not row.state.is_open):
        return True
    looks = [row.updated_at for row in operations if row.state.is_open]
    return bool(looks) and now - max(looks) >= _BETWEEN_LOOKS


def _is_due(row: Operation, now: datetime) -> bool:
    return not row.notified and (row.due is None or row.due <= now)


def in_progress(operation: Operation) -> OutcomeUnknown:
    """The error for an operation that another process owns, or whose outcome is unknown."""
    return OutcomeUnknown(
        f"{operation.kind} {operation.operation_id} has no known outcome yet: "
        "resolve it before asking again",
        code=ErrorCode.IN_PROGRESS,
    )


def still_open(operation: Operation) -> OutcomeUnknown:
    """The error for an operation just read; where the shopper has to act, it says how."""
    if operation.challenge is None or operation.state is not OperationState.WAITING:
        return in_progress(operation)
    return ActionRequired(
        f"{operation.kind} {operation.operation_id} waits for the shopper to answer a "
        "challenge",
        next_action=operation.challenge,
    )


def decline_of(operation: Operation) -> PaymentDeclined:
    """The error which a declined operation raised when it was declined."""
    known = set(DeclineCode)
    code = (
        DeclineCode(operation.code)
        if operation.code in known
        else DeclineCode.CARD_DECLINED
    )
    return PaymentDeclined(operation.message, decline_code=code)
