"""Orders of payments: placed, recorded, captured, refunded and voided."""

from clover_oscar.orders.processing import EventHandlerMixin

__all__ = ["EventHandlerMixin"]
