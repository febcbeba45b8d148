"""What Saleor reads as the outcome of a session or a request: a result and its amount."""

from decimal import Decimal

from django.utils import timezone

from payment_hooks import FUNDING, Operation
from payment_hooks.storefront import (
    Progress,
    actions_after,
    describe_progress,
    explain,
    movement_word,
    outcome_type,
)

Response = dict[str, object]


def response_to(
    progress: Progress, prefix: str, amount: Decimal, *, first: bool, language: str
) -> Response:
    """What Saleor reads as the outcome of a session; its texts are the shopper's."""
    if progress.money is not None:
        return success(progress.money)
    text = explain(progress, language)
    data = describe_progress(progress, first=first, language=language)
    if data is not None:
        said: Response = {"amount": amount, "data": data}
        said |= {"message": text} if progress.is_unknown else {}
        return {"result": outcome_type(progress, prefix), **said}
    return failure(prefix, amount, text)


def success(operation: Operation, reference: str = "") -> Response:
    """An operation that succeeded; `reference` where Saleor has another id for it."""
    moved = operation.moved or operation.amount
    said: Response = {
        "result": f"{movement_word(operation.kind)}_SUCCESS",
        "pspReference": reference or operation.transaction_id,
        "amount": moved.to_decimal(),
        "time": timezone.now().isoformat(),
        "actions": list(actions_after(operation.kind)),
    }
    last4, brand = operation.details.get("last4"), operation.details.get("brand")
    if operation.kind in FUNDING and last4:
        said["paymentMethodDetails"] = {
            "type": "CARD",
            "name": operation.card_label,
            "brand": brand,
            "lastDigits": last4,
        }
    return said


def failure(
    prefix: str, amount: Decimal, text: str, reference: str | None = None
) -> Response:
    """A failure: nothing was charged or refunded.

    Saleor takes two failures of one transaction with the same reference, or both
    without any, for one, and shows the text of the first.
    """
    return {
        "result": f"{prefix}_FAILURE",
        "pspReference": reference,
        "amount": amount,
        "message": text,
    }
