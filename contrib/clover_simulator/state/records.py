"""What exists at this simulated Clover: tokens, charges, refunds, …, and their ledger."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from clover_simulator.state.cards import CardOnFile

JSON = dict[str, Any]
WHOLE_RATE = 1_000_000
"""100 %, as a surcharge's rate is written."""


class TokenState(StrEnum):
    """The state of a card token."""

    FRESH = "fresh"
    SPENT = "spent"
    MULTIPAY = "multipay"
    EXPIRED = "expired"


class ChargeState(StrEnum):
    """The state of a charge; a declined one is kept, but cannot be read under `/v1`.

    A pending or failed one was answered 200, is read and listed, and has taken nothing; so
    has one that waits for the shopper, by 3-D Secure.
    """

    AUTHORIZED = "authorized"
    CAPTURED = "captured"
    VOIDED = "voided"
    DECLINED = "declined"
    PENDING = "pending"
    FAILED = "failed"
    WAITING = "waiting"


STATUSES = {
    ChargeState.WAITING: "pending",
    ChargeState.PENDING: "pending",
    ChargeState.FAILED: "failed",
    ChargeState.DECLINED: "failed",
}


class Step(StrEnum):
    """What a bank may want of the shopper's browser, one after the other."""

    METHOD = "method"
    """It looks at the browser, unseen."""
    CHALLENGE = "challenge"
    """The shopper has to answer."""


@dataclass(slots=True, kw_only=True)
class Authentication:
    """3-D Secure of one charge."""

    server_transaction_id: str
    acs_transaction_id: str
    base_url: str
    """Where the browser reached this simulator."""
    steps: list[Step]
    """What is left to do, the next one first."""
    is_enrolled: bool
    """Whether the card takes part at all."""
    is_step_done: bool = False
    is_refused: bool = False
    """Whether the shopper said no."""

    @property
    def ids(self) -> tuple[str, str]:
        """The ids under which the bank knows it."""
        return (self.server_transaction_id, self.acs_transaction_id)


@dataclass(slots=True, kw_only=True)
class Token:
    """A card token."""

    id: str
    merchant_id: str
    card: CardOnFile
    created: datetime
    last_used: datetime
    kind: str = "ONEOFF"
    state: TokenState = TokenState.FRESH


@dataclass(slots=True, kw_only=True)
class Charge:
    """A payment, from the API, from an order or from the hosted page."""

    id: str
    merchant_id: str
    amount: int
    currency: str
    state: ChargeState
    created: datetime
    source_id: str
    card: CardOnFile
    order_id: str
    ref_num: str
    auth_code: str
    was_authorization: bool = False
    tip_amount: int = 0
    tax_amount: int = 0
    amount_captured: int = 0
    amount_refunded: int = 0
    surcharge_rate: int = 0
    """Percent times 10000, on top of amount and tip."""
    surcharge_returned: int = 0
    """Returned with refunds, or about to be."""
    amount_refunding: int = 0
    """Of refunds that are pending: neither refunded nor free for another one."""
    refund_ids: list[str] = field(default_factory=list)
    external_reference_id: str | None = None
    metadata: dict[str, str] = field(default_factory=dict)
    idempotency_key: str | None = None
    payment_method: str = "card"
    via: str = "api"
    """`api`, `order` or `hosted`."""
    session_id: str | None = None
    cvc_check: str = "unchecked"
    address_check: str = "unchecked"
    authentication: Authentication | None = None
    """For a charge that asked for 3-D Secure."""
    echo: JSON = field(default_factory=dict)
    """Fields of the request that the answer repeats as they came."""

    @property
    def captured(self) -> bool:
        """Whether the charge was captured, be it refunded later."""
        was_voided = self.state is ChargeState.VOIDED and self.amount_captured > 0
        return self.state is ChargeState.CAPTURED or was_voided

    @property
    def status(self) -> str:
        """Clover's word: succeeded, pending or failed."""
        return STATUSES.get(self.state, "succeeded")

    @property
    def surcharge(self) -> int:
        """What the shopper paid on top, in cents; fractions are left away."""
        if self.status == "failed":
            return 0
        taken = self.amount_captured if self.captured else self.amount
        return (taken + self.tip_amount) * self.surcharge_rate // WHOLE_RATE

    @property
    def total(self) -> int:
        """Amount and tip, which a refund may return."""
        return self.amount + self.tip_amount


