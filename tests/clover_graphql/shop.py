"""A shop of three hooks, and a storefront that talks to its API."""

import json
from dataclasses import dataclass, field, replace

from clover_graphql import HttpRequest
from payment_hooks import (
    Customer,
    InvalidRequest,
    LineItem,
    Money,
    Purchase,
    PurchaseKind,
    hookimpl,
)

DUE = Money.of("25.99", "USD")
RETURN_URL = "https://shop.example/done"
GATEWAY = "clover.payments"
PAID = ("authorized", "paid", "partly_refunded")


@dataclass
class Caller:
    """What a framework's request says of whoever sent it."""

    name: str = "ann"
    is_staff: bool = False


@dataclass(eq=False)
class SmallShop:
    """Checkouts by their id; whose they are, and which became orders."""

    checkouts: dict = field(default_factory=dict)
    owners: dict = field(default_factory=dict)
    orders: dict = field(default_factory=dict)
    notified: list = field(default_factory=list)
    held: list = field(default_factory=list)

    def add(self, name="c-1", due=DUE, owner="ann", **options):
        lines = (LineItem(name="Mug", unit_price=due),) if due.minor_units else ()
        customer = Customer(first_name="Ann", last_name="Bee", email="ann@shop.example")
        self.checkouts[name] = Purchase(
            purchase_id=name,
            kind=PurchaseKind.CHECKOUT,
            reference=f"ref-{name}",
            amount_due=due,
            **{"lines": lines, "customer": customer, "customer_id": owner} | options,
        )
        self.owners[name] = owner
        return self.checkouts[name]

    def change(self, name="c-1", **changes):
        self.checkouts[name] = replace(self.checkouts[name], **changes)

    @hookimpl
    def shop_find_purchase(self, request):
        known = self.checkouts
        if request.kind is PurchaseKind.ORDER:
            known = {row.purchase_id: row for row in self.orders.values()}
        found = known.get(request.purchase_id)
        if found is None:
            return None
        if found.purchase_id == "half-filled":
            raise InvalidRequest("Say where to.", code="shipping_address_not_set")
        caller = request.caller
        is_owner = self.owners.get(found.reference.removeprefix("ref-")) == caller.name
        return found if is_owner or caller.is_staff else None

    @hookimpl
    def shop_allows(self, request):
        return request.caller.is_staff

    @hookimpl
    def shop_hold_purchase(self, request):
        now = self.checkouts.get(request.purchase.purchase_id)
        if now is not None and now.purchase_id == "changing":
            raise InvalidRequest("The cart has just changed.", code="purchase_changed")
        self.held.append(request.purchase.purchase_id)

    @hookimpl
    def shop_payment_changed(self, event):
        self.notified.append((event.payment.reference, event.payment.state.value))
        if event.payment.state in PAID:
            self.place(event.payment.reference)

    @hookimpl
    def shop_complete_purchase(self, request):
        if request.purchase.purchase_id == "sold-out":
            raise InvalidRequest("The mug is gone.", code="insufficient_stock")
        return self.place(request.purchase.reference)

    def place(self, reference):
        checkout = self.checkouts[reference.removeprefix("ref-")]
        number = str(1001 + len(self.orders))
        made = replace(
            checkout,
            kind=PurchaseKind.ORDER,
            purchase_id=f"o-{number}",
            number=number,
        )
        return self.orders.setdefault(reference, made)


class Storefront:
    """Sends operations, as the browser of one caller does."""

    def __init__(self, api, caller=None):
        self.api = api
        self.caller = caller or Caller()

    def post(self, query, headers=None, **variables):
        body = json.dumps({"query": query, "variables": variables}).encode()
        sent = {"content-type": "application/json"} | (headers or {})
        question = HttpRequest(
            method="POST", body=body, headers=sent, caller=self.caller, client_ip="::1"
        )
        answer = self.api.answer(question)
        return answer.status, json.loads(answer.body)

    def run(self, query, **variables):
        """The one field of the data; anything wrong beside it fails the test."""
        status, content = self.post(query, **variables)
        assert "errors" not in content, content
        assert status == 200
        (field,) = content["data"].values()
        return field
