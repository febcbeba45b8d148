"""The context of one request: its caller, and the shop's data that it names."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol
from uuid import UUID

from clover_graphql.request import ids
from clover_graphql.request.codes import GATEWAY_UNKNOWN, PURCHASE_UNKNOWN, REQUIRED
from clover_graphql.request.errors import Denied
from clover_graphql.request.read_once import PaymentRead, ReadOnce
from payment_hooks import (
    AccessRequest,
    BadInput,
    ErrorCode,
    FindPurchaseRequest,
    InvalidRequest,
    Money,
    OperationKind,
    OperationState,
    Payment,
    PaymentState,
    Purchase,
    PurchaseKind,
    ShopHooks,
    StaffAction,
    WrongState,
    shopper_language,
)
from payment_hooks.ledger import derive_state
from payment_hooks.storefront import (
    Entry,
    OfferedGateway,
    SavedCards,
    Submission,
    read_purchase_id,
)

logger = logging.getLogger(__name__)

LANGUAGE = "language"
"""The name in a payment's context; shops with a snapshot of their own use the same."""
KINDS = {"Checkout": PurchaseKind.CHECKOUT, "Order": PurchaseKind.ORDER}


class Api(Protocol):
    """What resolvers need of the API: who the shop is, and what it offers."""

    @property
    def shop(self) -> ShopHooks:
        """The shop's hooks."""
        ...

    @property
    def offers(self) -> tuple[OfferedGateway, ...]:
        """What a purchase can be paid with."""
        ...

    @property
    def saved_cards(self) -> SavedCards | None:
        """Where saved cards are; None saves none."""
        ...

    @property
    def return_hosts(self) -> tuple[str, ...]:
        """Hosts that a hosted page may lead back to."""
        ...

    def seal(self, token: str) -> str:
        """The sealed token, which may be stored; empty when there is no sealing key."""
        ...

    def unseal(self, sealed: str) -> str:
        """The token that was sealed; empty when it expired or the key has changed."""
        ...


