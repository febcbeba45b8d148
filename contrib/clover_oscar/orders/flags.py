"""Marks on a payment that ask a person to look."""

from django.utils.translation import pgettext_lazy

from clover_django.language.words import Names

NOT_PLACED = "paid_without_order"
"""Money is there, and the order could not be placed."""
CHANGED = "order_differs"
"""The order was placed, and its lines do not come to what was paid."""
DELETED = "order_deleted"
"""Money is there, and the order that was placed for it was deleted."""
PAID_TWICE = "purchase_paid_twice"
"""A copy of the basket was paid for, and the page of the first one as well."""
BEING_REVERSED = "being_reversed"
"""Staff is reversing the payment: no order meanwhile; see `refund_marks`."""
WITHOUT_ORDER = frozenset({NOT_PLACED, DELETED, PAID_TWICE})
"""Those which a person ends by placing the order, or by reversing the payment."""
NAMES: Names = {
    NOT_PLACED: pgettext_lazy("flag", "Paid, and without an order"),
    CHANGED: pgettext_lazy("flag", "The order's lines do not come to what was paid"),
    DELETED: pgettext_lazy("flag", "Paid, and its order was deleted"),
    PAID_TWICE: pgettext_lazy("flag", "The basket was paid twice"),
    BEING_REVERSED: pgettext_lazy("flag", "Being refunded at this moment"),
}
"""What people read for them."""
REMEDIES: Names = {
    NOT_PLACED: pgettext_lazy("remedy", "Place the order, or reverse the payment."),
    CHANGED: pgettext_lazy("remedy", "Compare the order with its notes."),
    DELETED: pgettext_lazy("remedy", "Reverse the payment, or place the order again."),
    PAID_TWICE: pgettext_lazy(
        "remedy", "Ask the shopper, and reverse or refund one of the payments."
    ),
    BEING_REVERSED: pgettext_lazy(
        "remedy", "Wait, and check with Clover if it stays longer than ten minutes."
    ),
}
"""What people do about them."""
