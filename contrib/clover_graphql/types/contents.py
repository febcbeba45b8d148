"""What is in a purchase, and where it is sold."""

import strawberry

from clover_graphql.request import ids
from clover_graphql.types.enums import OrderErrorCode
from clover_graphql.types.money import TaxedMoney
from payment_hooks import LineItem, Money, Purchase


@strawberry.type
class Channel:
    """Where it is sold."""

    id: strawberry.ID
    slug: str
    name: str
    currency_code: str
    is_active: bool = True


@strawberry.type
class CheckoutLine:
    """Something in the cart."""

    id: strawberry.ID
    quantity: int
    unit_price: TaxedMoney
    total_price: TaxedMoney


@strawberry.type
class OrderLine:
    """Something that was bought."""

    id: strawberry.ID
    product_name: str
    variant_name: str
    quantity: int
    unit_price: TaxedMoney
    total_price: TaxedMoney


@strawberry.type
class OrderError:
    """Saleor's place for what is wrong with an order."""

    code: OrderErrorCode
    field: str | None = None
    message: str | None = None


def channel_of(purchase: Purchase) -> Channel:
    """Where the purchase is sold."""
    slug = purchase.channel or "default"
    return Channel(
        id=strawberry.ID(ids.encode("Channel", slug)),
        slug=slug,
        name=slug,
        currency_code=purchase.amount_due.currency,
    )


def line_id(kind: str, purchase: Purchase, number: int) -> strawberry.ID:
    """The ID of one of its lines."""
    return strawberry.ID(ids.encode(kind, f"{purchase.purchase_id}-{number}"))


def line_total(line: LineItem) -> Money:
    """What the line comes to."""
    return Money(line.unit_price.minor_units * line.quantity, line.unit_price.currency)
