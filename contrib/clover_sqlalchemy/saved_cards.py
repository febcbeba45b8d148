"""The saved cards of customers, in the ledger's database; see `storefront`."""

from collections.abc import Sequence
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, Connection, Engine, Row, select

from clover_sqlalchemy.committing import Committer
from clover_sqlalchemy.connecting import own_engine
from clover_sqlalchemy.tables import saved_sources
from payment_hooks import SavedSource
from payment_hooks.model import refuse_long
from payment_hooks.storefront import SavedCard, no_such_card, short_card

_C = saved_sources.c


class SqlAlchemySavedCards:
    """A `SavedCards` in a table that `create_tables` makes.

    Args:
        engine: to SQLite in a file, PostgreSQL, MySQL or MariaDB.

    Raises:
        ConfigurationError: the engine leads to no database that commits durably.
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = own_engine(engine)
        self._committer = Committer(self.engine)

    def keep(self, owner: str, merchant_id: str, saved: SavedSource) -> str:
        """See `SavedCards`."""
        refuse_long("owner", owner)
        brand, last4 = short_card(saved.brand, saved.last4)
        public_id = uuid4().hex
        values = {
            "public_id": public_id,
            "owner": owner,
            "merchant_id": merchant_id,
            "provider_id": saved.source_id,
            "brand": brand,
            "last4": last4,
            "exp_month": saved.exp_month,
            "exp_year": saved.exp_year,
        }
        self._committer.write(
            lambda connection: connection.execute(saved_sources.insert().values(values))
        )
        return public_id

    def describe(self, source_id: str, brand: str, last4: str) -> None:
        """See `SavedCards`."""
        unknown = saved_sources.update().where(
            _C.provider_id == source_id, _C.last4 == ""
        )
        brand, last4 = short_card(brand, last4)
        said = unknown.values(brand=brand, last4=last4)
        self._committer.write(lambda connection: connection.execute(said))

    def list(self, owner: str, merchant_id: str) -> tuple[SavedCard, ...]:
        """See `SavedCards`."""
        if not owner:
            return ()
        return tuple(
            SavedCard(
                public_id=row.public_id,
                brand=row.brand,
                last4=row.last4,
                exp_month=row.exp_month,
                exp_year=row.exp_year,
            )
            for row in self._rows(_C.owner == owner, _C.merchant_id == merchant_id)
        )

    def find(self, owner: str, merchant_id: str, public_id: str) -> SavedSource:
        """See `SavedCards`.

        Raises:
            InvalidRequest: the owner has no such card; another owner may have it.
        """
        row = next(iter(self._rows(*_whose(owner, merchant_id, public_id))), None)
        if row is None:
            raise no_such_card()
        return SavedSource(
            source_id=row.provider_id,
            brand=row.brand,
            last4=row.last4,
            exp_month=row.exp_month,
            exp_year=row.exp_year,
            merchant_id=row.merchant_id,
        )

    def forget(self, owner: str, merchant_id: str, public_id: str) -> None:
        """See `SavedCards`.

        Raises:
            InvalidRequest: the owner has no such card.
        """
        gone = saved_sources.delete().where(*_whose(owner, merchant_id, public_id))
        count = self._committer.write(
            lambda connection: connection.execute(gone).rowcount
        )
        if not count:
            raise no_such_card()

    def close(self) -> None:
        """Close its connections."""
        self.engine.dispose()

    def _rows(self, *wanted: ColumnElement[bool]) -> Sequence[Row[Any]]:
        asked = select(saved_sources).where(*wanted).order_by(_C.id)

        def look(connection: Connection) -> Sequence[Row[Any]]:
            return connection.execute(asked).all()

        return self._committer.read(look)


def _whose(
    owner: str, merchant_id: str, public_id: str
) -> tuple[ColumnElement[bool], ...]:
    return (
        _C.owner == owner,
        _C.owner != "",
        _C.merchant_id == merchant_id,
        _C.public_id == public_id,
    )
