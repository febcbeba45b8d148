"""Column types for exact text and times to the microsecond, on every database."""

import json
from datetime import UTC, datetime

from sqlalchemy import BigInteger, DateTime, Dialect, Integer, String, Text
from sqlalchemy.dialects import mysql
from sqlalchemy.types import TypeDecorator, TypeEngine

from payment_hooks.ledger import storable

_MYSQL = frozenset({"mysql", "mariadb"})


class ExactText(TypeDecorator[str]):
    """Short text which is compared to the letter: case, accents, spaces at the end."""

    impl = String
    cache_ok = True

    def __init__(self, length: int) -> None:
        super().__init__(length)
        self.length = length

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[str]:
        """See `TypeDecorator`."""
        if dialect.name == "postgresql":
            # An index in a language's order breaks when the system's tables change.
            return dialect.type_descriptor(String(self.length, collation="C"))
        if dialect.name in _MYSQL:
            collation = _collation(dialect)
            return dialect.type_descriptor(
                mysql.VARCHAR(self.length, charset="utf8mb4", collation=collation)
            )
        return dialect.type_descriptor(String(self.length))

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """See `TypeDecorator`."""
        return None if value is None else storable(value)


class LongText(TypeDecorator[str]):
    """Text of any length."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[str]:
        """See `TypeDecorator`."""
        return _long_text(dialect)

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """See `TypeDecorator`."""
        return None if value is None else storable(value)


class JsonText(TypeDecorator[object]):
    """JSON as ASCII text, since databases' own JSON types change what they store."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[str]:
        """See `TypeDecorator`."""
        return _long_text(dialect)

    def process_bind_param(self, value: object, dialect: Dialect) -> str:
        """See `TypeDecorator`."""
        return json.dumps(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> object:
        """See `TypeDecorator`."""
        return None if value is None else json.loads(value)


class UtcTime(TypeDecorator[datetime]):
    """A moment, to the microsecond; aware and in UTC when it comes back."""

    impl = DateTime
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[datetime]:
        """See `TypeDecorator`."""
        if dialect.name in _MYSQL:
            return dialect.type_descriptor(mysql.DATETIME(fsp=6))
        is_aware = dialect.name == "postgresql"
        return dialect.type_descriptor(DateTime(timezone=is_aware))

    def process_bind_param(
        self, value: datetime | None, dialect: Dialect
    ) -> datetime | None:
        """See `TypeDecorator`."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("times are timezone-aware: pass datetime.now(UTC)")
        moment = value.astimezone(UTC)
        return moment if dialect.name == "postgresql" else moment.replace(tzinfo=None)

    def process_result_value(
        self, value: datetime | None, dialect: Dialect
    ) -> datetime | None:
        """See `TypeDecorator`."""
        if value is None:
            return None
        is_naive = value.tzinfo is None
        return value.replace(tzinfo=UTC) if is_naive else value.astimezone(UTC)


ROW_NUMBER = BigInteger().with_variant(Integer, "sqlite")
"""Counts rows; SQLite counts by itself only where the column is a plain INTEGER."""


def _long_text(dialect: Dialect) -> TypeEngine[str]:
    if dialect.name in _MYSQL:
        return dialect.type_descriptor(
            mysql.LONGTEXT(charset="utf8mb4", collation=_collation(dialect))
        )
    return dialect.type_descriptor(Text())


def _collation(dialect: Dialect) -> str:
    """Binary, and a space at the end counts; each of the two has its own name for it."""
    is_mariadb = getattr(dialect, "is_mariadb", False)
    return "utf8mb4_nopad_bin" if is_mariadb else "utf8mb4_0900_bin"
