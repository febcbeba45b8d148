"""What may be asked of money that is here: the intent of a capture, refund or void."""

from collections.abc import Sequence
from dataclasses import replace

from payment_hooks.engine.engine import Engine
from payment_hooks.ledger.state import (
    find_intent,
    following_money,
    funding_operation,
    next_attempt,
    refundable,
)
from payment_hooks.model.details.ip_addresses import bare_address
from payment_hooks.model.errors import InvalidRequest, NotAllowed, WrongState
from payment_hooks.model.kinds import ErrorCode, RefundReason
from payment_hooks.model.money import Money
from payment_hooks.model.provider_info import Ability
from payment_hooks.model.purchases import AccessRequest, Movement, StaffAction
from payment_hooks.model.records import (
    REASON,
    Operation,
    OperationKind,
    OperationState,
    Payment,
    PaymentRecord,
    PaymentState,
)
from payment_hooks.spec.calling import ShopHooks


def refuse_unless_allowed(
    shop: ShopHooks, payment: Payment, asked: Movement, caller: object
) -> None:
    """Let nobody move money whom the shop does not let.

    Raises:
        NotAllowed: it does not say yes.
    """
    access = AccessRequest(
        action=asked.action,
        caller=caller,
        reference=payment.reference,
        amount=asked.amount,
    )
    if not shop.allows(access):
        raise NotAllowed(
            f"the shop does not let this caller {asked.action} on payment "
            f"{payment.payment_id}",
            code=ErrorCode.NOT_ALLOWED,
        )


def plan_movement(engine: Engine, record: PaymentRecord, asked: Movement) -> Operation:
    """What staff asks for: a capture, a refund or a void.

    Raises:
        PaymentError: as the plan of each says.
    """
    if asked.action is StaffAction.CAPTURE:
        return plan_capture(engine, record, asked.amount, "")
    if asked.action is StaffAction.VOID:
        return plan_void(engine, record, asked.amount)
    intent_id = asked.intent_id or _next_refund(record.operations, asked.known_refunds)
    return plan_refund(engine, record, asked.amount, intent_id, asked.reason)


def plan_capture(
    engine: Engine, record: PaymentRecord, amount: Money | None, shopper_ip: str
) -> Operation:
    """The capture of all or a part of what is authorized.

    Raises:
        WrongState: nothing is authorized, or it was captured.
        InvalidRequest: more is asked.
        UnsupportedOperation: the provider captures no part.
    """
    payment, known = record.payment, record.operations
    funding = funding_operation(payment, known)
    earlier = find_intent(known, OperationKind.CAPTURE)
    asked = _asked(amount, earlier, funding.amount)
    if earlier is not None and asked != earlier.amount:
        raise WrongState(
            f"payment {payment.payment_id} is captured with {earlier.amount} "
            "already: an authorization can be captured once",
            code=ErrorCode.ALREADY_CAPTURED,
        )
    if funding.kind is not OperationKind.AUTHORIZE:
        raise WrongState(
            f"payment {payment.payment_id} has no authorization to capture",
            code=ErrorCode.NOTHING_TO_CAPTURE,
        )
    if not Money.zero(asked.currency) < asked <= funding.amount:
        raise InvalidRequest(
            f"{asked} cannot be captured on payment {payment.payment_id}: "
            f"{funding.amount} is authorized",
            code=ErrorCode.CAPTURE_OUT_OF_RANGE,
        )
    if asked < funding.amount:
        engine.require(Ability.PARTIAL_CAPTURE, f"a capture of {asked}")
    return _plan(
        engine,
        record,
        OperationKind.CAPTURE,
        asked,
        shopper_ip=bare_address(shopper_ip) or funding.shopper_ip,
    )


