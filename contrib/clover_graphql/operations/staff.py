"""Mutations of staff and apps: capture, refund, void and report."""

import logging
import re
from collections.abc import Callable
from contextlib import suppress
from decimal import Decimal
from functools import partial
from typing import TypeVar
from uuid import UUID

from clover_graphql.operations.older_payments import refused, shown_payment
from clover_graphql.request.codes import INCORRECT_DETAILS, INVALID
from clover_graphql.request.context import RequestContext
from clover_graphql.request.errors import Denied, code_of, field_of
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
    Movement,
    NotAllowed,
    OutcomeUnknown,
    Payment,
    PaymentError,
    StaffAction,
    read_money,
)
from payment_hooks.model import looks_like_card_number
from payment_hooks.storefront import OfferedGateway

logger = logging.getLogger(__name__)

Answer = TypeVar("Answer", PaymentCapture, PaymentRefund, PaymentVoid)

_REFERENCE = re.compile(r"[\w.:-]{1,255}", re.ASCII)
_ACTIONS = {
    TransactionActionEnum.CHARGE: StaffAction.CAPTURE,
    TransactionActionEnum.REFUND: StaffAction.REFUND,
    TransactionActionEnum.CANCEL: StaffAction.VOID,
}


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
            _move(context, offer, payment, _ACTIONS[action], amount)
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
        _move(context, offer, payment, action, amount)
    except PaymentError as error:
        return answer(
            payment=None, errors=[refused(error, context.language(), to_staff=True)]
        )
    return answer(payment=shown_payment(offer, payment), errors=[])


def _move(
    context: RequestContext,
    offer: OfferedGateway,
    payment: Payment,
    action: StaffAction,
    amount: Decimal | None,
) -> None:
    """Capture, refund or void, and notify the shop.

    Raises:
        Denied: the shop does not let the caller.
        PaymentError: nothing moved, or the outcome is unknown.
    """
    asked = Movement(
        action=action,
        amount=_read_amount(amount, payment),
        intent_id=f"graphql {context.request_key}" if context.request_key else "",
    )
    shop = context.api.shop
    try:
        offer.payments.move(payment.payment_id, asked, caller=context.caller, shop=shop)
    except NotAllowed as error:
        logger.warning("%s", error)
        raise Denied(f"{action} payments") from error


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


def _read_amount(amount: Decimal | None, payment: Payment) -> Money | None:
    """The amount that was named; one of zero is refused, None means all.

    Raises:
        BadInput: such an amount cannot be moved.
    """
    if amount is None:
        return None
    try:
        money = read_money(amount, payment.amount_due.currency)
    except InvalidRequest as error:
        raise _wrong_amount(error.message) from error
    if money.minor_units <= 0:
        raise _wrong_amount(
            "The amount must be more than 0: leave it out for all that is left."
        )
    return money


def _wrong_amount(text: str) -> BadInput:
    return BadInput(text, code=INVALID, field="amount")


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
