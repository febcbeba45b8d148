"""Mutations of staff and apps: capture, refund, void and report."""

import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from functools import partial
from typing import TypeVar
from uuid import UUID

from clover_graphql.operations.older_payments import refused, shown_payment
from clover_graphql.request.codes import INCORRECT_DETAILS, INVALID
from clover_graphql.request.context import RequestContext
from clover_graphql.request.errors import code_of, field_of
from clover_graphql.types.enums import (
    TransactionActionEnum,
    TransactionEventReportErrorCode,
    TransactionEventTypeEnum,
    TransactionRequestActionErrorCode,
)
from clover_graphql.types.payloads import (
    PaymentCapture,
    PaymentRefund,
    PaymentVoid,
    TransactionEventReport,
    TransactionEventReportError,
    TransactionRequestAction,
    TransactionRequestActionError,
)
from clover_graphql.types.transactions import TransactionEvent, item_of
from payment_hooks import (
    BadInput,
    InvalidRequest,
    Money,
    OperationKind,
    OutcomeUnknown,
    Payment,
    PaymentError,
    StaffAction,
    read_money,
)
from payment_hooks.ledger import add_up
from payment_hooks.model import looks_like_card_number
from payment_hooks.storefront import OfferedGateway

Answer = TypeVar("Answer", PaymentCapture, PaymentRefund, PaymentVoid)

