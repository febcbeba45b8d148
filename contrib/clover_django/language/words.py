"""The names that people read for states, kinds, modes, marks and reasons."""

from collections.abc import Iterable, Mapping
from enum import StrEnum
from typing import TypeAlias

from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from payment_hooks import (
    Mode,
    OperationKind,
    OperationState,
    PaymentState,
    RefundReason,
)

Text: TypeAlias = "str | Promise"
"""What is read in the language of whoever reads it."""
Names: TypeAlias = Mapping[str, Text]

MODES: Names = {
    Mode.HOSTED: pgettext_lazy("mode", "Clover's page"),
    Mode.IFRAME: pgettext_lazy("mode", "Clover's card fields"),
    Mode.API: pgettext_lazy("mode", "The shop's card form"),
}
STATES: Names = {
    PaymentState.OPEN: pgettext_lazy("payment state", "Open"),
    PaymentState.AUTHORIZED: pgettext_lazy("payment state", "Authorized"),
    PaymentState.PAID: pgettext_lazy("payment state", "Paid"),
    PaymentState.PARTLY_REFUNDED: pgettext_lazy("payment state", "Partly refunded"),
    PaymentState.REFUNDED: pgettext_lazy("payment state", "Refunded"),
    PaymentState.VOIDED: pgettext_lazy("payment state", "Voided"),
    PaymentState.CLOSED: pgettext_lazy("payment state", "Closed"),
    OperationState.PENDING: pgettext_lazy("operation state", "Not sent yet"),
    OperationState.SENDING: pgettext_lazy("operation state", "Being sent"),
    OperationState.WAITING: pgettext_lazy("operation state", "Waiting for the shopper"),
    OperationState.UNKNOWN: pgettext_lazy("operation state", "Unknown outcome"),
    OperationState.SUCCEEDED: pgettext_lazy("operation state", "Succeeded"),
    OperationState.DECLINED: pgettext_lazy("operation state", "Declined"),
    OperationState.FAILED: pgettext_lazy("operation state", "Failed"),
}
"""Of payments and of operations: no word is in both."""
KINDS: Names = {
    OperationKind.AUTHORIZE: pgettext_lazy("operation", "Authorization"),
    OperationKind.CHARGE: pgettext_lazy("operation", "Charge"),
    OperationKind.CAPTURE: pgettext_lazy("operation", "Capture"),
    OperationKind.REFUND: pgettext_lazy("operation", "Refund"),
    OperationKind.VOID: pgettext_lazy("operation", "Void"),
    OperationKind.HOSTED_PAGE: pgettext_lazy("operation", "Payment page"),
}
REASONS: Names = {
    RefundReason.REQUESTED_BY_CUSTOMER: pgettext_lazy(
        "reason", "Requested by the customer"
    ),
    RefundReason.DUPLICATE: pgettext_lazy("reason", "Paid twice"),
    RefundReason.FRAUDULENT: pgettext_lazy("reason", "Fraud"),
}
ACTORS: Names = {
    "shopper": pgettext_lazy("actor", "The shopper"),
    "webhook": pgettext_lazy("actor", "A message of Clover's"),
    "clover_recover": pgettext_lazy("actor", "Recovery"),
    "clover_django.recover": pgettext_lazy("actor", "Recovery"),
    "clover_reconcile": pgettext_lazy("actor", "Reconciliation"),
    "clover_django.reconcile": pgettext_lazy("actor", "Reconciliation"),
}
"""Who changed something; staff are named by their account."""
FLAGS: dict[str, Text] = {
    "address_check_failed": pgettext_lazy("flag", "The address did not match the card"),
    "amount_differs": pgettext_lazy("flag", "Another amount than asked came"),
    "capture_canceled": pgettext_lazy("flag", "The capture was canceled at Clover"),
    "capture_failed": pgettext_lazy("flag", "The capture failed at Clover"),
    "capture_voided": pgettext_lazy("flag", "The capture was voided at Clover"),
    "captured_after_refunded": pgettext_lazy("flag", "Captured after it was refunded"),
    "captured_after_voided": pgettext_lazy("flag", "Captured after it was voided"),
    "currency_differs": pgettext_lazy("flag", "Another currency than asked came"),
    "cvc_check_failed": pgettext_lazy("flag", "The security code did not match"),
    "disputed": pgettext_lazy("flag", "Disputed with the bank"),
    "double_capture": pgettext_lazy("flag", "Paid twice"),
    "key_conflict": pgettext_lazy(
        "flag", "Clover knows this request with other content"
    ),
    "kind_differs": pgettext_lazy("flag", "Another kind of operation than asked came"),
    "late_success": pgettext_lazy("flag", "Money came after the payment was closed"),
    "merchant_differs": pgettext_lazy("flag", "It came to another merchant"),
    "missing_at_provider": pgettext_lazy("flag", "Clover does not know it"),
    "money_canceled": pgettext_lazy("flag", "The payment was canceled at Clover later"),
    "money_failed": pgettext_lazy("flag", "The payment failed at Clover later"),
    "money_voided": pgettext_lazy("flag", "The payment was voided at Clover later"),
    "not_captured": pgettext_lazy("flag", "Only authorized, not captured"),
    "older_than_asked": pgettext_lazy("flag", "Older than the payment page"),
    "partial_approval": pgettext_lazy("flag", "Only a part was approved"),
    "postal_code_check_failed": pgettext_lazy("flag", "The postal code did not match"),
    "reference_differs": pgettext_lazy("flag", "It belongs to another payment"),
    "refund_canceled": pgettext_lazy("flag", "The refund was canceled at Clover"),
    "refund_failed": pgettext_lazy("flag", "The refund failed at Clover"),
    "refund_outcome_unknown": pgettext_lazy("flag", "A refund with an unknown outcome"),
    "refund_too_large": pgettext_lazy("flag", "More was refunded than was paid"),
    "refund_voided": pgettext_lazy("flag", "The refund was voided at Clover"),
    "transaction_of_another_payment": pgettext_lazy(
        "flag", "The transaction belongs to another payment"
    ),
    "unknown_charge": pgettext_lazy("flag", "A charge that the shop does not know"),
    "unknown_refund": pgettext_lazy("flag", "A refund that the shop does not know"),
    "void_canceled": pgettext_lazy("flag", "The void was canceled at Clover"),
    "void_failed": pgettext_lazy("flag", "The void failed at Clover"),
    "void_voided": pgettext_lazy("flag", "The void was undone at Clover"),
}


def choices(values: Iterable[StrEnum], names: Names) -> list[tuple[str, Text]]:
    """The choices of a model's field: each value with its name for people."""
    return [(value.value, names[value]) for value in values]


def add_flags(names: Names) -> None:
    """Let an adapter name its own marks; call it in `AppConfig.ready`."""
    FLAGS.update(names)


def state_name(value: str) -> str:
    """Of the state of a payment or an operation."""
    return _name_of(value, STATES)


def kind_name(value: str) -> str:
    """Of an operation's kind."""
    return _name_of(value, KINDS)


def mode_name(value: str) -> str:
    """Of how the card reaches Clover."""
    return _name_of(value, MODES)


def flag_name(value: str) -> str:
    """Of a mark: why a person must look."""
    return _name_of(value, FLAGS)


def reason_name(value: str) -> str:
    """Of why money is refunded."""
    return _name_of(value, REASONS)


def actor_name(value: str) -> str:
    """Of who changed something."""
    return _name_of(value, ACTORS)


def _name_of(value: str, names: Names) -> str:
    """The name of the value for people; the value itself where it has no name."""
    found = names.get(value)
    return str(found) if found is not None else value.replace("_", " ")
