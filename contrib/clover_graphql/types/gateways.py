"""What a purchase can be paid with: gateways, and the cards that a customer has saved."""

import logging
import re
from typing import Self

import strawberry

from clover_graphql.request import ids
from clover_graphql.request.context import RequestContext
from clover_graphql.types.enums import TokenizedPaymentFlowEnum
from clover_graphql.types.scalars import JSON
from payment_hooks import ConfigurationError, Mode, PaymentError, Purchase, card_label
from payment_hooks.storefront import OfferedGateway, SavedCard, describe_next_action

logger = logging.getLogger(__name__)

_WORD = re.compile(r"(?<!^)(?=[A-Z])")


@strawberry.type
class GatewayConfigLine:
    """Something that a card form needs."""

    field: str = strawberry.field(description="Its name.")
    value: str | None = strawberry.field(description="Its value.")


@strawberry.type
class PaymentGateway:
    """A way to pay."""

    offer: strawberry.Private[OfferedGateway]
    currency: strawberry.Private[str]
    language: strawberry.Private[str] = ""

    @strawberry.field
    def id(self) -> strawberry.ID:
        """What transactionInitialize takes as `paymentGateway.id`."""
        return strawberry.ID(self.offer.id)

    @strawberry.field
    def name(self) -> str:
        """For the shopper."""
        return self.offer.name

    @strawberry.field
    def currencies(self) -> list[str]:
        """The currency of what is bought."""
        return [self.currency]

    @strawberry.field
    def config(self) -> list[GatewayConfigLine]:
        """The same as the data of paymentGatewayInitialize, in Saleor's older form."""
        lines = entry_data(self.offer, self.currency, self.language) or {}
        return [
            GatewayConfigLine(
                field=_WORD.sub("_", name).lower(),
                value=None if value is None else str(value),
            )
            for name, value in lines.items()
        ]


@strawberry.type
class CreditCard:
    """What may be shown of a card."""

    brand: str = strawberry.field(
        description="The card's brand; empty where it is not known."
    )
    last_digits: str = strawberry.field(description="The last four digits.")
    first_digits: str | None = strawberry.field(
        default=None, description="Never shown."
    )
    exp_month: int | None = strawberry.field(
        default=None, description="The month it expires in, 1 to 12."
    )
    exp_year: int | None = strawberry.field(
        default=None, description="The year it expires in."
    )


@strawberry.type
class StoredPaymentMethod:
    """A card on file."""

    id: strawberry.ID = strawberry.field(
        description="What storedPaymentMethodRequestDelete takes."
    )
    gateway: PaymentGateway = strawberry.field(
        description="The gateway that charges it."
    )
    payment_method_id: str = strawberry.field(
        description="What is sent as `savedMethodId` to pay with it."
    )
    credit_card_info: CreditCard | None = strawberry.field(
        description="What may be shown of the card."
    )
    supported_payment_flows: list[TokenizedPaymentFlowEnum] | None = strawberry.field(
        description="How it may be charged; empty."
    )
    type: str = strawberry.field(description="What it is, for people.")
    name: str | None = strawberry.field(description="Brand and last digits.")
    data: JSON | None = strawberry.field(
        default=None, description="Nothing more is known of it."
    )

    @classmethod
    def of(
        cls, kept: SavedCard, purchase: Purchase, offer: OfferedGateway, language: str
    ) -> Self:
        """The card, with an ID that says for which purchase it was shown."""
        return cls(
            id=strawberry.ID(saved_card_id(purchase, offer, kept.public_id)),
            gateway=PaymentGateway(
                offer=offer,
                currency=purchase.amount_due.currency,
                language=language,
            ),
            payment_method_id=kept.public_id,
            credit_card_info=CreditCard(
                brand=kept.brand,
                last_digits=kept.last4,
                exp_month=kept.exp_month,
                exp_year=kept.exp_year,
            ),
            supported_payment_flows=[],
            type="Credit Card",
            name=card_label(kept.brand, kept.last4),
        )


def entry_data(
    offer: OfferedGateway, currency: str, language: str, mode: Mode | None = None
) -> dict[str, object] | None:
    """What the storefront's card form needs, or that it is going to be a page.

    The card fields speak `language`; empty, the merchant's own.

    None when it cannot be had now; the log says why.
    """
    wanted = mode or offer.modes[0]
    if wanted is Mode.HOSTED:
        return {"mode": wanted.value}
    try:
        step = offer.payments.card_entry(currency, wanted, locale=language)
        return describe_next_action(step, language=language)
    except (PaymentError, ConfigurationError) as error:
        logger.warning("%s: no card entry: %s", offer.name, error)
        return None


def saved_cards(
    context: RequestContext, purchase: Purchase
) -> list[StoredPaymentMethod]:
    """The customer's cards that the gateways can charge; none for a guest."""
    saved_cards, owner = context.api.saved_cards, purchase.customer_id
    if saved_cards is None or not owner:
        return []
    return [
        StoredPaymentMethod.of(kept, purchase, offer, context.language(purchase))
        for offer in context.api.offers
        for kept in saved_cards.list(owner, offer.payments.merchant_id)
    ]


def saved_card_id(purchase: Purchase, offer: OfferedGateway, public_id: str) -> str:
    """The ID of a saved card, which leads back to its owner through the purchase."""
    key = f"{purchase.kind.value}:{purchase.purchase_id}:{offer.id}:{public_id}"
    return ids.encode("StoredPaymentMethod", key)
