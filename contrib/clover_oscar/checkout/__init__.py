"""Oscar's payment step: its pages and forms, its submit, and the way back from Clover."""

from clover_oscar.checkout.payment_details import PaymentDetailsMixin

__all__ = ["PaymentDetailsMixin"]
