"""The one `Payments` of this shop, from the environment.

`clover recover --payments fastapi_shop.payments:connect` brings to their end the
payments that were interrupted.
"""

import os

from sqlalchemy import create_engine

from clover_provider import CloverConfig, CloverProvider
from clover_sqlalchemy import SqlAlchemyLedger, create_tables
from payment_hooks import Payments, Policy

from .shop import CoffeeShop
from .tables import Shelf

DATABASE, LEDGER = "DATABASE_URL", "LEDGER_URL"


def open_shelf() -> Shelf:
    """The shop's tables: SQLite in the working folder, or `DATABASE_URL`."""
    return Shelf(create_engine(os.environ.get(DATABASE, "sqlite:///shop.sqlite3")))


def connect(shelf: Shelf | None = None) -> Payments:
    """Clover as the `CLOVER_…` variables say, and the ledger.

    On PostgreSQL the ledger is in the shop's database. SQLite lets one write at a
    time, so there the ledger has a file of its own.
    """
    shelf = shelf or open_shelf()
    url = (
        os.environ.get(LEDGER) or os.environ.get(DATABASE) or "sqlite:///ledger.sqlite3"
    )
    engine = create_engine(url)
    create_tables(engine)
    config = CloverConfig.from_environ()
    return Payments.using(
        CloverProvider(config),
        CoffeeShop(shelf),
        ledger=SqlAlchemyLedger(engine),
        policy=Policy(lease_seconds=3 * config.deadline_seconds),
    )


def paid_card(payments: Payments, reference: str) -> str:
    """The card that paid, such as `Visa •••• 4242`; empty where it is not known."""
    rows = [payments.operations(one.payment_id) for one in payments.find(reference)]
    return next((row.card_label for row in sum(rows, ()) if row.funds_payment), "")


if __name__ == "__main__":
    connect()  # makes the tables, before several processes want them at once
