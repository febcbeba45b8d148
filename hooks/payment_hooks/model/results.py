"""What comes out of the hooks: transactions, events, and what a browser does next."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from payment_hooks.model.cards import PaymentSource
from payment_hooks.model.errors import OutcomeUnknown
from payment_hooks.model.kinds import (
    LONGEST,
    CheckResult,
    ErrorCode,
    EventKind,
    Mode,
    TransactionKind,
    TransactionStatus,
)
from payment_hooks.model.money import Money


@dataclass(frozen=True, slots=True, kw_only=True)
class NextAction:
    """What the shopper's browser needs next; one of the four below."""

    mode: Mode


@dataclass(frozen=True, slots=True, kw_only=True)
class Redirect(NextAction):
    """Send the shopper to `url`; the page is valid until `expires_at`."""

    mode: Mode = Mode.HOSTED
    url: str
    session_id: str
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CardFields(NextAction):
    """Show the provider's own card fields; the page gets a token from them."""

    mode: Mode = Mode.IFRAME
    script_url: str
    public_key: str
    """Meant for the browser; not a secret."""
    merchant_id: str
    locale: str = ""
    authentication_script_url: str = ""
    """The provider's script for 3-D Secure; empty where no charge asks for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CardForm(NextAction):
    """Show the shop's own card form, and hand the card to `payment_tokenize` at once."""

    mode: Mode = Mode.API
    public_key: str
    encryption_key: str = field(repr=False, default="")
    """The provider's public card-encryption key, empty when cards go unencrypted."""
    merchant_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Challenge(NextAction):
    """Let the shopper answer the bank before any money moves: 3-D Secure.

    Send the browser to `url`, or give `data` to the provider's script on the shop's page.
    What the browser brings back goes to `Payments.confirm`.
    """

    mode: Mode = Mode.IFRAME
    transaction_id: str
    """What waits at the provider, under the id that it keeps."""
    url: str = ""
    """Where the browser goes; empty where a script on the page does it."""
    script_url: str = ""
    data: Mapping[str, str] = field(default_factory=dict, repr=False)
    """What the page needs for it; meant for the shopper's browser, and for no other."""
    expires_at: datetime | None = None

    def __post_init__(self) -> None:
        if not self.transaction_id:
            raise ValueError("a challenge names the transaction that waits for it")
        if not (self.url or self.data):
            raise ValueError("a challenge has a url to go to, or data for the page")
        if self.expires_at is not None and self.expires_at.tzinfo is None:
            raise ValueError("expires_at needs a time zone: use datetime.now(UTC)")


class ActionRequired(OutcomeUnknown):
    """The shopper has to act before the provider goes on; nothing was taken so far.

    It is an outcome that is not known yet: a shop that cannot show `next_action` waits
    as for any other, and charges nothing else meanwhile.

    Attributes:
        next_action: what the shopper's browser needs next.
    """

    text_code = "action_required"

    def __init__(self, message: str, next_action: NextAction) -> None:
        super().__init__(message, code=ErrorCode.ACTION_REQUIRED)
        self.next_action = next_action


@dataclass(frozen=True, slots=True, kw_only=True)
class Transaction:
    """A movement of money as the provider describes it."""

    kind: TransactionKind
    transaction_id: str
    amount: Money
    """What was moved or reserved, without tip and surcharge."""
    status: TransactionStatus = TransactionStatus.SUCCEEDED
    provider: str = ""
    merchant_id: str = ""
    parent_id: str = ""
    """The charge or authorization that a capture, refund or void belongs to."""
    reference: str = ""
    """The shop's reference, when the provider gives it back."""
    operation_id: str = ""
    """Our operation's id, when the provider gives it back."""
    mark: str = ""
    """What the provider returns in place of our operation's id, such as a digest of
    it; a row without either may belong to any payment."""
    shows_marks: bool = False
    """Whether a hosted page's mark would be in `mark`: if so, no mark means no page."""
    captured: Money | None = None
    refunded: Money | None = None
    tip: Money | None = None
    surcharge: Money | None = None
    tax: Money | None = None
    """Part of `amount`, for information."""
    source: PaymentSource | None = None
    cvc_check: CheckResult = CheckResult.UNCHECKED
    postal_code_check: CheckResult = CheckResult.UNCHECKED
    address_check: CheckResult = CheckResult.UNCHECKED
    partial_approval: bool = False
    may_be_in_person: bool = False
    """Whether it may be a sale at the counter, which a web shop's ledger does not have."""
    warning: str = ""
    created_at: datetime | None = None
    provider_request_id: str = ""
    raw: Mapping[str, object] = field(default_factory=dict, repr=False)
    """The provider's answer, redacted, for support; no code depends on it."""


