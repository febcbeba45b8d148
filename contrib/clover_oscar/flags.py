"""Marks on a payment that ask a person to look."""

NOT_PLACED = "paid_without_order"
"""Money is there, and the order could not be placed."""
CHANGED = "order_differs"
"""The order was placed, and its lines do not come to what was paid."""
