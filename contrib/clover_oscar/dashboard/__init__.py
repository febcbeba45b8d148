"""Oscar's dashboard: an order's payments on its page, and the list of all payments."""

from clover_oscar.dashboard.order_detail import OrderDetailMixin

__all__ = ["OrderDetailMixin"]
