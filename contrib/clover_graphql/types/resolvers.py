"""What resolvers share: the request, and the purchase that a payment is for.

A purchase shows its payments, and a payment its purchase: a circle of types. It is none of
modules, since a payment names the type of its purchase, and the schema finds that.
"""

from typing import TYPE_CHECKING, cast

import strawberry
from strawberry import LazyType
from strawberry.types.base import StrawberryObjectDefinition

from clover_graphql.request.context import RequestContext
from payment_hooks import Payment, PurchaseKind

Info = strawberry.Info[RequestContext, None]

_PURCHASES = "clover_graphql.types.purchases"
if TYPE_CHECKING:
    CheckoutType = object
    OrderType = object
else:
    CheckoutType = LazyType("Checkout", _PURCHASES)
    OrderType = LazyType("Order", _PURCHASES)


def checkout_of(payment: Payment, info: Info) -> CheckoutType | None:
    """The checkout that it pays for, if it is one that the caller may see."""
    return _purchase_of(payment, info, PurchaseKind.CHECKOUT, "Checkout")


def order_of(payment: Payment, info: Info) -> OrderType | None:
    """The order that it pays for, if it is one that the caller may see."""
    return _purchase_of(payment, info, PurchaseKind.ORDER, "Order")


def _purchase_of(
    payment: Payment, info: Info, kind: PurchaseKind, name: str
) -> object | None:
    found = info.context.purchase_of(payment)
    if found is None or found.kind is not kind:
        return None
    shown = cast("StrawberryObjectDefinition", info.schema.get_type_by_name(name))
    made: object = shown.origin(purchase=found)
    return made
