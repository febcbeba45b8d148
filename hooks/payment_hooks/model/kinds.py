"""The enums of requests, results and errors."""

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
    """The kind of a movement of money."""

    AUTHORIZATION = "authorization"
    CHARGE = "charge"
    CAPTURE = "capture"
    REFUND = "refund"
    VOID = "void"


class TransactionStatus(StrEnum):
    """The state of a movement of money at the provider."""

    SUCCEEDED = "succeeded"
    PENDING = "pending"
    FAILED = "failed"
    CANCELED = "canceled"
    VOIDED = "voided"


class EventKind(StrEnum):
    """What a provider's message is about."""

    PAYMENT = "payment"
    """A payment was made or declined, such as on a hosted page."""
    REFUND = "refund"
    """Money of a charge was refunded, voided or refused to be, by whomever."""
    CAPTURE = "capture"
    """An authorization was captured, by whomever."""
    DISPUTE = "dispute"
    """The cardholder or the bank contests a charge."""
    CARD = "card"
    """A saved card was changed, and no payment."""


class CheckResult(StrEnum):
    """The bank's result of checking one detail, such as the security code."""

    PASSED = "passed"
    FAILED = "failed"
    UNAVAILABLE = "unavailable"
    UNCHECKED = "unchecked"


class RefundReason(StrEnum):
    """Why money is refunded."""

    REQUESTED_BY_CUSTOMER = "requested_by_customer"
    DUPLICATE = "duplicate"
    FRAUDULENT = "fraudulent"


class EnteredBy(StrEnum):
    """Who typed the card."""

    SHOPPER = "shopper"
    MERCHANT = "merchant"


class Initiator(StrEnum):
    """Who makes a payment happen now."""

    SHOPPER = "shopper"
    """The shopper is there and asks for it."""
    MERCHANT = "merchant"
    """The shop charges a saved card by itself, as the shopper agreed before."""


class Schedule(StrEnum):
    """The plan that a payment is part of."""

    NONE = "none"
    INSTALMENT = "instalment"
    """One of a known number of payments for one purchase."""
    RECURRING = "recurring"
    """One of payments that go on until they are cancelled, such as a subscription."""


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
    AUTHENTICATION_FAILED = "authentication_failed"
    """The bank could not confirm who pays, or the shopper turned back meanwhile."""
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
        DeclineCode.AUTHENTICATION_FAILED,
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
    DISPUTED = "disputed", "answer it at the provider in time; refund nothing beside it"
    """The cardholder or the bank contests the payment: its money may be taken back."""
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
    REFUND_OUTCOME_UNKNOWN = (
        "refund_outcome_unknown",
        "reconcile again once the refund is known",
    )
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


LONGEST = 255
"""How many characters a name or an id may have: what each ledger has room for."""


