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


class DeclineCode(StrEnum):
    """A reason which the shopper can understand and react to."""

    CARD_DECLINED = "card_declined"
    """The bank said no and gave no usable reason."""
    EXPIRED_CARD = "expired_card"
    INCORRECT_NUMBER = "incorrect_number"
    INCORRECT_CVC = "incorrect_cvc"
    INCORRECT_EXPIRY = "incorrect_expiry"
    INCORRECT_ADDRESS = "incorrect_address"
    CARD_NOT_SUPPORTED = "card_not_supported"
    """This merchant cannot take this brand or type of card."""
    LIMIT_EXCEEDED = "limit_exceeded"
    """The merchant's own fraud limits (sales per card or per address) were met."""
    SOURCE_ALREADY_USED = "source_already_used"
    """A single-use token came a second time: the card must be entered again."""
    AMOUNT_NOT_ACCEPTED = "amount_not_accepted"
    FRAUD_CHECK = "fraud_check"
    """A check of the shop's own, such as a wrapper, refused before anything was sent."""
    PARTIAL_APPROVAL = "partial_approval"
    """Only part of the amount was approved; it was released, nothing was taken."""
    PROCESSING_ERROR = "processing_error"

    @property
    def same_card_may_work(self) -> bool:
        """Whether trying again with the same card makes sense."""
        return self in _CORRECTABLE


_CORRECTABLE = frozenset(
    {
        DeclineCode.INCORRECT_NUMBER,
        DeclineCode.INCORRECT_CVC,
        DeclineCode.INCORRECT_EXPIRY,
        DeclineCode.INCORRECT_ADDRESS,
        DeclineCode.SOURCE_ALREADY_USED,
        DeclineCode.PROCESSING_ERROR,
    }
)
