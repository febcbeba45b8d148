"""The error tree, sorted by what the caller must do.

PaymentError
├── PaymentDeclined        nothing was taken: show `shopper_message`, offer another card
├── InvalidRequest         nothing was sent: the caller's input is wrong, mend it
│   └── BadInput           nothing was sent: show the message to whoever sent the input
├── WrongState             nothing was sent: the payment is not as expected, reload it
│   ├── AlreadyPaid        nothing was sent: this money is here already
│   ├── AmountChanged      nothing was sent: show the page with the amount again
│   ├── NothingDue         nothing was sent: there is nothing to pay
│   └── PaymentReversed    nothing was sent: begin another payment
├── NotAllowed             nothing was sent: the shop does not let the caller, answer 403
├── UnsupportedOperation   nothing was sent: this provider cannot do that
├── KeyConflict            nothing was taken by this: the key was used before, look
├── AuthenticationFailed   nothing was taken: a key is wrong, missing or lacks a right
├── RateLimited            nothing was taken: come back after `retry_after_seconds`
├── ProviderUnavailable    provably not sent: safe to try again with the same key
├── OutcomeUnknown         may have been taken: look it up, never repeat with a new key
└── WebhookRejected        not from the provider, or too old: answer 400, change nothing

ConfigurationError         outside the tree: a missing key is not a failed payment

A mistake with `Money` is a `TypeError` or a `ValueError` and none of these: wherever it
shows, money may have moved before.
"""

from payment_hooks.model.kinds import DeclineCode, ErrorCode
from payment_hooks.model.messages import amount_text, shopper_text

_THE_SHOPS = frozenset({ErrorCode.SHOPPER_IP_MISSING, ErrorCode.CURRENCY_UNKNOWN})
"""What no shopper can mend: they choose neither."""


class PaymentError(Exception):
    """Something about a payment went other than asked.

    Attributes:
        message: for the log and the merchant: what was done, to which id, what came
            back, what to do next. Never a card number, key, header or body.
        code: the provider's or our own short code, stable enough to compare.
        provider: the provider's name, empty when none was involved.
        provider_request_id: what the provider calls this exchange, empty when unknown.
    """

    text_code = "error"

    def __init__(
        self,
        message: str,
        *,
        code: str = "",
        provider: str = "",
        provider_request_id: str = "",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.provider = provider
        self.provider_request_id = provider_request_id

    def shopper_message(self, language: str = "en") -> str:
        """A sentence that is safe and helpful to show to the shopper."""
        return shopper_text(self.text_code, language)


class PaymentDeclined(PaymentError):
    """The provider or the bank said no; nothing was taken.

    Attributes:
        decline_code: the reason, in our words.
        transaction_id: the failed attempt's id at the provider, when it named one.
    """

    def __init__(
        self,
        message: str,
        *,
        decline_code: DeclineCode = DeclineCode.CARD_DECLINED,
        transaction_id: str = "",
        code: str = "",
        provider: str = "",
        provider_request_id: str = "",
    ) -> None:
        super().__init__(
            message,
            code=code,
            provider=provider,
            provider_request_id=provider_request_id,
        )
        self.decline_code = decline_code
        self.transaction_id = transaction_id

    def shopper_message(self, language: str = "en") -> str:
        """The reason in the shopper's language, and what to try next."""
        return shopper_text(self.decline_code.value, language)


class InvalidRequest(PaymentError):
    """The request cannot be right; nothing was taken."""

    text_code = "invalid_request"

    def shopper_message(self, language: str = "en") -> str:
        """What to check, or that the shop cannot take cards until it mends something."""
        is_the_shops = self.code in _THE_SHOPS
        return shopper_text("unavailable" if is_the_shops else self.text_code, language)


class BadInput(InvalidRequest):
    """What a storefront sent cannot be right; nothing was begun.

    Attributes:
        message: for whoever wrote the storefront; it holds nothing that was sent.
        field: what it is about, such as `amount` or `return_url`; empty if nothing is.
    """

    def __init__(self, message: str, *, code: str, field: str = "") -> None:
        super().__init__(message, code=code)
        self.field = field


class WrongState(PaymentError):
    """The payment is in no state for this, such as a capture of what was captured.

    Nothing was taken. The input may be right: look at the payment again before asking.
    """

    text_code = "not_made"


class AlreadyPaid(WrongState):
    """What is asked for was paid before, or by another submit; nothing was taken again."""

    text_code = "already_paid"


class NothingDue(WrongState):
    """Nothing is to be paid, and nothing was paid here; nothing was taken."""

    text_code = "nothing_due"


class PaymentReversed(WrongState):
    """The payment was voided or refunded; nothing was taken."""

    text_code = "reversed"


class AmountChanged(WrongState):
    """What is due is not what the shopper was shown; nothing was taken.

    Attributes:
        due: what would be charged now, as text.
        shown: what the shopper was shown, empty when no page of the shop's showed it.
    """

    text_code = "amount_not_shown"

    def __init__(
        self,
        message: str,
        *,
        due: str = "",
        shown: str = "",
        code: str = ErrorCode.AMOUNT_CHANGED,
        provider: str = "",
        provider_request_id: str = "",
    ) -> None:
        super().__init__(
            message,
            code=code,
            provider=provider,
            provider_request_id=provider_request_id,
        )
        self.due = due
        self.shown = shown

    def shopper_message(self, language: str = "en") -> str:
        """From which amount to which, where both are known."""
        if not (self.shown and self.due):
            return shopper_text(self.text_code, language)
        text = shopper_text("amount_changed", language)
        return text.format(
            shown=amount_text(self.shown, language), due=amount_text(self.due, language)
        )


class NotAllowed(PaymentError):
    """The shop does not let this caller do it; nothing was sent."""

    text_code = "not_made"


class UnsupportedOperation(PaymentError):
    """The provider has no such operation; nothing was sent."""

    text_code = "unavailable"


class KeyConflict(PaymentError):
    """The provider knows this idempotency key with other content.

    This request took nothing, but whatever used the key before may have: a person must
    look before the payment is asked for again.
    """

    text_code = "unavailable"


class AuthenticationFailed(PaymentError):
    """The provider refused our key, or the key lacks a permission; nothing was taken."""

    text_code = "unavailable"


class RateLimited(PaymentError):
    """Too many calls; nothing was taken.

    Attributes:
        retry_after_seconds: how long the provider asks us to wait, None when it is silent.
    """

    text_code = "busy"

    def __init__(
        self,
        message: str,
        *,
        retry_after_seconds: float | None = None,
        code: str = "",
        provider: str = "",
        provider_request_id: str = "",
    ) -> None:
        super().__init__(
            message,
            code=code,
            provider=provider,
            provider_request_id=provider_request_id,
        )
        self.retry_after_seconds = retry_after_seconds


class ProviderUnavailable(PaymentError):
    """The request provably never reached the provider."""

    text_code = "unavailable"


class OutcomeUnknown(PaymentError):
    """Money may have moved; only a look-up or the same key again may resolve it."""

    text_code = "outcome_unknown"


class WebhookRejected(PaymentError):
    """The message is not provably from the provider, or is not fresh."""


class ConfigurationError(Exception):
    """A setting is missing or wrong; the message names it and says what to do."""
