"""Oscar's payment step: its pages and forms, its submit, and the way back from Clover."""

from clover_oscar.checkout.basket_page import BasketMixin
from clover_oscar.checkout.payment_details import PaymentDetailsMixin
from clover_oscar.checkout.sessions import CheckoutSessionMixin

__all__ = ["BasketMixin", "CheckoutSessionMixin", "PaymentDetailsMixin"]
