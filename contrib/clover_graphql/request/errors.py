"""Errors of the API, translated into Saleor's codes."""

import logging
from enum import Enum
from typing import TypeVar

from graphql import GraphQLError

from clover_graphql.request.codes import (
    GATEWAY_UNKNOWN,
    ID_MALFORMED,
    ID_OF_OTHER_TYPE,
    NOT_PAID,
    PURCHASE_UNKNOWN,
)
from payment_hooks import (
    BadInput,
    ErrorCode,
    OutcomeUnknown,
    PaymentDeclined,
    PaymentError,
)

logger = logging.getLogger(__name__)

Code = TypeVar("Code", bound=Enum)

_SALEOR = {
    ID_MALFORMED: ("GRAPHQL_ERROR",),
    ID_OF_OTHER_TYPE: ("INVALID",),
    PURCHASE_UNKNOWN: ("NOT_FOUND",),
    ErrorCode.PAYMENT_UNKNOWN: ("NOT_FOUND",),
    GATEWAY_UNKNOWN: ("NOT_SUPPORTED_GATEWAY", "NOT_FOUND"),
    ErrorCode.KEY_REUSED: ("UNIQUE",),
    ErrorCode.PARTIAL_PAYMENT: ("PARTIAL_PAYMENT_NOT_ALLOWED", "INVALID"),
    ErrorCode.BEGUN_WITH_OTHER_AMOUNT: ("CHECKOUT_NOT_FULLY_PAID", "INVALID"),
    NOT_PAID: ("CHECKOUT_NOT_FULLY_PAID", "INVALID"),
    ErrorCode.IN_PROGRESS: ("CHECKOUT_COMPLETION_IN_PROGRESS",),
    ErrorCode.OUTCOME_UNKNOWN: ("CHECKOUT_COMPLETION_IN_PROGRESS",),
    ErrorCode.SAVED_SOURCE_UNKNOWN: ("NOT_FOUND",),
}
"""Our codes and Saleor's; the first of them that the payload's enum has is used."""
_FIELDS = {
    "idempotency_key": "idempotencyKey",
    "mode": "paymentGateway",
    "return_url": "returnUrl",
}
"""Saleor's spelling of what a `BadInput` is about."""
_MOVING = (PaymentDeclined, OutcomeUnknown)
_SAFE = frozenset({ErrorCode.PAYMENT_DATA_INVALID})
"""Codes of other errors whose message may be shown to the caller."""


class Denied(GraphQLError):
    """The caller may not do this; Saleor says so beside the data."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"To {what}, you need a permission of this shop.",
            extensions={"exception": {"code": "PermissionDenied"}},
        )


def code_of(error: PaymentError, codes: type[Code]) -> Code:
    """Saleor's code for the error, out of those that the payload knows."""
    candidates = [*_SALEOR.get(error.code, ()), error.code.upper()]
    if isinstance(error, _MOVING):
        candidates.append("PAYMENT_ERROR")
    known = [name for name in candidates if name in codes.__members__]
    return codes[known[0] if known else "INVALID"]


def text_of(error: PaymentError, language: str) -> str:
    """What the caller may read: our own words for input, the shopper's for the rest."""
    if isinstance(error, BadInput) or error.code in _SAFE:
        return error.message
    logger.warning("refused a payment (%s): %s", error.code, error)
    return error.shopper_message(language)


def field_of(error: PaymentError) -> str | None:
    """The argument that the error is about, where one is."""
    field = error.field if isinstance(error, BadInput) else ""
    if error.code == ErrorCode.PARTIAL_VOID:
        field = "amount"
    return _FIELDS.get(field, field) or None