def plan_refund(
    engine: Engine,
    record: PaymentRecord,
    amount: Money | None,
    intent_id: str,
    reason: RefundReason | None = None,
) -> Operation:
    """The refund of `amount`, or of all that is left.

    Raises:
        InvalidRequest: more than was captured and not yet refunded.
        UnsupportedOperation: the provider refunds no part, or only once.
    """
    payment, known = record.payment, record.operations
    left = refundable(payment, known)
    earlier = find_intent(known, OperationKind.REFUND, intent_id)
    asked = _asked(amount, earlier, left)
    is_new_and_wrong = earlier is None and asked > left
    if is_new_and_wrong or asked <= Money.zero(left.currency):
        why = f"{left} is left" if left.minor_units else "nothing is left"
        raise InvalidRequest(
            f"{asked} cannot be refunded on payment {payment.payment_id}: {why}",
            code=ErrorCode.REFUND_TOO_LARGE,
        )
    if earlier is None:
        _require_refund(engine, known, asked, left)
    planned = _plan(engine, record, OperationKind.REFUND, asked, intent_id=intent_id)
    return replace(planned, details={REASON: reason.value}) if reason else planned


def plan_void(
    engine: Engine, record: PaymentRecord, amount: Money | None = None
) -> Operation:
    """The void of the whole authorization, which `amount` may name.

    Raises:
        WrongState: there is none, or it was captured: refund it.
        UnsupportedOperation: at this provider it can only run out.
        InvalidRequest: a part of an authorization cannot be voided.
    """
    payment, known = record.payment, record.operations
    funding = funding_operation(payment, known)
    earlier = find_intent(known, OperationKind.VOID)
    if earlier is None and payment.state is not PaymentState.AUTHORIZED:
        raise WrongState(
            f"payment {payment.payment_id} is {payment.state}: only an "
            "authorization that was not captured can be voided",
            code=ErrorCode.NOTHING_TO_VOID,
        )
    if amount not in (None, funding.amount):
        raise InvalidRequest(
            f"an authorization is released whole: capture all but {amount}, "
            f"or reverse {funding.amount}",
            code=ErrorCode.PARTIAL_VOID,
        )
    if earlier is None:
        engine.require(Ability.VOID, "a void")
    return _plan(engine, record, OperationKind.VOID, funding.amount)


def plan_reversal(
    engine: Engine, record: PaymentRecord, amount: Money | None, intent_id: str
) -> Operation:
    """The void of what is only authorized, the refund of what is captured.

    Raises:
        InvalidRequest: a part of an authorization cannot be voided.
    """
    if record.payment.state is not PaymentState.AUTHORIZED:
        return plan_refund(engine, record, amount, intent_id)
    return plan_void(engine, record, amount)


def _require_refund(
    engine: Engine, known: Sequence[Operation], asked: Money, left: Money
) -> None:
    if any(
        row.kind is OperationKind.REFUND and (row.moved or row.state.is_open)
        for row in following_money(tuple(known))
    ):
        engine.require(Ability.SEVERAL_REFUNDS, "another refund")
    if asked < left:
        engine.require(Ability.PARTIAL_REFUND, f"a refund of {asked}")


def _plan(
    engine: Engine,
    record: PaymentRecord,
    kind: OperationKind,
    amount: Money,
    *,
    intent_id: str = "",
    shopper_ip: str = "",
) -> Operation:
    payment, known = record.payment, record.operations
    refused = [
        row
        for row in known
        if (row.kind, row.intent.intent_id) == (kind, intent_id)
        and not row.state.is_open
        and row.state is not OperationState.SUCCEEDED
    ]
    return engine.new_operation(
        payment,
        kind,
        amount,
        parent_id=funding_operation(payment, known).transaction_id,
        intent_id=intent_id,
        shopper_ip=shopper_ip,
        attempt=next_attempt(refused),
    )


def _next_refund(operations: Sequence[Operation], known: int | None) -> str:
    """The name of the refund after those that are known.

    So a double click is one refund, and two that follow each other are two.
    """
    done = sum(row.kind is OperationKind.REFUND and row.counts for row in operations)
    return f"refund {(done if known is None else known) + 1}"


def _asked(amount: Money | None, earlier: Operation | None, whole: Money) -> Money:
    """The amount; without one, that of the same intent before, or else the whole.

    Raises:
        InvalidRequest: it is in another currency than the payment.
    """
    if amount is None:
        return earlier.amount if earlier is not None else whole
    if amount.currency != whole.currency:
        raise InvalidRequest(
            f"{amount} cannot be moved: the payment is in {whole.currency}",
            code=ErrorCode.CURRENCY_MISMATCH,
        )
    return amount