_REFERENCE = re.compile(r"[\w.:-]{1,255}", re.ASCII)
_ACTIONS = {
    TransactionActionEnum.CHARGE: StaffAction.CAPTURE,
    TransactionActionEnum.REFUND: StaffAction.REFUND,
    TransactionActionEnum.CANCEL: StaffAction.VOID,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Modification:
    """A capture, refund or void: its kind, payment and amount."""

    offer: OfferedGateway
    payment: Payment
    action: StaffAction
    amount: Money | None = None


def request_action(
    context: RequestContext,
    identifier: str | None,
    token: UUID | None,
    action: TransactionActionEnum,
    amount: Decimal | None,
) -> TransactionRequestAction:
    """Capture, refund or void; an unknown outcome shows as pending."""
    try:
        offer, payment = context.payment(identifier, token, kind="TransactionItem")
        with suppress(OutcomeUnknown):  # its event is a request without an outcome
            modify(context, _modification(offer, payment, _ACTIONS[action], amount))
    except PaymentError as error:
        failure = TransactionRequestActionError(
            code=code_of(error, TransactionRequestActionErrorCode),
            field=field_of(error),
            message=str(error),
        )
        return TransactionRequestAction(transaction=None, errors=[failure])
    return TransactionRequestAction(
        transaction=item_of(context, offer.id, payment), errors=[]
    )


def act_on_payment(
    context: RequestContext,
    identifier: str,
    action: StaffAction,
    amount: Decimal | None,
    answer: Callable[..., Answer],
) -> Answer:
    """The same in the older API, where an unknown outcome is an error."""
    try:
        offer, payment = context.payment(identifier, kind="Payment")
        modify(context, _modification(offer, payment, action, amount))
    except PaymentError as error:
        return answer(
            payment=None, errors=[refused(error, context.language(), to_staff=True)]
        )
    return answer(payment=shown_payment(offer, payment), errors=[])


def modify(context: RequestContext, asked: Modification) -> None:
    """Capture, refund or void, and notify the shop.

    Raises:
        Denied: the shop does not let the caller.
        PaymentError: nothing moved, or the outcome is unknown.
    """
    context.require(asked.action, asked.payment, asked.amount)
    payments, payment_id = asked.offer.payments, asked.payment.payment_id
    if asked.action is StaffAction.CAPTURE:
        payments.capture(payment_id, asked.amount)
    elif asked.action is StaffAction.VOID:
        _check_whole(asked)
        payments.void(payment_id)
    else:
        payments.refund(payment_id, asked.amount, intent_id=_intent_id(context, asked))


def report(
    context: RequestContext,
    identifier: str | None,
    token: UUID | None,
    *,
    reference: str,
    kind: TransactionEventTypeEnum,
    amount: Decimal | None,
) -> TransactionEventReport:
    """Look at what the caller says has happened: what the provider shows is recorded.

    Nothing is believed. The event is there afterwards if the provider knows it.
    """
    try:
        offer, payment = context.payment(identifier, token, kind="TransactionItem")
        context.require(StaffAction.REPORT, payment)
        _check_reference(reference)
        find = partial(_find_event, offer, payment, reference, kind, amount)
        known = find(context.language(payment=payment))
        if known is None:
            offer.payments.resolve(payment.payment_id, transaction_id=reference)
        event = known or find(context.language(payment=payment))
        if event is None:
            raise BadInput(
                f"The provider shows no {kind.name} of {reference}: nothing was changed.",
                code=INVALID,
                field="type",
            )
    except PaymentError as error:
        failure = TransactionEventReportError(
            code=code_of(error, TransactionEventReportErrorCode),
            field=field_of(error),
            message=str(error),
        )
        return TransactionEventReport(
            already_processed=None,
            transaction=None,
            transaction_event=None,
            errors=[failure],
        )
    return TransactionEventReport(
        already_processed=known is not None,
        transaction=item_of(context, offer.id, payment),
        transaction_event=event,
        errors=[],
    )


def _check_reference(reference: str) -> None:
    """Refuse text that cannot be a transaction's id, before it is sent or logged.

    Raises:
        BadInput: it cannot be one.
    """
    if not _REFERENCE.fullmatch(reference) or looks_like_card_number(reference):
        raise BadInput(
            "pspReference must be the provider's id of a transaction.",
            code=INVALID,
            field="pspReference",
        )


def _modification(
    offer: OfferedGateway,
    payment: Payment,
    action: StaffAction,
    amount: Decimal | None,
) -> Modification:
    """The requested movement; an amount of zero is refused, None means all.

    Raises:
        BadInput: such an amount cannot be moved.
    """
    if amount is None:
        return Modification(offer=offer, payment=payment, action=action)
    try:
        money = read_money(amount, payment.amount_due.currency)
    except InvalidRequest as error:
        raise _wrong_amount(error.message) from error
    if money.minor_units <= 0:
        raise _wrong_amount(
            "The amount must be more than 0: leave it out for all that is left."
        )
    return Modification(offer=offer, payment=payment, action=action, amount=money)


def _check_whole(asked: Modification) -> None:
    """Refuse a void of a part: an authorization is released as a whole.

    Raises:
        BadInput: another amount than is reserved was named.
    """
    rows = asked.offer.payments.operations(asked.payment.payment_id)
    authorized = add_up(rows, asked.payment.amount_due.currency).authorized
    if asked.amount is not None and asked.amount != authorized:
        raise _wrong_amount(f"{authorized} is reserved, and is released as a whole.")


def _wrong_amount(text: str) -> BadInput:
    return BadInput(text, code=INVALID, field="amount")


def _intent_id(context: RequestContext, asked: Modification) -> str:
    """The caller's intent id, or else the number of the payment's next refund.

    So a double click is one refund, and two that follow each other are two.
    """
    if context.request_key:
        return f"graphql {context.request_key}"
    rows = asked.offer.payments.operations(asked.payment.payment_id)
    done = sum(row.kind is OperationKind.REFUND and row.counts for row in rows)
    return f"graphql refund {done + 1}"


def _find_event(
    offer: OfferedGateway,
    payment: Payment,
    reference: str,
    kind: TransactionEventTypeEnum,
    amount: Decimal | None,
    language: str,
) -> TransactionEvent | None:
    """The event of that transaction and type.

    Raises:
        BadInput: there is one, of another amount.
    """
    for row in offer.payments.operations(payment.payment_id):
        event = TransactionEvent.of(row, language)
        if event.psp_reference != reference or event.type is not kind:
            continue
        moved = row.moved or row.amount
        if amount is not None and read_money(amount, moved.currency) != moved:
            raise BadInput(
                f"{reference} is of {moved}.", code=INCORRECT_DETAILS, field="amount"
            )
        return event
    return None
