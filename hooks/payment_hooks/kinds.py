"""The closed sets of words which requests and results use."""

from enum import StrEnum


class Mode(StrEnum):
    """How the shopper's card reaches the provider."""

    HOSTED = "hosted"
    """On the provider's page; the shopper is redirected and comes back."""
    IFRAME = "iframe"
    """In the provider's fields inside the shop's page; the shop sees a token."""
    API = "api"
    """In the shop's own form; the shop handles card data and answers for it."""


class TransactionKind(StrEnum):
    """What a movement of money is."""

    AUTHORIZATION = "authorization"
    CHARGE = "charge"
    CAPTURE = "capture"
    REFUND = "refund"
    VOID = "void"


class TransactionStatus(StrEnum):
    """Where a movement of money stands at the provider."""

    SUCCEEDED = "succeeded"
    PENDING = "pending"
    FAILED = "failed"
    CANCELED = "canceled"
    VOIDED = "voided"


class CheckResult(StrEnum):
    """What the bank said of a detail that it compared."""

    PASSED = "passed"
    FAILED = "failed"
    UNAVAILABLE = "unavailable"
    UNCHECKED = "unchecked"


class RefundReason(StrEnum):
    """Why money goes back."""

    REQUESTED_BY_CUSTOMER = "requested_by_customer"
    DUPLICATE = "duplicate"
    FRAUDULENT = "fraudulent"


class EnteredBy(StrEnum):
    """Who typed the card."""

    SHOPPER = "shopper"
    MERCHANT = "merchant"