@dataclass(slots=True, kw_only=True)
class CounterPayment:
    """A payment at the merchant's counter: the platform lists it beside ours."""

    id: str
    merchant_id: str
    order_id: str
    amount: int
    result: str
    created: datetime
    tip_amount: int = 0
    tax_amount: int = 0
    card: CardOnFile | None = None


@dataclass(slots=True, kw_only=True)
class Refund:
    """Money returned, or an authorisation released (`was_void`)."""

    id: str
    merchant_id: str
    charge_id: str
    amount: int
    created: datetime
    auth_code: str
    ref_num: str
    surcharge: int = 0
    """Returned on top of `amount`."""
    was_void: bool = False
    status: str = "succeeded"
    """`succeeded`, `pending`, `failed` or `canceled`."""
    voided: bool = False
    """The refund itself was voided, so it returned nothing."""
    reason: str | None = None
    external_reference_id: str | None = None
    metadata: dict[str, str] = field(default_factory=dict)
    idempotency_key: str | None = None
    via: str = "api"

    @property
    def returns_money(self) -> bool:
        """Whether the money went back."""
        return self.status == "succeeded" and not self.voided


@dataclass(slots=True, kw_only=True)
class Customer:
    """A shopper with cards on file, the last one being the default."""

    id: str
    merchant_id: str
    email: str
    created: datetime
    sources: dict[str, str] = field(default_factory=dict)
    """The multi-pay token behind each card's id."""
    echo: JSON = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Order:
    """An ecommerce order."""

    id: str
    merchant_id: str
    currency: str
    created: datetime
    items: list[JSON]
    amount: int
    amount_paid: int = 0
    amount_returned: int = 0
    charges: list[str] = field(default_factory=list)
    paid_at: datetime | None = None
    returned_at: datetime | None = None
    echo: JSON = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class CartLine:
    """One line of a hosted session; `tax_rates` in ten-millionths (10 % = 1 000 000)."""

    name: str
    price: int
    quantity: int
    tax_rates: tuple[tuple[str, int], ...] = ()
    note: str = ""


@dataclass(slots=True, kw_only=True)
class CheckoutSession:
    """A hosted checkout session."""

    id: str
    merchant_id: str
    lines: tuple[CartLine, ...]
    taxes: dict[str, int]
    tax: int
    total: int
    redirect_urls: dict[str, str]
    created: datetime
    expires: datetime
    charge_id: str | None = None
    attempts: list[str] = field(default_factory=list)
    """Ids of every payment tried, declined ones too."""


@dataclass(slots=True, kw_only=True)
class Ledger:
    """All records, each kind in the order it was made."""

    tokens: dict[str, Token] = field(default_factory=dict)
    charges: dict[str, Charge] = field(default_factory=dict)
    """Declined attempts are among them; see `ChargeState`."""
    counter_payments: dict[str, CounterPayment] = field(default_factory=dict)
    refunds: dict[str, Refund] = field(default_factory=dict)
    customers: dict[str, Customer] = field(default_factory=dict)
    orders: dict[str, Order] = field(default_factory=dict)
    sessions: dict[str, CheckoutSession] = field(default_factory=dict)

    def charges_of(self, merchant_id: str) -> list[Charge]:
        """The merchant's charges which Clover's API would list, newest first."""
        return [
            charge
            for charge in reversed(self.charges.values())
            if charge.merchant_id == merchant_id
            and charge.state is not ChargeState.DECLINED
        ]

    def refunds_of(self, merchant_id: str) -> list[Refund]:
        """The merchant's refunds, newest first."""
        return [
            r for r in reversed(self.refunds.values()) if r.merchant_id == merchant_id
        ]
