"""The response to each call of Saleor's payments flow; there always is one."""

from typing import Any

from saleor.payment import TransactionKind
from saleor.payment.interface import GatewayResponse, PaymentMethodInfo

from clover_saleor.installation.languages import language_of_payment
from clover_saleor.installation.untyped import SaleorObject
from payment_hooks import Operation
from payment_hooks.storefront import (
    CHECKING,
    Progress,
    describe_progress,
    explain,
    transaction_kind,
)


def of_progress(
    asked: SaleorObject, progress: Progress, kind: str, *, first: bool = True
) -> GatewayResponse:
    """The response to a shopper's submit; `first` is false for who comes back."""
    payment_id = progress.payment.payment_id if progress.payment else ""
    if progress.money is not None:
        return succeeded(asked, progress.money)
    language = language_of_payment(asked)
    if progress.next_action is not None:
        data = describe_progress(progress, first=first, language=language)
        return _ask(asked, payment_id, data or {})
    if progress.is_unknown:
        return outcome_unknown(asked, payment_id)
    return failed(asked, kind, explain(progress, language))


def succeeded(asked: SaleorObject, operation: Operation) -> GatewayResponse:
    """The operation succeeded; Saleor keeps its own record of it where it has one."""
    moved = operation.moved or operation.amount
    return GatewayResponse(
        is_success=True,
        action_required=False,
        kind=getattr(TransactionKind, transaction_kind(operation)),
        amount=moved.to_decimal(),
        currency=moved.currency,
        transaction_id=operation.transaction_id,
        error=None,
        payment_method_info=card_of(operation),
        raw_response={"payment": operation.payment_id},
        transaction_already_processed=True,
        psp_reference=operation.transaction_id,
    )


def outcome_unknown(asked: SaleorObject, payment_id: str = "") -> GatewayResponse:
    """The outcome is unknown: the next `checkoutComplete` looks it up and sends nothing."""
    return _ask(asked, payment_id, {"status": CHECKING})


def failed(asked: SaleorObject, kind: str, text: str) -> GatewayResponse:
    """Nothing was charged, and the text says what to do."""
    return GatewayResponse(
        is_success=False,
        action_required=False,
        kind=kind,
        amount=asked.amount,
        currency=asked.currency,
        transaction_id=asked.token or "",
        error=text,
        raw_response={},
    )


def card_of(operation: Operation) -> PaymentMethodInfo | None:
    """What may be shown of the card."""
    details = operation.details
    if not details.get("last4"):
        return None
    return PaymentMethodInfo(
        type="card",
        brand=details.get("brand", "").lower() or None,
        last_4=details["last4"],
    )


def _ask(asked: SaleorObject, payment_id: str, data: dict[str, Any]) -> GatewayResponse:
    return GatewayResponse(
        is_success=True,
        action_required=True,
        kind=TransactionKind.ACTION_TO_CONFIRM,
        amount=asked.amount,
        currency=asked.currency,
        transaction_id=payment_id,
        error=None,
        raw_response={},
        action_required_data=data,
    )
