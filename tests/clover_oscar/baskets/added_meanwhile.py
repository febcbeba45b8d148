"""Goods are put into a basket while its order is placed: what was paid, what was ordered.

`python -m tests.clover_oscar.baskets.added_meanwhile --tries 24` prints the whole
table: three gunicorn workers, on SQLite and on a PostgreSQL of its own. It needs
`DJANGO_SETTINGS_MODULE=tests.settings` and `PYTHONPATH=.:hooks:contrib`.
"""

import argparse
import json
import sqlite3
import sys
import tempfile
from collections import Counter
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import psycopg

from clover_graphql.request.ids import encode
from clover_simulator.simulator import Simulator
from tests.clover_django.postgres import Server, find_programs
from tests.clover_graphql.documents import COMPLETE, INITIALIZE
from tests.clover_oscar.shopper import Shopper
from tests.clover_oscar.workers.many_workers import Product, Shop, at_once, wait_for

MODES = ("hosted", "iframe", "api", "graphql")
SHOWN = 10
CARD = {
    "card_number": "4242424242424242",
    "card_expiry": "12/2099",
    "card_cvc": "123",
    "card_name": "Ada Lovelace",
    "card_postal_code": "62701",
}
ORDERED = """
SELECT o.number, o.total_incl_tax, o.shipping_incl_tax, SUM(l.line_price_incl_tax)
FROM order_order o JOIN order_line l ON l.order_id = o.id
WHERE o.basket_id = %s GROUP BY o.id, o.number, o.total_incl_tax, o.shipping_incl_tax
"""
KEPT = """
SELECT b.status FROM basket_line l JOIN basket_basket b ON b.id = l.basket_id
WHERE l.product_id = %s AND b.id >= %s
"""


class ThreeWorkers(Shop):
    """The shop of the other race tests, with two products that never run out."""

    workers = 3

    def start(self):
        super().start()
        self.cheap, self.dear = (Product(next(self._products)[0]) for _ in range(2))
        self.query("UPDATE partner_stockrecord SET num_in_stock = 1000000")
        self.query(
            "UPDATE partner_stockrecord SET price = 295 WHERE product_id = %s",
            self.dear.pk,
        )


class OnSqlite(ThreeWorkers):
    def query(self, sql, *values):
        name = self.database["NAME"]
        with closing(sqlite3.connect(name, timeout=30)) as database, database:
            return database.execute(sql.replace("%s", "?"), values).fetchall()


def settings_of(clover):
    merchant = clover.merchant
    return {
        "ENVIRONMENT": "local",
        "BASE_URL": clover.url,
        "MERCHANT_ID": merchant.id,
        "PRIVATE_KEY": merchant.private_key,
        "PUBLIC_KEY": merchant.public_key,
        "HOSTED_PRIVATE_KEY": merchant.hosted_private_key,
        "PLATFORM_TOKEN": merchant.platform_token,
        "WEBHOOK_SECRETS": [merchant.webhook_secret],
        "PCI_ATTESTATION": "SAQ D of the tests",
        "MODES": ["iframe", "hosted", "api"],
    }


def on_sqlite(folder, clover):
    database = {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": str(folder / "shop.sqlite3"),
        "OPTIONS": {"timeout": 30},
    }
    return OnSqlite(folder, database, settings_of(clover))


def on_postgres(folder, clover, server):
    database = {**server.settings(), "NAME": "added_meanwhile"}
    with psycopg.connect(
        f"host={database['HOST']} user=postgres dbname=postgres", autocommit=True
    ) as connection:
        connection.execute("DROP DATABASE IF EXISTS added_meanwhile")
        connection.execute("CREATE DATABASE added_meanwhile")
    return ThreeWorkers(folder, database, settings_of(clover))


@contextmanager
def open_shop(folder, clover, server=None):
    """The shop, serving; what Clover sends is brought to it by hand."""
    shop = on_postgres(folder, clover, server) if server else on_sqlite(folder, clover)
    try:
        shop.start()
        clover.send_webhooks_to("http://127.0.0.1:9/")
        yield shop
    finally:
        shop.stop()


