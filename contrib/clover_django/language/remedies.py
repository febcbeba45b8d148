"""What a person does about each mark on a payment, before the mark is removed."""

from django.utils.translation import pgettext_lazy

from clover_django.language.words import Text
from payment_hooks import Flag

_LOOK_AT_ORDER = pgettext_lazy("remedy", "Look whether the order is genuine.")
_STOP_ORDER = pgettext_lazy("remedy", "Stop the order, or ask for another payment.")
_CAPTURE_AGAIN = pgettext_lazy("remedy", "Capture again, or ask for another payment.")
_REFUND_AGAIN = pgettext_lazy("remedy", "Refund again: the shopper has no money back.")
_VOID_AGAIN = pgettext_lazy("remedy", "Void again: the money is still reserved.")
_ORDER_IS_OVER = pgettext_lazy("remedy", "Refund it: the order is over.")
_LOOK_WHOSE = pgettext_lazy("remedy", "Look at Clover whose payment it is.")

REMEDIES: dict[str, Text] = {
    Flag.ADDRESS_CHECK_FAILED: _LOOK_AT_ORDER,
    Flag.AMOUNT_DIFFERS: pgettext_lazy(
        "remedy", "Refund it, or ship and write off the difference."
    ),
    Flag.CAPTURE_CANCELED: _CAPTURE_AGAIN,
    Flag.CAPTURE_FAILED: _CAPTURE_AGAIN,
    Flag.CAPTURE_VOIDED: _CAPTURE_AGAIN,
    Flag.CAPTURED_AFTER_REFUNDED: _ORDER_IS_OVER,
    Flag.CAPTURED_AFTER_VOIDED: _ORDER_IS_OVER,
    Flag.CURRENCY_DIFFERS: pgettext_lazy(
        "remedy", "Refund it, and check the merchant's currency."
    ),
    Flag.CVC_CHECK_FAILED: _LOOK_AT_ORDER,
    Flag.DISPUTED: pgettext_lazy(
        "remedy", "Answer the dispute at Clover in time, and refund nothing meanwhile."
    ),
    Flag.DOUBLE_CAPTURE: pgettext_lazy("remedy", "Refund the second payment."),
    Flag.KEY_CONFLICT: pgettext_lazy(
        "remedy", "Reconcile with Clover's list before anything else is charged."
    ),
    Flag.KIND_DIFFERS: pgettext_lazy("remedy", "Look the transaction up at Clover."),
    Flag.LATE_SUCCESS: pgettext_lazy("remedy", "Refund it, or place the order for it."),
    Flag.MERCHANT_DIFFERS: pgettext_lazy(
        "remedy", "Look which merchant holds the money."
    ),
    Flag.MISSING_AT_PROVIDER: pgettext_lazy("remedy", "Ask Clover before you ship."),
    Flag.MONEY_CANCELED: _STOP_ORDER,
    Flag.MONEY_FAILED: _STOP_ORDER,
    Flag.MONEY_VOIDED: _STOP_ORDER,
    Flag.NOT_CAPTURED: pgettext_lazy("remedy", "Capture or void it at Clover."),
    Flag.OLDER_THAN_ASKED: _LOOK_WHOSE,
    Flag.PARTIAL_APPROVAL: pgettext_lazy(
        "remedy", "Check that it was released, and refund it if not."
    ),
    Flag.POSTAL_CODE_CHECK_FAILED: _LOOK_AT_ORDER,
    Flag.REFERENCE_DIFFERS: _LOOK_WHOSE,
    Flag.REFUND_CANCELED: _REFUND_AGAIN,
    Flag.REFUND_FAILED: _REFUND_AGAIN,
    Flag.REFUND_OUTCOME_UNKNOWN: pgettext_lazy(
        "remedy", "Reconcile again once the refund is known."
    ),
    Flag.REFUND_TOO_LARGE: pgettext_lazy("remedy", "Look at Clover what was refunded."),
    Flag.REFUND_VOIDED: _REFUND_AGAIN,
    Flag.TRANSACTION_OF_ANOTHER_PAYMENT: _LOOK_WHOSE,
    Flag.UNKNOWN_CHARGE: pgettext_lazy(
        "remedy", "Find the order it is for, or refund it."
    ),
    Flag.UNKNOWN_REFUND: pgettext_lazy(
        "remedy", "Find the order it belongs to, and record it there."
    ),
    Flag.VOID_CANCELED: _VOID_AGAIN,
    Flag.VOID_FAILED: _VOID_AGAIN,
    Flag.VOID_VOIDED: _VOID_AGAIN,
}


def flag_remedy(value: str) -> str:
    """What to do about a mark; empty for one that has no remedy."""
    return str(REMEDIES.get(value, ""))
