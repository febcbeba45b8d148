"""What is in a purchase, and where it is sold."""

import strawberry

from clover_graphql.request import ids
from clover_graphql.types.enums import OrderErrorCode
from clover_graphql.types.money import TaxedMoney
from payment_hooks import LineItem, Money, Purchase


@strawberry.type
class Channel:
    """A channel of the shop's, which sells in one currency."""

    id: strawberry.ID = strawberry.field(description="The ID of the channel.")
    slug: str = strawberry.field(description="Its name in addresses.")
    name: str = strawberry.field(description="Its name for people.")
    currency_code: str = strawberry.field(
        description="The currency of its prices, ISO 4217."
    )
    is_active: bool = strawberry.field(default=True, description="Whether it sells.")


@strawberry.type
class CheckoutLine:
    """Something in the cart."""

    id: strawberry.ID = strawberry.field(description="The ID of the line.")
    quantity: int = strawberry.field(description="How many of it.")
    unit_price: TaxedMoney = strawberry.field(description="The price of one.")
    total_price: TaxedMoney = strawberry.field(description="The price of all of them.")


@strawberry.type
class OrderLine:
    """Something that was bought."""

    id: strawberry.ID = strawberry.field(description="The ID of the line.")
    product_name: str = strawberry.field(description="What it is called.")
    variant_name: str = strawberry.field(description="Which kind of it; empty.")
    quantity: int = strawberry.field(description="How many of it.")
    unit_price: TaxedMoney = strawberry.field(description="The price of one.")
    total_price: TaxedMoney = strawberry.field(description="The price of all of them.")


@strawberry.type
class OrderError:
    """Saleor's place for what is wrong with an order."""

    code: OrderErrorCode = strawberry.field(description="What is wrong.")
    field: str | None = strawberry.field(default=None, description="What it is about.")
    message: str | None = strawberry.field(
        default=None, description="The same in words."
    )


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