_NAMES = ("transaction_id", "parent_id", "session_id", "event_id", "source_id")
_AMOUNTS = ("amount", "captured", "refunded", "tip", "surcharge", "tax")
_ADDED = frozenset({"tip", "surcharge"})
"""What the shopper paid on top of the amount, and so in its currency."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RetrieveResult:
    """The transaction of an id, or that the provider has none of that id.

    Who cannot tell raises `ProviderUnavailable` instead.
    """

    transaction: Transaction | None = None
    """None: there is no such transaction."""
    refunds: tuple[Transaction, ...] = ()
    """Its refunds and voids, where they were asked for."""
    complete: bool = False
    """Whether all of its refunds are here and say whose they are, so that the absence
    of one is evidence; False where they were not asked for."""

    def __post_init__(self) -> None:
        if self.transaction is None and (self.refunds or self.complete):
            raise ValueError("what is not there has no refunds")

    @property
    def transactions(self) -> tuple[Transaction, ...]:
        """The transaction and its refunds, as far as they are here."""
        return () if self.transaction is None else (self.transaction, *self.refunds)

    @property
    def proves_absence(self) -> bool:
        """Whether a refund, void or capture that is not here does not exist."""
        return self.transaction is None or self.complete


@dataclass(frozen=True, slots=True, kw_only=True)
class FindResult:
    """The movement of an operation, if there is one in the window."""

    transaction: Transaction | None = None
    complete: bool = False
    """Whether the whole window was seen, so that finding nothing is evidence."""

    @property
    def transactions(self) -> tuple[Transaction, ...]:
        """The one that was found, if any."""
        return () if self.transaction is None else (self.transaction,)


@dataclass(frozen=True, slots=True, kw_only=True)
class ListResult:
    """All that was made in a window."""

    transactions: tuple[Transaction, ...] = ()
    complete: bool = False
    """Whether the whole window was seen, so that absence is evidence."""
    too_long: bool = False
    """Whether there was more than can be read at once: ask for a shorter window."""

    def __post_init__(self) -> None:
        if self.complete and self.too_long:
            raise ValueError("a list that is too long is not complete")


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEvent:
    """A message whose signature was checked: a reason to look the payment up, no more."""

    event_id: str
    """The same for each delivery of the same message, and another for the next."""
    kind: EventKind
    provider: str
    merchant_id: str
    transaction_id: str
    """What was charged or authorized: of a REFUND, CAPTURE or DISPUTE, the transaction
    that it is of. Empty for CARD."""
    session_id: str = ""
    """The hosted session of a PAYMENT, empty when the provider left it out."""
    approved: bool = True
    """Whether a PAYMENT was made and not declined, as the message says; only the
    transaction that is looked up counts."""
    occurred_at: datetime


def find_fault(answer: object) -> tuple[str, ErrorCode] | None:
    """What in a provider's answer cannot be kept or reckoned with; None if all can.

    An id that there is no room for, an amount or a time of the wrong type: it is found
    here, and not in a sum that is made after money has moved.
    """
    for row in (answer, *getattr(answer, "transactions", ())):
        for name in _NAMES:
            length = len(str(getattr(row, name, "")))
            if length > LONGEST:
                why = f"a {name} of {length} characters, which cannot be kept"
                return why, ErrorCode.TOO_LONG
        if isinstance(row, Transaction):
            mixed = _mixed_amount(row) or _naive_time(row)
            if mixed:
                return mixed, ErrorCode.PLUGIN_ERROR
    return None


def _naive_time(transaction: Transaction) -> str:
    made_at = transaction.created_at
    is_naive = made_at is not None and made_at.tzinfo is None
    return "a created_at without a time zone" if is_naive else ""


def _mixed_amount(transaction: Transaction) -> str:
    for name in _AMOUNTS:
        money = getattr(transaction, name)
        if money is None and name != "amount":
            continue
        if not isinstance(money, Money):
            return f"{name} of type {type(money).__name__}, not Money"
        if name in _ADDED and money.currency != transaction.amount.currency:
            return f"{name} in {money.currency} beside {transaction.amount.currency}"
    return ""
