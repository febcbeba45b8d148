"""Arguments that several fields take, with what they mean."""

from typing import Annotated
from uuid import UUID

import strawberry

from clover_graphql.types.descriptions import use
from clover_graphql.types.scalars import PositiveDecimal

CheckoutId = Annotated[
    strawberry.ID | None, strawberry.argument(description="The ID of the checkout.")
]
OlderCheckoutId = Annotated[
    strawberry.ID | None,
    strawberry.argument(
        description="The ID of the checkout.", deprecation_reason=use("id")
    ),
]
CheckoutToken = Annotated[
    UUID | None,
    strawberry.argument(
        description="The checkout's key, where it is a UUID.",
        deprecation_reason=use("id"),
    ),
]
PurchaseId = Annotated[
    strawberry.ID,
    strawberry.argument(description="The ID of the checkout or the order."),
]
TransactionId = Annotated[
    strawberry.ID | None, strawberry.argument(description="The ID of the transaction.")
]
TransactionToken = Annotated[
    UUID | None,
    strawberry.argument(description="The transaction's token, in place of its ID."),
]
PaymentId = Annotated[
    strawberry.ID, strawberry.argument(description="The ID of the payment.")
]
AmountShown = Annotated[
    PositiveDecimal | None,
    strawberry.argument(
        description="What the shopper saw; another one than is due is refused."
    ),
]
AmountMoved = Annotated[
    PositiveDecimal | None,
    strawberry.argument(description="How much; left out, all that is left."),
]
CustomerAddress = Annotated[
    str | None,
    strawberry.argument(
        description="The shopper's address, from an app that may name it."
    ),
]
