"""The provider-neutral payment specification: hooks, types, errors, one road.

Standard library and pluggy only; it knows no vendor, no framework and no HTTP.
"""

from payment_hooks.cards import CardDetails, PaymentSource
from payment_hooks.decline_codes import DeclineCode
from payment_hooks.errors import (
    AlreadyPaid,
    AmountChanged,
    AuthenticationFailed,
    ConfigurationError,
    InvalidRequest,
    KeyConflict,
    OutcomeUnknown,
    PaymentDeclined,
    PaymentError,
    ProviderUnavailable,
    RateLimited,
    UnsupportedOperation,
    WebhookRejected,
)
from payment_hooks.events import PaymentChanged
from payment_hooks.gateway import Gateway, PluginRegistry
from payment_hooks.kinds import (
    CheckResult,
    EnteredBy,
    Mode,
    RefundReason,
    TransactionKind,
    TransactionStatus,
)
from payment_hooks.ledger import (
    Ledger,
    Operation,
    OperationKind,
    OperationState,
    Payment,
    PaymentState,
    StaleVersion,
)
from payment_hooks.memory import MemoryLedger
from payment_hooks.money import Money
from payment_hooks.payments import Payments
from payment_hooks.policy import FailedChecks, Policy
from payment_hooks.purchases import (
    AccessRequest,
    CompletePurchaseRequest,
    FindPurchaseRequest,
    HoldPurchaseRequest,
    Purchase,
    PurchaseKind,
    StaffAction,
)
from payment_hooks.saved_sources import (
    RemoveSourceRequest,
    SavedSource,
    SaveSourceRequest,
)
from payment_hooks.shown import check_shown, seal_shown
from payment_hooks.spec import hookimpl, hookspec
from payment_hooks.types import (
    CaptureRequest,
    CardFields,
    CardForm,
    CheckoutRequest,
    CheckoutSession,
    Customer,
    LineItem,
    LookUpRequest,
    LookUpResult,
    PaymentRequest,
    Redirect,
    RefundRequest,
    RetryRequest,
    ReturnUrls,
    Transaction,
    VoidRequest,
    WebhookEvent,
    WebhookRequest,
)

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
    "CheckoutSession",
    "CompletePurchaseRequest",
    "ConfigurationError",
    "Customer",
    "DeclineCode",
    "EnteredBy",
    "FailedChecks",
    "FindPurchaseRequest",
    "Gateway",
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
    "Operation",
    "OperationKind",
    "OperationState",
    "OutcomeUnknown",
    "Payment",
    "PaymentChanged",
    "PaymentDeclined",
    "PaymentError",
    "PaymentRequest",
    "PaymentSource",
    "PaymentState",
    "Payments",
    "PluginRegistry",
    "Policy",
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
