"""What Oscar's checkout remembers of a browser, in the shop's own class."""

from django.http import HttpRequest
from oscar.core.loading import get_class

from clover_oscar.untyped import OscarObject


def checkout_session(request: HttpRequest) -> OscarObject:
    """The checkout's data in the session of this request."""
    return get_class("checkout.utils", "CheckoutSessionData")(request)
