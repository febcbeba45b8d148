"""The closed sets of words which requests and results use."""

from enum import StrEnum
from typing import Self


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


class Flag(StrEnum):
    """Why a person must look at a payment. Adapters may add flags of their own.

    Money that is flagged counts for nothing until the flag is removed. Each flag has a
    `remedy`: what to do before `Payments.unflag`.
    """

    remedy: str

    def __new__(cls, value: str, remedy: str = "") -> Self:
        """A flag that is stored as its value."""
        flag = str.__new__(cls, value)
        flag._value_ = value
        flag.remedy = remedy
        return flag

    ADDRESS_CHECK_FAILED = "address_check_failed", "look whether the order is genuine"
    """The bank says that the address is not the card's; the merchant asks to see it."""
    AMOUNT_DIFFERS = "amount_differs", "refund it, or ship and write off the difference"
    """Another amount than was asked for came, or a tip or surcharge that is not allowed."""
    CAPTURE_CANCELED = "capture_canceled", "capture again, or ask for another payment"
    """A recorded capture is canceled at the provider."""
    CAPTURE_FAILED = "capture_failed", "capture again, or ask for another payment"
    """A recorded capture has failed at the provider."""
    CAPTURE_VOIDED = "capture_voided", "capture again, or ask for another payment"
    """A recorded capture is voided at the provider."""
    CAPTURED_AFTER_REFUNDED = "captured_after_refunded", "refund it: the order is over"
    """Money was captured after all of the payment was refunded."""
    CAPTURED_AFTER_VOIDED = "captured_after_voided", "refund it: the order is over"
    """Money was captured after the authorization was voided."""
    CURRENCY_DIFFERS = "currency_differs", "refund it; look at the merchant's currency"
    """Another currency than was asked for came."""
    CVC_CHECK_FAILED = "cvc_check_failed", "look whether the order is genuine"
    """The security code was wrong; the merchant asks to see it."""
    DOUBLE_CAPTURE = "double_capture", "refund the second payment"
    """The payment was paid twice, such as on two hosted pages."""
    KEY_CONFLICT = "key_conflict", "reconcile with the provider's list, then unflag"
    """The provider knows the idempotency key with other content: an older copy of this
    ledger may have used it."""
    KIND_DIFFERS = "kind_differs", "look the transaction up at the provider"
    """The transaction is of another kind than the operation, such as a refund."""
    LATE_SUCCESS = "late_success", "refund it, or place the order for it"
    """Money came after the payment was closed, or its outcome was known."""
    MERCHANT_DIFFERS = "merchant_differs", "look which merchant holds the money"
    """The transaction is another merchant's."""
    MISSING_AT_PROVIDER = "missing_at_provider", "ask the provider before shipping"
    """The ledger holds money that the provider does not know of."""
    MONEY_CANCELED = "money_canceled", "stop the order, or ask for another payment"
    """Recorded money is canceled at the provider."""
    MONEY_FAILED = "money_failed", "stop the order, or ask for another payment"
    """Recorded money has failed at the provider."""
    MONEY_VOIDED = "money_voided", "stop the order, or ask for another payment"
    """Recorded money is voided at the provider."""
    NOT_CAPTURED = "not_captured", "capture or void it at the provider"
    """A charge was asked for, and the money is only authorized."""
    OLDER_THAN_ASKED = "older_than_asked", "look whose payment it is at the provider"
    """The transaction is older than the hosted page that it is said to have paid."""
    PARTIAL_APPROVAL = "partial_approval", "see that it was released; refund it if not"
    """Only a part of the amount was approved."""
    POSTAL_CODE_CHECK_FAILED = (
        "postal_code_check_failed",
        "look whether the order is genuine",
    )
    """The postal code is not the card's; the merchant asks to see it."""
    REFERENCE_DIFFERS = "reference_differs", "look whose payment it is at the provider"
    """The transaction carries the mark of another operation."""
    REFUND_CANCELED = "refund_canceled", "refund again: the shopper has no money back"
    """A recorded refund is canceled at the provider."""
    REFUND_FAILED = "refund_failed", "refund again: the shopper has no money back"
    """A recorded refund has failed at the provider."""
    REFUND_IN_DOUBT = "refund_in_doubt", "reconcile again once the refund is known"
    """A refund of unknown outcome may be the one that the provider lists."""
    REFUND_TOO_LARGE = "refund_too_large", "look what was refunded at the provider"
    """More was refunded at the provider than was captured, or in another currency."""
    REFUND_VOIDED = "refund_voided", "refund again: the shopper has no money back"
    """A recorded refund is voided at the provider."""
    TRANSACTION_OF_ANOTHER_PAYMENT = (
        "transaction_of_another_payment",
        "look whose payment it is at the provider",
    )
    """The transaction pays another payment already."""
    UNKNOWN_CHARGE = "unknown_charge", "find the order it is for, or refund it"
    """The provider lists a charge that no payment waits for."""
    UNKNOWN_REFUND = "unknown_refund", "find the order it is of, and record it there"
    """The provider lists a refund of a charge that the ledger does not know."""
    VOID_CANCELED = "void_canceled", "void again: the money is still reserved"
    """A recorded void is canceled at the provider."""
    VOID_FAILED = "void_failed", "void again: the money is still reserved"
    """A recorded void has failed at the provider."""
    VOID_VOIDED = "void_voided", "void again: the money is still reserved"
    """A recorded void was itself undone at the provider."""