class Try:
    """One shopper at the last page, one click, and another tab that adds goods."""

    def __init__(self, shop, clover, mode):
        self.shop, self.clover, self.mode = shop, clover, mode
        self.shopper = Shopper(shop.browser())
        self.shopper.client.get("/basket/")
        self.shopper.reach_payment(shop.cheap)
        ((self.basket,),) = shop.query("SELECT MAX(id) FROM basket_basket")
        self.charged_before = len(clover.ledger.charges)
        getattr(self, f"_prepare_{mode}")()

    def run(self):
        """What became of it, in words to be counted."""
        answers = at_once(3, lambda n: self._add() if n else self._place())
        (placed,) = (answer for answer in answers if answer is not None)
        getattr(self, f"_finish_{self.mode}")(placed)
        return list(self._judge())

    def _prepare_hosted(self):
        self.shopper.look("/checkout/payment-details/?clover_mode=hosted")

    def _prepare_iframe(self):
        self.shopper.look("/checkout/payment-details/?clover_mode=iframe")
        self.shopper.enter_card(self.clover.token())

    def _prepare_api(self):
        self.shopper.look("/checkout/payment-details/?clover_mode=api")
        card = {**CARD, "clover_mode": "api"}
        self.shopper.read(self.shopper.client.post("/checkout/preview/", card))

    def _prepare_graphql(self):
        self.token = self.clover.token()

    def _add(self):
        Shopper(self.shopper.client.another_tab()).add(self.shop.dear)

    def _place(self):
        if self.mode == "graphql":
            data = {"token": self.token}
            gateway = {"id": "clover.payments", "data": data}
            return self._ask(INITIALIZE, gateway=gateway, amount=SHOWN)
        hidden = {"clover_token": self.shopper.token} if self.shopper.token else {}
        return self.shopper.place_order(**hidden)

    def _finish_hosted(self, placed):
        if placed.url.startswith(self.clover.url):
            before = len(self.clover.deliveries)
            back = self.clover.pay_hosted(placed.url).location
            (sent,) = wait_for(lambda: self._signed(before))
            wait_for(lambda: self._deliver(sent) == 200)
            self.shopper.client.get(back.removeprefix(self.shop.base), follow=True)

    def _signed(self, before):
        return [row for row in self.clover.deliveries[before:] if row.signature]

    def _deliver(self, sent):
        """Bring Clover's message, as often as a busy database wants it."""
        return self.shop.browser().deliver(sent.body, sent.signature).status_code

    def _finish_iframe(self, placed):
        if placed.url.startswith("/clover/"):
            self.shopper.client.get(placed.url, follow=True)

    _finish_api = _finish_iframe

    def _finish_graphql(self, placed):
        self._ask(COMPLETE)

    def _ask(self, document, **variables):
        variables["id"] = encode("Checkout", str(self.basket))
        return self.shopper.client.ask("/graphql/", document, variables)

    def _judge(self):
        taken = self.clover.ledger.charges[self.charged_before :]
        cents = sum(charge.amount for charge in taken)
        if not taken:
            yield "nothing taken"
        for _number, total, shipping, goods in self.shop.query(ORDERED, self.basket):
            yield "orders"
            if round(100 * float(goods + shipping)) > cents:
                yield "orders with more goods than paid"
            if round(100 * float(total)) != cents:
                yield "orders of another total than paid"
        if len(taken) > 1:
            yield "charged twice"
        kept = {
            status
            for (status,) in self.shop.query(KEPT, self.shop.dear.pk, self.basket)
        }
        if "Open" in kept:
            yield "what was added waits in an open basket"
        elif kept:
            yield "what was added is lost"


def count(shop, clover, mode, tries):
    """How often each thing happened in so many tries."""
    found = Counter(tries=tries)
    for _ in range(tries):
        found.update(Try(shop, clover, mode).run())
    return found


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tries", type=int, default=24)
    parser.add_argument("--modes", nargs="+", default=MODES)
    parser.add_argument("--databases", nargs="+", default=["sqlite", "postgresql"])
    asked = parser.parse_args()
    for name in asked.databases:
        with ExitStack() as stack:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            clover = stack.enter_context(Simulator())
            server = None
            if name == "postgresql":
                server = Server(find_programs())
                stack.callback(server.stop)
                server.start()
            shop = stack.enter_context(open_shop(folder, clover, server))
            for mode in asked.modes:
                found = count(shop, clover, mode, asked.tries)
                sys.stdout.write(f"{name} {mode} {json.dumps(found)}\n")
                sys.stdout.flush()


if __name__ == "__main__":
    main()
