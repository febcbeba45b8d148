"""What can be asked: the fields of `Query`."""

from typing import Annotated

import strawberry
from graphql import GraphQLError

from clover_graphql.arguments import (
    CheckoutId,
    CheckoutToken,
    PaymentId,
    TransactionId,
    TransactionToken,
)
from clover_graphql.operations import (
    older_payments,
)
from clover_graphql.request.codes import PURCHASE_UNKNOWN
from clover_graphql.types.descriptions import deprecated, older
from clover_graphql.types.older_payments import Payment
from clover_graphql.types.purchases import Checkout, Order
from clover_graphql.types.resolvers import Info
from clover_graphql.types.transactions import TransactionItem, item_of
from payment_hooks import BadInput, ErrorCode, StaffAction

UNSET = strawberry.UNSET


@strawberry.type
class Query:
    """What can be asked."""

    @strawberry.field
    def checkout(
        self, info: Info, id: CheckoutId = UNSET, token: CheckoutToken = UNSET
    ) -> Checkout | None:
        """The caller's checkout."""
        try:
            found = info.context.checkout(id or None, None, token or None)
        except BadInput as error:
            _refuse_unless_unknown(error)
            return None
        return Checkout(purchase=found)

    @strawberry.field
    def order(
        self,
        info: Info,
        id: Annotated[
            strawberry.ID | None,
            strawberry.argument(description="The ID of the order."),
        ] = UNSET,
    ) -> Order | None:
        """The caller's order."""
        try:
            return Order(purchase=info.context.purchase(id or "", "Order"))
        except BadInput as error:
            _refuse_unless_unknown(error)
            return None

    @strawberry.field
    def transaction(
        self, info: Info, id: TransactionId = UNSET, token: TransactionToken = UNSET
    ) -> TransactionItem | None:
        """A payment; for staff."""
        try:
            offer, payment = info.context.payment(
                id or None, token or None, kind="TransactionItem"
            )
        except BadInput as error:
            _refuse_unless_unknown(error)
            return None
        info.context.require(StaffAction.VIEW, payment)
        return item_of(info.context, offer.id, payment)

    @strawberry.field
    @deprecated(older("transaction"))
    def payment(self, info: Info, id: PaymentId) -> Payment | None:
        """The same in Saleor's older words; for staff."""
        try:
            offer, payment = info.context.payment(id, kind="Payment")
        except BadInput as error:
            _refuse_unless_unknown(error)
            return None
        info.context.require(StaffAction.VIEW, payment)
        return older_payments.shown_payment(offer, payment)


def _refuse_unless_unknown(error: BadInput) -> None:
    """Saleor answers null to what is not there; anything else is an error.

    Raises:
        GraphQLError: it is no ID, or the shop says what is wrong with it.
    """
    if error.code not in (PURCHASE_UNKNOWN, ErrorCode.PAYMENT_UNKNOWN):
        raise GraphQLError(error.message)
