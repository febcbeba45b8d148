"""Why a payment was declined, in words that hold for every provider."""

from enum import StrEnum


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
