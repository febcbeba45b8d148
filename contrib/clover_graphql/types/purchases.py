"""Checkouts and orders, as far as paying for them goes."""

from datetime import UTC, datetime
from typing import Annotated

import strawberry

from clover_graphql.request import ids
from clover_graphql.request.context import RequestContext
from clover_graphql.request.errors import Denied
from clover_graphql.request.read_once import latest_of, totals_of
from clover_graphql.types.contents import (
    Channel,
    CheckoutLine,
    OrderError,
    OrderLine,
    channel_of,
    line_id,
    line_total,
)
from clover_graphql.types.descriptions import deprecated, older, use
from clover_graphql.types.enums import (
    CheckoutAuthorizeStatusEnum,
    CheckoutChargeStatusEnum,
    OrderAction,
    OrderAuthorizeStatusEnum,
    OrderChargeStatusEnum,
    PaymentChargeStatusEnum,
)
from clover_graphql.types.gateways import (
    PaymentGateway,
    StoredPaymentMethod,
    saved_cards,
)
from clover_graphql.types.money import MoneyType, TaxedMoney, total_price
from clover_graphql.types.older_payments import Payment
from clover_graphql.types.resolvers import Info
from clover_graphql.types.scalars import PositiveDecimal
from clover_graphql.types.transactions import TransactionItem
from payment_hooks import Money, Purchase, StaffAction
from payment_hooks.ledger import Totals
from payment_hooks.storefront import (
    authorize_status,
    charge_status,
    order_actions,
    payment_status,
)


@strawberry.type
class Checkout:
    """What a shopper is about to buy."""

    purchase: strawberry.Private[Purchase]

    @strawberry.field
    def id(self) -> strawberry.ID:
        """The ID that all payment mutations take."""
        return strawberry.ID(ids.encode("Checkout", self.purchase.purchase_id))

    @strawberry.field
    def created(self, info: Info) -> datetime:
        """When it was begun; when it was first paid for, if the shop does not say."""
        return _created(info.context, self.purchase)

    @strawberry.field
    def email(self) -> str | None:
        """Where the shopper gets mail."""
        return self.purchase.customer.email or None

    @strawberry.field
    def channel(self) -> Channel:
        """Where it is sold."""
        return channel_of(self.purchase)

    @strawberry.field
    def lines(self) -> list[CheckoutLine]:
        """What is bought."""
        return [
            CheckoutLine(
                id=line_id("CheckoutLine", self.purchase, number),
                quantity=line.quantity,
                unit_price=TaxedMoney.of(line.unit_price),
                total_price=TaxedMoney.of(line_total(line)),
            )
            for number, line in enumerate(self.purchase.lines, 1)
        ]

    @strawberry.field
    def quantity(self) -> int:
        """How many things."""
        return sum(line.quantity for line in self.purchase.lines)

    @strawberry.field
    def shipping_price(self) -> TaxedMoney:
        """What sending it costs."""
        zero = Money(0, self.purchase.amount_due.currency)
        return TaxedMoney.of(self.purchase.shipping or zero)

    @strawberry.field
    def total_price(self) -> TaxedMoney:
        """What all of it comes to."""
        return total_price(self.purchase)

    @strawberry.field
    def total_balance(self, info: Info) -> MoneyType:
        """What was paid beyond the total; negative while something is left to pay."""
        totals = _totals(info.context, self.purchase)
        return MoneyType.of(totals.charged - self.purchase.amount_due)

    @strawberry.field
    def authorize_status(self, info: Info) -> CheckoutAuthorizeStatusEnum:
        """Whether enough is reserved or paid."""
        due, totals = self.purchase.amount_due, _totals(info.context, self.purchase)
        name = authorize_status(due, totals)
        return CheckoutAuthorizeStatusEnum[name]

    @strawberry.field
    def charge_status(self, info: Info) -> CheckoutChargeStatusEnum:
        """Whether enough is paid."""
        due, totals = self.purchase.amount_due, _totals(info.context, self.purchase)
        name = charge_status(due, totals)
        return CheckoutChargeStatusEnum[name]

    @strawberry.field
    def transactions(self, info: Info) -> list[TransactionItem] | None:
        """The payments of it; for staff."""
        return _transactions(info.context, self.purchase)

    @strawberry.field
    @deprecated(older("paymentGatewayInitialize"))
    def available_payment_gateways(self, info: Info) -> list[PaymentGateway]:
        """What it can be paid with."""
        return [
            PaymentGateway(
                offer=offer,
                currency=self.purchase.amount_due.currency,
                language=info.context.language(self.purchase),
            )
            for offer in info.context.api.offers
        ]

    @strawberry.field
    def stored_payment_methods(
        self,
        info: Info,
        amount: Annotated[
            PositiveDecimal | None,
            strawberry.argument(description="Saleor's argument; it changes nothing."),
        ] = strawberry.UNSET,
    ) -> list[StoredPaymentMethod] | None:
        """The saved cards of the customer who is logged in."""
        return saved_cards(info.context, self.purchase)


