"""The ledger's tables, for `create_tables` or for Alembic.

No column is meant for a card number, a security code or a key. Amounts are whole minor
units. What a provider says has room to spare: an answer that does not fit its column
would make the outcome unknown. `open_slot` is unique and null once the operation is
final, which every database understands; not all know partial indexes.
"""

from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    UniqueConstraint,
)

from clover_sqlalchemy.columns import ROW_NUMBER, ExactText, JsonText, LongText, UtcTime

_ID_LENGTH = 255
_OPTIONS: dict[str, Any] = {
    "mysql_engine": "InnoDB",
    "mysql_charset": "utf8mb4",
    "mariadb_engine": "InnoDB",
    "mariadb_charset": "utf8mb4",
}
"""MyISAM, which an old server may have as its default, knows no transactions."""

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "ix": "ix_%(table_name)s_%(column_0_name)s",
    }
)
"""The tables, for Alembic's `target_metadata` beside your own."""

installations = Table(
    "clover_installations",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("installation_id", ExactText(64), nullable=False),
    **_OPTIONS,
)
"""The one row: the id that distinguishes this ledger from others at the merchant."""

payments = Table(
    "clover_payments",
    metadata,
    Column("id", ROW_NUMBER, primary_key=True, autoincrement=True),
    Column("payment_id", ExactText(64), nullable=False),
    Column("provider", ExactText(64), nullable=False),
    Column("merchant_id", ExactText(64), nullable=False),
    Column("reference", ExactText(_ID_LENGTH), nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("mode", ExactText(16), nullable=False),
    Column("amount_minor_units", BigInteger, nullable=False),
    Column("currency", ExactText(3), nullable=False),
    Column("context", JsonText, nullable=False),
    Column("adapter", ExactText(64), nullable=False),
    Column("state", ExactText(32), nullable=False),
    Column("flags", JsonText, nullable=False),
    Column("created_at", UtcTime, nullable=False),
    Column("version", Integer, nullable=False),
    UniqueConstraint("payment_id"),
    UniqueConstraint("provider", "merchant_id", "reference", "sequence"),
    Index(None, "reference"),
    **_OPTIONS,
)

operations = Table(
    "clover_operations",
    metadata,
    Column("id", ROW_NUMBER, primary_key=True, autoincrement=True),
    Column("operation_id", ExactText(64), nullable=False),
    Column(
        "payment_id",
        ExactText(64),
        ForeignKey("clover_payments.payment_id"),
        nullable=False,
    ),
    Column("kind", ExactText(16), nullable=False),
    Column("amount_minor_units", BigInteger, nullable=False),
    Column("currency", ExactText(3), nullable=False),
    Column("parent_id", ExactText(_ID_LENGTH), nullable=False),
    Column("intent_id", ExactText(_ID_LENGTH), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("fingerprint", ExactText(64), nullable=False),
    Column("idempotency_key", ExactText(64), nullable=False),
    Column("slot", ExactText(_ID_LENGTH), nullable=False),
    Column("open_slot", ExactText(_ID_LENGTH)),
    Column("state", ExactText(16), nullable=False),
    Column("lease_until", UtcTime),
    Column("transaction_id", ExactText(_ID_LENGTH), nullable=False),
    Column("moved_minor_units", BigInteger),
    Column("moved_currency", ExactText(3), nullable=False),
    Column("code", LongText, nullable=False),
    Column("message", LongText, nullable=False),
    Column("flag", LongText, nullable=False),
    Column("session_id", ExactText(_ID_LENGTH), nullable=False),
    Column("session_url", LongText, nullable=False),
    Column("session_expires_at", UtcTime),
    Column("challenge", JsonText, nullable=False),
    Column("details", JsonText, nullable=False),
    Column("shopper_ip", ExactText(_ID_LENGTH), nullable=False),
    Column("notified", Boolean, nullable=False),
    Column("due", UtcTime),
    Column("created_at", UtcTime, nullable=False),
    Column("updated_at", UtcTime, nullable=False),
    Column("version", Integer, nullable=False),
    UniqueConstraint("operation_id"),
    UniqueConstraint("idempotency_key"),
    UniqueConstraint("open_slot"),
    Index(None, "payment_id"),
    Index(None, "transaction_id"),
    Index(None, "session_id"),
    Index(None, "due"),
    Index(None, "created_at", "operation_id"),
    **_OPTIONS,
)

history = Table(
    "clover_history",
    metadata,
    Column("id", ROW_NUMBER, primary_key=True, autoincrement=True),
    Column(
        "payment_id",
        ExactText(64),
        ForeignKey("clover_payments.payment_id"),
        nullable=False,
    ),
    Column("operation_id", ExactText(64), ForeignKey("clover_operations.operation_id")),
    Column("before", ExactText(32), nullable=False),
    Column("after", ExactText(32), nullable=False),
    Column("reason", LongText, nullable=False),
    Column("actor", ExactText(255), nullable=False),
    Column("at", UtcTime, nullable=False),
    Index(None, "payment_id", "operation_id"),
    Index(None, "operation_id"),
    **_OPTIONS,
)
"""Append-only: what changed, when, by whom and why."""

events = Table(
    "clover_events",
    metadata,
    Column("id", ROW_NUMBER, primary_key=True, autoincrement=True),
    Column("event_id", ExactText(_ID_LENGTH), nullable=False),
    Column("kind", ExactText(32), nullable=False),
    Column("provider", ExactText(64), nullable=False),
    Column("merchant_id", ExactText(64), nullable=False),
    Column("transaction_id", ExactText(_ID_LENGTH), nullable=False),
    Column("session_id", ExactText(_ID_LENGTH), nullable=False),
    Column("approved", Boolean, nullable=False),
    Column("occurred_at", UtcTime, nullable=False),
    Column("received_at", UtcTime, nullable=False),
    Column("finished_at", UtcTime),
    UniqueConstraint("event_id"),
    Index(None, "session_id"),
    **_OPTIONS,
)
"""Proven messages; kept for ever, finished once their effect is in place."""

saved_sources = Table(
    "clover_saved_sources",
    metadata,
    Column("id", ROW_NUMBER, primary_key=True, autoincrement=True),
    Column("public_id", ExactText(64), nullable=False),
    Column("owner", ExactText(_ID_LENGTH), nullable=False),
    Column("merchant_id", ExactText(64), nullable=False),
    Column("provider_id", ExactText(_ID_LENGTH), nullable=False),
    Column("brand", ExactText(64), nullable=False),
    Column("last4", ExactText(4), nullable=False),
    Column("exp_month", Integer),
    Column("exp_year", Integer),
    UniqueConstraint("public_id"),
    Index(None, "owner"),
    **_OPTIONS,
)
"""Cards on file. `provider_id` is as good as money with the merchant's key beside it."""
