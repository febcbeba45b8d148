"""A guest who walks through Oscar's checkout, and what a test asks about the result."""

import html
import re
from decimal import Decimal

from django.test import Client
from oscar.core.loading import get_model

EMAIL = "guest@example.com"
ADDRESS = {
    "first_name": "Ada",
    "last_name": "Lovelace",
    "line1": "1 Main Street",
    "line4": "Springfield",
    "state": "IL",
    "postcode": "62701",
    "country": "US",
}


HIDDEN = re.compile(r'name="(clover_(?:shown|token|mode|ordered))" value="([^"]*)"')


class Shopper:
    """One browser, which sends with a form the amount that its last page showed."""

    def __init__(self, client=None, shown=""):
        self.client = client or Client(SERVER_NAME="localhost")
        self.shown, self.token, self.mode, self.ordered = shown, "", "", ""

    def reach_payment(self, product, quantity=1):
        """Put a product into the basket and go as far as the payment page."""
        self.add(product, quantity)
        self.client.post("/checkout/", {"username": EMAIL, "options": "anonymous"})
        self.client.post("/checkout/shipping-address/", ADDRESS)
        return self.read(self.client.get("/checkout/shipping-method/", follow=True))

    def add(self, product, quantity=1):
        self.client.post(f"/basket/add/{product.pk}/", {"quantity": quantity})

    def look(self, path="/checkout/payment-details/"):
        """Load a page of the checkout."""
        return self.read(self.client.get(path, follow=True))

    def read(self, page):
        """Remember what the page hides in its form."""
        text = page.text if hasattr(page, "text") else page.content.decode()
        hidden = {name: html.unescape(value) for name, value in HIDDEN.findall(text)}
        self.shown = hidden.get("clover_shown", self.shown)
        self.token = hidden.get("clover_token", "")
        self.mode = hidden.get("clover_mode", self.mode)
        self.ordered = hidden.get("clover_ordered", self.ordered)
        return page

    def enter_card(self, token="tok-1", **fields):
        return self.read(
            self.client.post(
                "/checkout/preview/",
                {"clover_token": token, "clover_mode": self.mode, **fields},
            )
        )

    def place_order(self, **fields):
        """Send the form of the last page."""
        form = {
            "action": "place_order",
            "clover_shown": self.shown,
            "clover_mode": self.mode,
            "clover_ordered": self.ordered,
        }
        return self.read(self.client.post("/checkout/preview/", form | fields))

    def pay(self, token="tok-1"):
        self.enter_card(token)
        return self.place_order(clover_token=token)

    @property
    def basket_id(self):
        return self.client.session["checkout_data"]["submission"]["basket_id"]


def make_product(price="10.00", stock=20):
    from oscar.test import factories  # asks for models, which a browser has none of

    get_model("address", "Country").objects.get_or_create(
        iso_3166_1_a2="US",
        defaults={"name": "United States", "is_shipping_country": True},
    )
    return factories.create_product(
        price=Decimal(price), num_in_stock=stock, partner_name="Partner"
    )


def orders():
    return list(get_model("order", "Order").objects.order_by("pk"))


def baskets():
    return {row.pk: row.status for row in get_model("basket", "Basket").objects.all()}


def records(order):
    """Allocated, debited, refunded of the order's only source, and its transactions."""
    (source,) = order.sources.all()
    rows = [(row.txn_type, row.amount) for row in source.transactions.order_by("pk")]
    sums = (source.amount_allocated, source.amount_debited, source.amount_refunded)
    return tuple(str(amount) for amount in sums), [
        f"{kind} {amount}" for kind, amount in rows
    ]