@strawberry.type
class Order:
    """What a shopper has bought."""

    purchase: strawberry.Private[Purchase]

    @strawberry.field
    def id(self) -> strawberry.ID:
        """The ID that all payment mutations take."""
        return strawberry.ID(ids.encode("Order", self.purchase.purchase_id))

    @strawberry.field
    def created(self, info: Info) -> datetime:
        """When it was placed; when it was first paid for, if the shop does not say."""
        return _created(info.context, self.purchase)

    @strawberry.field
    def number(self) -> str:
        """As the shopper reads it."""
        return self.purchase.number or self.purchase.purchase_id

    @strawberry.field
    def channel(self) -> Channel:
        """Where it was sold."""
        return channel_of(self.purchase)

    @strawberry.field
    def user_email(self) -> str | None:
        """Where the shopper gets mail."""
        return self.purchase.customer.email or None

    @strawberry.field
    def lines(self) -> list[OrderLine]:
        """What was bought."""
        return [
            OrderLine(
                id=line_id("OrderLine", self.purchase, number),
                product_name=line.name,
                variant_name="",
                quantity=line.quantity,
                unit_price=TaxedMoney.of(line.unit_price),
                total_price=TaxedMoney.of(line_total(line)),
            )
            for number, line in enumerate(self.purchase.lines, 1)
        ]

    @strawberry.field
    def total(self) -> TaxedMoney:
        """What all of it comes to."""
        return total_price(self.purchase)

    @strawberry.field
    def is_paid(self, info: Info) -> bool:
        """Whether all of it was paid."""
        totals = _totals(info.context, self.purchase)
        return totals.charged >= self.purchase.amount_due

    @strawberry.field
    def payment_status(self, info: Info) -> PaymentChargeStatusEnum:
        """The status of the latest payment."""
        return PaymentChargeStatusEnum[_payment_status(info.context, self.purchase)]

    @strawberry.field
    def payment_status_display(self, info: Info) -> str:
        """The same for a person."""
        return (
            _payment_status(info.context, self.purchase).capitalize().replace("_", " ")
        )

    @strawberry.field
    def authorize_status(self, info: Info) -> OrderAuthorizeStatusEnum:
        """Whether enough is reserved or paid."""
        due, totals = self.purchase.amount_due, _totals(info.context, self.purchase)
        name = authorize_status(due, totals)
        return OrderAuthorizeStatusEnum[name]

    @strawberry.field
    def charge_status(self, info: Info) -> OrderChargeStatusEnum:
        """Whether enough is paid."""
        due, totals = self.purchase.amount_due, _totals(info.context, self.purchase)
        name = charge_status(due, totals)
        return OrderChargeStatusEnum[name]

    @strawberry.field
    def total_authorized(self, info: Info) -> MoneyType:
        """Authorized."""
        return MoneyType.of(_totals(info.context, self.purchase).authorized)

    @strawberry.field
    def total_charged(self, info: Info) -> MoneyType:
        """Paid."""
        return MoneyType.of(_totals(info.context, self.purchase).charged)

    @strawberry.field
    @deprecated(use("totalCharged"))
    def total_captured(self, info: Info) -> MoneyType:
        """Paid; Saleor's older name."""
        return MoneyType.of(_totals(info.context, self.purchase).charged)

    @strawberry.field
    def total_canceled(self, info: Info) -> MoneyType:
        """Voided."""
        return MoneyType.of(_totals(info.context, self.purchase).voided)

    @strawberry.field
    def total_refunded(self, info: Info) -> MoneyType:
        """Refunded."""
        return MoneyType.of(_totals(info.context, self.purchase).refunded)

    @strawberry.field
    def total_refund_pending(self, info: Info) -> MoneyType:
        """Being refunded, outcome unknown."""
        return MoneyType.of(_totals(info.context, self.purchase).refund_pending)

    @strawberry.field
    def total_charge_pending(self, info: Info) -> MoneyType:
        """Charge asked for, outcome unknown."""
        return MoneyType.of(_totals(info.context, self.purchase).charge_pending)

    @strawberry.field
    def total_authorize_pending(self, info: Info) -> MoneyType:
        """Authorization asked for, outcome unknown."""
        return MoneyType.of(_totals(info.context, self.purchase).authorize_pending)

    @strawberry.field
    def total_cancel_pending(self, info: Info) -> MoneyType:
        """Being voided, outcome unknown."""
        return MoneyType.of(_totals(info.context, self.purchase).void_pending)

    @strawberry.field
    def total_balance(self, info: Info) -> MoneyType:
        """What was paid beyond the total; negative while something is left to pay."""
        totals = _totals(info.context, self.purchase)
        return MoneyType.of(totals.charged - self.purchase.amount_due)

    @strawberry.field
    def transactions(self, info: Info) -> list[TransactionItem]:
        """The payments of it; for staff."""
        return _transactions(info.context, self.purchase)

    @strawberry.field
    @deprecated(older("transactions"))
    def payments(self, info: Info) -> list[Payment]:
        """The same in Saleor's older words; for staff."""
        return [
            Payment(
                payment=item.payment, operations=item.operations, gateway=item.gateway
            )
            for item in _transactions(info.context, self.purchase)
        ]

    @strawberry.field
    def actions(self, info: Info) -> list[OrderAction]:
        """What staff may do with its money."""
        names = order_actions(_totals(info.context, self.purchase))
        return [OrderAction[name] for name in names]

    @strawberry.field
    def errors(self) -> list[OrderError]:
        """None that this API knows of."""
        return []


def _totals(context: RequestContext, purchase: Purchase) -> Totals:
    return totals_of(purchase, context.shown_payments(purchase))


def _created(context: RequestContext, purchase: Purchase) -> datetime:
    begun = [row.payment.created_at for row in context.shown_payments(purchase)]
    return purchase.created_at or min(begun, default=datetime.now(UTC))


def _transactions(context: RequestContext, purchase: Purchase) -> list[TransactionItem]:
    if not context.may(StaffAction.VIEW, purchase.reference):
        raise Denied("view payments")
    return [
        TransactionItem(
            payment=row.payment, operations=row.operations, gateway=row.offer.id
        )
        for row in context.shown_payments(purchase)
    ]


def _payment_status(context: RequestContext, purchase: Purchase) -> str:
    latest = latest_of(context.shown_payments(purchase))
    return (
        payment_status(latest.payment, latest.operations) if latest else "NOT_CHARGED"
    )
