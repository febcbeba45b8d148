"""The provider-neutral payment specification: hooks, types, errors, one road.

Standard library and pluggy only; it knows no vendor, no framework and no HTTP.
"""

from payment_hooks.engine.payments import Payments
from payment_hooks.engine.policy import FailedChecks, Policy
from payment_hooks.ledger.memory import MemoryLedger
from payment_hooks.ledger.store import Ledger, StaleVersion
from payment_hooks.model.cards import CardDetails, PaymentSource
from payment_hooks.model.errors import (
    AlreadyPaid,
    AmountChanged,
    AuthenticationFailed,
    ConfigurationError,
    InvalidRequest,
    KeyConflict,
    NothingDue,
    OutcomeUnknown,
    PaymentDeclined,
    PaymentError,
    PaymentReversed,
    ProviderUnavailable,
    RateLimited,
    UnsupportedOperation,
    WebhookRejected,
)
from payment_hooks.model.kinds import (
    CheckResult,
    DeclineCode,
    EnteredBy,
    Flag,
    Mode,
    RefundReason,
    TransactionKind,
    TransactionStatus,
)
from payment_hooks.model.money import Money
from payment_hooks.model.purchases import (
    AccessRequest,
    CompletePurchaseRequest,
    FindPurchaseRequest,
    HoldPurchaseRequest,
    Purchase,
    PurchaseKind,
    StaffAction,
)
from payment_hooks.model.records import (
    Operation,
    OperationKind,
    OperationState,
    Payment,
    PaymentChanged,
    PaymentState,
    ShopBusy,
)
from payment_hooks.model.requests import (
    CaptureRequest,
    CheckoutRequest,
    Customer,
    LineItem,
    LookUpRequest,
    PaymentRequest,
    RefundRequest,
    RetryRequest,
    ReturnUrls,
    VoidRequest,
    WebhookRequest,
)
from payment_hooks.model.results import (
    CardFields,
    CardForm,
    LookUpResult,
    NextAction,
    Redirect,
    Transaction,
    WebhookEvent,
)
from payment_hooks.model.saved_cards import (
    RemoveSourceRequest,
    SavedSource,
    SaveSourceRequest,
)
from payment_hooks.spec.calling import ProviderHooks, ShopHooks
from payment_hooks.spec.markers import hookimpl, hookspec
from payment_hooks.spec.plugins import PluginRegistry
from payment_hooks.storefront.shown import check_shown, seal_shown

__all__ = [
    "AccessRequest",
    "AlreadyPaid",
    "AmountChanged",
    "AuthenticationFailed",
    "CaptureRequest",
    "CardDetails",
    "CardFields",
    "CardForm",
    "CheckResult",
    "CheckoutRequest",
    "CompletePurchaseRequest",
    "ConfigurationError",
    "Customer",
    "DeclineCode",
    "EnteredBy",
    "FailedChecks",
    "FindPurchaseRequest",
    "Flag",
    "HoldPurchaseRequest",
    "InvalidRequest",
    "KeyConflict",
    "Ledger",
    "LineItem",
    "LookUpRequest",
    "LookUpResult",
    "MemoryLedger",
    "Mode",
    "Money",
    "NextAction",
    "NothingDue",
    "Operation",
    "OperationKind",
    "OperationState",
    "OutcomeUnknown",
    "Payment",
    "PaymentChanged",
    "PaymentDeclined",
    "PaymentError",
    "PaymentRequest",
    "PaymentReversed",
    "PaymentSource",
    "PaymentState",
    "Payments",
    "PluginRegistry",
    "Policy",
    "ProviderHooks",
    "ProviderUnavailable",
    "Purchase",
    "PurchaseKind",
    "RateLimited",
    "Redirect",
    "RefundReason",
    "RefundRequest",
    "RemoveSourceRequest",
    "RetryRequest",
    "ReturnUrls",
    "SaveSourceRequest",
    "SavedSource",
    "ShopBusy",
    "ShopHooks",
    "StaffAction",
    "StaleVersion",
    "Transaction",
    "TransactionKind",
    "TransactionStatus",
    "UnsupportedOperation",
    "VoidRequest",
    "WebhookEvent",
    "WebhookRejected",
    "WebhookRequest",
    "check_shown",
    "hookimpl",
    "hookspec",
    "seal_shown",
]
