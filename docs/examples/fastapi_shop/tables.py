"""What the shop keeps: products, checkouts and orders; any database of SQLAlchemy's."""

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid4

from sqlalchemy import (
    Column,
    DateTime,
    Engine,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    insert,
    select,
)
from sqlalchemy.exc import IntegrityError

metadata = MetaData()
checkouts = Table(
    "checkouts",
    metadata,
    Column("id", String(32), primary_key=True),
    Column("shopper", String(32), nullable=False, index=True),
    Column("lines", Text, nullable=False),
    Column("created_at", DateTime(timezone=True), nullable=False),
)
orders = Table(
    "orders",
    metadata,
    Column("number", Integer, primary_key=True),
    Column("checkout", String(32), nullable=False, unique=True),
    Column("created_at", DateTime(timezone=True), nullable=False),
)


@dataclass(frozen=True)
class Product:
    """Something to buy; prices are in cents."""

    slug: str
    name: str
    cents: int
    blurb: str


PRODUCTS = {
    product.slug: product
    for product in (
        Product("kettle", "Gooseneck kettle", 5400, "Pours where you point."),
        Product("grinder", "Hand grinder", 3250, "Twenty turns to a good cup."),
        Product("beans", "Morning beans, 250 g", 1399, "Roasted on Tuesday."),
    )
}


class Shelf:
    """The shop's own tables."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        metadata.create_all(engine)

    def open_checkout(self, shopper: str, lines: dict[str, int]) -> str:
        """A checkout of these products for this shopper; its id cannot be guessed."""
        checkout_id = uuid4().hex
        row = {
            "id": checkout_id,
            "shopper": shopper,
            "lines": json.dumps(lines),
            "created_at": datetime.now(UTC),
        }
        with self.engine.begin() as connection:
            connection.execute(insert(checkouts).values(row))
        return checkout_id

    def find_checkout(self, checkout_id: str):
        """The row, or None."""
        asked = select(checkouts).where(checkouts.c.id == checkout_id)
        with self.engine.connect() as connection:
            return connection.execute(asked).first()

    def find_order(self, *, number: int = 0, checkout: str = ""):
        """The order of that number, or of that checkout, or None."""
        is_it = orders.c.checkout == checkout if checkout else orders.c.number == number
        with self.engine.connect() as connection:
            return connection.execute(select(orders).where(is_it)).first()

    def list_orders(self):
        """All orders, the latest first."""
        with self.engine.connect() as connection:
            return connection.execute(
                select(orders).order_by(orders.c.number.desc())
            ).all()

    def place_order(self, checkout: str):
        """The order of this checkout: the one that is there, or a new one."""
        known = self.find_order(checkout=checkout)
        if known is None:
            row = {"checkout": checkout, "created_at": datetime.now(UTC)}
            try:
                with self.engine.begin() as connection:
                    connection.execute(insert(orders).values(row))
            except IntegrityError:
                pass  # another process placed it in this moment
            known = self.find_order(checkout=checkout)
        return known