@dataclass(frozen=True, slots=True)
class RequestContext:
    """What resolvers know of the request."""

    api: Api
    caller: object = field(default=None, repr=False)
    """The framework's request."""
    client_ip: str = ""
    request_key: str = ""
    """The header `Idempotency-Key`, which names what staff asks for."""
    accept_language: str = ""
    """The browser's header."""
    read_once: ReadOnce = field(default_factory=ReadOnce, repr=False)

    def language(
        self, purchase: Purchase | None = None, payment: Payment | None = None
    ) -> str:
        """What the shopper reads: the purchase's, the customer's, the browser's language.

        A payment was begun in a language, which goes before the browser's. Empty where
        none of them is one of ours: then the merchant's locale holds for card fields,
        and English for texts.
        """
        own = (purchase.language, purchase.customer_language) if purchase else ()
        begun = str(payment.context.get(LANGUAGE) or "") if payment else ""
        return shopper_language(*own, begun, self.accept_language, default="")

    def find_purchase(self, kind: PurchaseKind, purchase_id: str) -> Purchase | None:
        """The shop's checkout or order, if the caller may see it.

        Raises:
            BadInput: the shop says why it cannot be paid.
        """
        asked = FindPurchaseRequest(
            kind=kind, purchase_id=purchase_id, caller=self.caller
        )
        try:
            return self.api.shop.find_purchase(asked)
        except (InvalidRequest, WrongState) as error:
            raise BadInput(error.message, code=error.code, field="id") from error

    def purchase(self, identifier: str, *kinds: str, field: str = "id") -> Purchase:
        """The purchase of that ID.

        Raises:
            BadInput: it is no such ID, or the caller has no such purchase.
        """
        kind, key = ids.decode(identifier, *kinds, field=field)
        found = self.find_purchase(KINDS[kind], key)
        if found is None:
            raise BadInput(
                f"{kind} could not be found.", code=PURCHASE_UNKNOWN, field=field
            )
        return found

    def checkout(
        self, identifier: str | None, older: str | None, token: UUID | None
    ) -> Purchase:
        """The checkout that one of the three arguments names.

        Raises:
            BadInput: none or several do, or the caller has no such checkout.
        """
        named = [name for name in (identifier, older) if name is not None]
        if token is not None:
            named.append(ids.encode("Checkout", str(token)))
        if len(named) != 1:
            raise BadInput("Exactly one id is needed.", code=REQUIRED, field="id")
        return self.purchase(named[0], "Checkout")

    def offer(self, gateway_id: str) -> OfferedGateway:
        """The gateway of that id.

        Raises:
            BadInput: none is called so.
        """
        for offer in self.api.offers:
            if offer.id == gateway_id:
                return offer
        raise BadInput(
            "No payment gateway has this id.",
            code=GATEWAY_UNKNOWN,
            field="paymentGateway",
        )

    def submission(
        self,
        offer: OfferedGateway,
        purchase: Purchase,
        entry: Entry,
        *,
        payment: Payment | None = None,
        key: str = "",
        context: Mapping[str, object] | None = None,
    ) -> Submission:
        """What this caller sends to pay for the purchase, or to continue the payment.

        Raises:
            BadInput: it cannot be right; nothing was begun.
        """
        asked = Submission.for_purchase(
            offer,
            purchase,
            entry,
            caller=self.caller,
            shop=self.api.shop,
            payment=payment,
            return_hosts=self.api.return_hosts,
        )
        language = {LANGUAGE: self.language(purchase)}
        return replace(
            asked,
            context={**language, **asked.context, **(context or {})},
            saved_cards=self.api.saved_cards,
            details=replace(asked.details, shopper_ip=self.client_ip),
            idempotency_key=key,
        )

    def payments_of(self, purchase: Purchase) -> list[tuple[OfferedGateway, Payment]]:
        """All of its payments, through whichever gateway, oldest first."""
        found = [
            (offer, payment)
            for offer in self.api.offers
            for payment in offer.payments.find(purchase.reference)
            if offer.payments.owns(payment)
        ]
        return sorted(found, key=lambda row: row[1].created_at)

    def shown_payments(self, purchase: Purchase) -> tuple[PaymentRead, ...]:
        """The same for whoever only shows them: read once in a request."""
        return self.read_once.payments(purchase, self.payments_of)

    def latest(self, purchase: Purchase) -> tuple[OfferedGateway, Payment] | None:
        """Its payment that counts: the last which holds money, else the last one."""
        found = self.payments_of(purchase)
        held = [row for row in found if state_of(*row).holds_money]
        return next(reversed(held or found), None)

    def payment(
        self, identifier: str | None, token: UUID | None = None, *, kind: str
    ) -> tuple[OfferedGateway, Payment]:
        """The payment of that ID, and its gateway.

        Raises:
            BadInput: there is none.
        """
        payment_id = ids.transaction_key(identifier, token, kind)
        for offer in self.api.offers:
            payment = offer.payments.ledger.get_payment(payment_id)
            if payment is not None and offer.payments.owns(payment):
                return offer, payment
        raise BadInput(
            f"{kind} could not be found.", code=ErrorCode.PAYMENT_UNKNOWN, field="id"
        )

    def purchase_of(self, payment: Payment) -> Purchase | None:
        """What it pays for, if the caller may see that."""
        named = read_purchase_id(payment)
        return self.find_purchase(*named) if named else None

    def may(
        self, action: StaffAction, reference: str = "", amount: Money | None = None
    ) -> bool:
        """Whether the shop lets the caller do that."""
        return self.api.shop.allows(
            AccessRequest(
                action=action, caller=self.caller, reference=reference, amount=amount
            )
        )

    def require(
        self, action: StaffAction, payment: Payment, amount: Money | None = None
    ) -> None:
        """Raise unless the shop allows the action.

        Raises:
            Denied: it does not give it.
        """
        if not self.may(action, payment.reference, amount):
            logger.warning("%s of %s was refused", action, payment.payment_id)
            raise Denied(f"{action.value} payments")


def has_page(offer: OfferedGateway, payment: Payment) -> bool:
    """Whether a hosted page of it was opened, so that its webhook may come."""
    return any(
        row.kind is OperationKind.HOSTED_PAGE and row.state is OperationState.WAITING
        for row in offer.payments.operations(payment.payment_id)
    )


def state_of(offer: OfferedGateway, payment: Payment) -> PaymentState:
    """The state of the payment by its operations; its own row is updated a moment later."""
    operations = offer.payments.operations(payment.payment_id)
    return derive_state(operations, closed=payment.state is PaymentState.CLOSED)