class ErrorCode(StrEnum):
    """What happened, in the `code` of an error which this package raises.

    An error that a provider or an adapter raises has a code of theirs; one about flagged
    money has the `Flag`, and one about a state the `PaymentState` or the status.
    """

    ACTION_REQUIRED = "action_required"
    """The shopper has to answer the bank before the money moves. Show the error's
    `next_action`, and pass on what comes of it to `Payments.confirm`."""
    ALREADY_CAPTURED = "already_captured"
    """The authorization was captured with another amount before; it can be captured
    once. Refund the difference, or charge it by itself."""
    AMOUNT_CHANGED = "amount_changed"
    """What is due is not what the shopper was shown. Show the page again with the new
    amount."""
    AMOUNT_NOT_A_NUMBER = "amount_not_a_number"
    """The text of an amount is no plain decimal number. Write it as in `25.99`."""
    AMOUNT_NOT_EXACT = "amount_not_exact"
    """An amount came as a float, or another type that cannot hold cents exactly. Pass a
    `Decimal`, an int or a str."""
    AMOUNT_NOT_POSITIVE = "amount_not_positive"
    """The amount is zero or negative. Ask for a positive one; where nothing is due, ask
    for nothing."""
    AMOUNT_TOO_PRECISE = "amount_too_precise"
    """The amount has more decimals than its currency allows. Round it where the price
    is made."""
    BEGUN_WITH_OTHER_AMOUNT = "begun_with_other_amount"
    """The payment was begun with another amount than is due now. Show the new amount, and
    begin another payment."""
    CAPTURE_OUT_OF_RANGE = "capture_out_of_range"
    """More than is authorized was to be captured, or nothing. Capture at most the
    authorized amount."""
    CARD_INSTEAD_OF_TEXT = "card_instead_of_text"
    """A card number came where a name or a reference belongs. Find out which form sent
    it."""
    CARD_INSTEAD_OF_TOKEN = "card_instead_of_token"  # noqa: S105 - no password
    """A card number came where a token belongs. Send cards to `payment_tokenize`
    only."""
    CARD_NUMBER_IN_TEXT = "card_number_in_text"
    """A text that would be stored looks like a card number. Leave it out."""
    CONFIGURATION = "configuration"
    """A setting of the provider is missing or wrong. Mend the one that the message
    names."""
    CURRENCY_MISMATCH = "currency_mismatch"
    """Two amounts of different currencies were added or compared. Convert them
    before."""
    CURRENCY_UNKNOWN = "currency_unknown"
    """The currency is no ISO 4217 code. Use one such as `USD`."""
    DETAIL_INVALID = "detail_invalid"
    """A detail of a charge has a wrong type, or is an amount that is no part of the
    charge's. Pass what `ChargeDetails` says, or leave it out."""
    EMAIL_INVALID = "email_invalid"
    """A card is saved under the shopper's e-mail address, and this is none. Ask the
    shopper for it."""
    EVENT_KIND_UNKNOWN = "event_kind_unknown"
    """A provider's plugin read a message as of no `EventKind`. Mend the plugin; look the
    transaction up at the provider."""
    INITIATOR_INVALID = "initiator_invalid"
    """The merchant charges without the shopper what is no saved card. Save the card
    while the shopper is there."""
    IN_PROGRESS = "in_progress"
    """Another process works on the payment or operation, or its outcome is not known
    yet. Call `Payments.resolve`, or wait and look again."""
    INCORRECT_CVC = "incorrect_cvc"
    """The security code is not of three or four digits. Let the shopper correct it."""
    INCORRECT_EXPIRY = "incorrect_expiry"
    """The expiry date is no month and four-digit year. Let the shopper correct it."""
    INCORRECT_NUMBER = "incorrect_number"
    """The card number is mistyped. Let the shopper correct it."""
    KEY_INVALID = "key_invalid"
    """An idempotency key from outside is empty, too long, not printable or a card number.
    Send another one."""
    KEY_MISSING = "key_missing"
    """A request that moves money has no idempotency key. Pass the operation's."""
    KEY_REUSED = "key_reused"
    """The idempotency key was used for another amount. Send a new one."""
    MERCHANT_DIFFERS = "merchant_differs"
    """A webhook is about another merchant than the one it was sent to. Look at the
    webhook address in that merchant's settings."""
    MODE_IS_HOSTED = "mode_is_hosted"
    """A card was to be entered or charged, and the payment is made on the provider's
    page. Call `start_checkout`."""
    MODE_NOT_OFFERED = "mode_not_offered"
    """The shop takes no payments in that mode. Send one of those that the message names."""
    MODE_UNKNOWN = "mode_unknown"
    """There is no such mode. Use a `Mode`."""
    MONEY_NOT_REFUNDED = "money_not_refunded"
    """A flag was to be removed while its money is not refunded. Refund it first."""
    NOT_ALLOWED = "not_allowed"
    """The shop does not let the caller capture, refund or void. Ask for the permission."""
    NOT_FUNDED = "not_funded"
    """The payment was not authorized or charged, so there is nothing to capture, refund
    or void. Fund it first."""
    NOT_RELEASED = "not_released"
    """Money that the shop did not want could not be voided or refunded. A person must
    do it at the provider."""
    NOTHING_TO_CAPTURE = "nothing_to_capture"
    """The payment was charged at once, so there is no authorization to capture. Capture
    nothing."""
    NOTHING_TO_VOID = "nothing_to_void"
    """The authorization was captured, voided or never made. Refund a captured
    payment."""
    OPERATION_ID_MISSING = "operation_id_missing"
    """A search names no operation. Pass the operation's id."""
    OUTCOME_UNKNOWN = "outcome_unknown"
    """It could not be found out what became of an earlier operation. Show that it is
    being checked, and look again later."""
    OVERTAKEN = "overtaken"
    """Another operation changed the payment after this one was asked for. Read the
    payment again before asking."""
    OWNER_MISSING = "owner_missing"
    """A saved card was chosen without a shopper who is logged in. Let the shopper log
    in, or enter a card."""
    PAID_WITH_OTHER_AMOUNT = "paid_with_other_amount"
    """The reference was paid, with another amount than is due now. Refund that payment,
    or ask for the difference by itself."""
    PARTIAL_PAYMENT = "partial_payment"
    """A storefront named another amount than is due. A purchase is paid as a whole."""
    PARTIAL_VOID = "partial_void"
    """A part of an authorization was to be voided. Void all of it, or capture the part
    that is wanted."""
    PAYMENT_CLOSED = "payment_closed"
    """The payment was closed before this was sent. Open the next payment."""
    PAYMENT_DATA_INVALID = "payment_data_invalid"
    """A field of the submitted payment data has a wrong type. The message names it and
    can be shown to the sender."""
    PAYMENT_NOT_OPEN = "payment_not_open"
    """The payment is paid, authorized, reversed or closed. Ask for no more money on
    it."""
    PAYMENT_OF_ANOTHER_MERCHANT = "payment_of_another_merchant"
    """The payment belongs to another merchant. Use that merchant's `Payments`."""
    PAYMENT_REVERSED = "payment_reversed"
    """The payment's money was voided or refunded. Open another payment with
    `again=True`."""
    PAYMENT_UNKNOWN = "payment_unknown"
    """The ledger has no such payment. Look whether the id is right, and the
    database."""
    PLUGIN_ERROR = "plugin_error"
    """A provider's plugin raised an error of its own, or returned the wrong type. Mend
    the plugin; the message names the hook."""
    PROVED_ABSENT = "proved_absent"
    """After an unknown outcome the provider's list proves that nothing was made. Pay
    again, with a new operation."""
    PURCHASE_INVALID = "purchase_invalid"
    """A `Purchase` has no id or no reference. Return both from `shop_find_purchase`."""
    QUANTITY_INVALID = "quantity_invalid"
    """The quantity of a line is no whole number from 1 on. Pass one."""
    REFERENCE_INVALID = "reference_invalid"
    """The shop's reference is empty or not printable. Pass the order number, say."""
    REFERENCE_UNKNOWN = "reference_unknown"
    """No shop answers `shop_amount_due` for the reference. Pass `amount_due`, or
    implement the hook."""
    REFUND_TOO_LARGE = "refund_too_large"
    """More was to be refunded than is left, or nothing. Refund at most what is left."""
    RETRY_KIND_INVALID = "retry_kind_invalid"
    """Only charges and authorizations can be sent again. Look the operation up
    instead."""
    RETURN_URL_FOREIGN = "return_url_foreign"
    """The return URL is not an https address of the shop's own hosts. Send one that is."""
    SAME_INTENT_OTHER_CONTENT = "same_intent_other_content"
    """The `intent_id` was used for another amount. Use a new one for each form."""
    SAVED_SOURCE_UNKNOWN = "saved_source_unknown"
    """The shopper has no such saved card at this merchant. Let the shopper choose
    again."""
    SHOPPER_IP_MISSING = "shopper_ip_missing"
    """The provider takes the request with the shopper's IP address only. Pass it on;
    behind a proxy, configure which header to trust."""
    SOURCE_ALREADY_SAVED = "source_already_saved"
    """The source is a saved card already. Save fresh tokens only."""
    SOURCE_ID_INVALID = "source_id_invalid"
    """This is no id that `payment_save_source` gave. Pass the saved card's own."""
    SOURCE_MISSING = "source_missing"
    """A payment source has no token, or one that is no token. Pass what the card form
    gave."""
    TEXT_EXPECTED = "text_expected"
    """A field of a request is no text. Leave it out instead."""
    TIME_INVALID = "time_invalid"
    """The text is no time. Write `36h`, `7d`, a date or a date and time with its
    offset."""
    TIME_NAIVE = "time_naive"
    """A time has no zone. Pass `datetime.now(UTC)`."""
    TOO_LONG = "too_long"
    """A text is longer than the ledger keeps. Send a shorter one."""
    TRANSACTION_ID_MISSING = "transaction_id_missing"
    """A request does not name the transaction that it reads or changes. Pass its id."""
    TRANSACTION_NOT_FOUND = "transaction_not_found"
    """The provider does not show the transaction yet. Look again in a moment."""
    TRANSACTION_PENDING = "transaction_pending"
    """The transaction is not finished at the provider. Look again in a moment."""
    UNSUPPORTED = "unsupported"
    """The provider cannot do this, or has no such hook: `payments.provider.info` says what
    it can. Use another mode or provider; where an outcome cannot be looked up, compare it
    with the provider's own pages."""
    WINDOW_EMPTY = "window_empty"
    """The time window ends before it begins. Swap the times."""
