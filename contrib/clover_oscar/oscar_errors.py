"""Oscar's exceptions: raised as the shop's own class, and caught as either.

A shop may have its own class of any of them, which Oscar's loader then gives. Part of Oscar
asks the loader and part of it does not, so that both classes come.
"""

from typing import Any

from oscar.apps.checkout import exceptions as stock_checkout
from oscar.apps.order import exceptions as stock_order
from oscar.apps.payment import exceptions as stock_payment
from oscar.core.loading import get_class

FailedPreCondition: Any = get_class("checkout.exceptions", "FailedPreCondition")
PassedSkipCondition: Any = get_class("checkout.exceptions", "PassedSkipCondition")
PaymentError: Any = get_class("payment.exceptions", "PaymentError")
RedirectRequired: Any = get_class("payment.exceptions", "RedirectRequired")
UnableToPlaceOrder: Any = get_class("order.exceptions", "UnableToPlaceOrder")
UnableToTakePayment: Any = get_class("payment.exceptions", "UnableToTakePayment")

ANY_FAILED_PRE_CONDITION: tuple[type[Exception], ...] = (
    FailedPreCondition,
    stock_checkout.FailedPreCondition,
)
ANY_INVALID_PAYMENT_EVENT: tuple[type[Exception], ...] = (
    get_class("order.exceptions", "InvalidPaymentEvent"),
    stock_order.InvalidPaymentEvent,
)
ANY_UNABLE_TO_PLACE_ORDER: tuple[type[Exception], ...] = (
    UnableToPlaceOrder,
    stock_order.UnableToPlaceOrder,
)
ANY_STATUS_REFUSAL: tuple[type[Exception], ...] = (
    PaymentError,
    stock_payment.PaymentError,
    get_class("order.exceptions", "InvalidOrderStatus"),
    stock_order.InvalidOrderStatus,
)
