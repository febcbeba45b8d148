"""Orders of payments: placed, recorded, shown, captured, refunded and voided."""

from clover_oscar.orders.order_pages import (
    CustomerOrderMixin,
    GuestOrderMixin,
    ThankYouMixin,
)
from clover_oscar.orders.processing import EventHandlerMixin

__all__ = [
    "CustomerOrderMixin",
    "EventHandlerMixin",
    "GuestOrderMixin",
    "ThankYouMixin",
]
