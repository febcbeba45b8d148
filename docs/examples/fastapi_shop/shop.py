"""The shop's half of every payment: what is due, who may do what, and the order."""

import json
from dataclasses import replace

from payment_hooks import (
    FindPurchaseRequest,
    LineItem,
    Money,
    Purchase,
    PurchaseKind,
    hookimpl,
)

from .tables import PRODUCTS, Shelf

CURRENCY = "USD"


def price_lines(quantities: dict[str, int]) -> tuple[tuple[LineItem, ...], Money]:
    """The lines of a cart, and what they cost together."""
    lines = tuple(
        LineItem(
            name=PRODUCTS[slug].name,
            unit_price=Money(PRODUCTS[slug].cents, CURRENCY),
            quantity=quantity,
        )
        for slug, quantity in quantities.items()
    )
    total = sum(line.unit_price.minor_units * line.quantity for line in lines)
    return lines, Money(total, CURRENCY)


class CoffeeShop:
    """Answers the shop hooks from its own tables."""

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf

    @hookimpl
    def shop_find_purchase(self, request: FindPurchaseRequest) -> Purchase | None:
        """The caller's own checkout or order; staff sees all."""
        order = None
        checkout_id = request.purchase_id
        if request.kind is PurchaseKind.ORDER:
            number = request.purchase_id
            order = (
                self.shelf.find_order(number=int(number)) if number.isdigit() else None
            )
            if order is None:
                return None
            checkout_id = order.checkout
        row = self.shelf.find_checkout(checkout_id)
        if row is None or not self._may_see(request.caller, row.shopper):
            return None
        checkout = self._checkout(row)
        return self._order(checkout, order) if order else checkout

    @hookimpl
    def shop_allows(self, request) -> bool:
        """Only staff may see and move money that was taken."""
        return bool(request.caller.session.get("staff"))

    @hookimpl
    def shop_payment_changed(self, event) -> None:
        """Place the order as soon as its money is here, whoever noticed."""
        if event.payment.state.holds_money and not event.operation.flag:
            self.shelf.place_order(event.payment.reference)

    @hookimpl
    def shop_complete_purchase(self, request) -> Purchase:
        """The order of the paid checkout."""
        checkout = request.purchase
        return self._order(checkout, self.shelf.place_order(checkout.reference))

    def _may_see(self, caller, shopper: str) -> bool:
        session = getattr(caller, "session", {})
        return bool(session.get("staff")) or session.get("shopper") == shopper

    def _checkout(self, row) -> Purchase:
        lines, total = price_lines(json.loads(row.lines))
        return Purchase(
            purchase_id=row.id,
            kind=PurchaseKind.CHECKOUT,
            reference=row.id,
            amount_due=total,
            lines=lines,
            created_at=row.created_at,
        )

    def _order(self, checkout: Purchase, order) -> Purchase:
        return replace(
            checkout,
            kind=PurchaseKind.ORDER,
            purchase_id=str(order.number),
            number=f"C-{1000 + order.number}",
            created_at=order.created_at,
        )
