"""The ledger's own connection, made from the shop's so that no setting needs to repeat it.

What the ledger commits on it stays, whatever becomes of the shop's transaction. In
PostgreSQL and MySQL it leads to the same database. A second connection to one SQLite
file would wait for ever for the shop's open write, so there the ledger has a file of its
own beside the shop's.
"""

import os
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

import django
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.signals import connection_created

from clover_django import conf

_LEAST_WAIT_SECONDS = 20
_ADDRESS = ("ENGINE", "NAME", "HOST", "PORT")
_STRICT = (
    "SET SESSION sql_mode = CONCAT_WS(',', @@SESSION.sql_mode, 'STRICT_ALL_TABLES')"
)
"""A lax server cuts text off: two long references would be one."""
_EVERY_LETTER = "utf8mb4"
"""Django 4.2 would speak to MySQL in a part of Unicode, without a shopper's emoji."""
_PRIVATE_MEMORY = ":memory:"
_SHARED_MEMORY = "file:clover_ledger?mode=memory&cache=shared"


def add_connection() -> None:
    """Add the automatic alias, where the settings ask for it and it is not there."""
    alias = conf.ledger_alias()
    if alias == conf.AUTOMATIC_LEDGER and alias not in connections.settings:
        shop = connections[DEFAULT_DB_ALIAS]
        connections.settings[alias] = derive(shop.settings_dict, shop.vendor)


def derive(shop: Mapping[str, Any], vendor: str) -> dict[str, Any]:
    """The entry of `DATABASES` for the ledger of a shop with this entry."""
    own: dict[str, Any] = deepcopy({**shop})
    own |= {"ATOMIC_REQUESTS": False, "AUTOCOMMIT": True}
    options: dict[str, Any] = own.get("OPTIONS") or {}
    test: dict[str, Any] = own.get("TEST") or {}
    if vendor == "sqlite":
        test |= {"NAME": _beside(test.get("NAME")), "MIGRATE": False, "MIRROR": None}
        return own | {
            "NAME": sibling(str(own["NAME"])),
            "OPTIONS": options | _patient(options),
            "TEST": test,
        }
    if vendor == "mysql":
        options.setdefault("charset", _EVERY_LETTER)
    # The ledger decides by unique keys and versions; what a stricter level would refuse
    # is money that has moved.
    options.pop("isolation_level", None)
    test["MIRROR"] = DEFAULT_DB_ALIAS
    return own | {"OPTIONS": options, "TEST": test}


def sibling(name: str) -> str:
    """The SQLite database beside the shop's: `shop.clover.sqlite3` by `shop.sqlite3`.

    One that is in memory has another one in memory.
    """
    if name in ("", _PRIVATE_MEMORY):
        return name
    if name.startswith("file::memory:"):
        return _SHARED_MEMORY
    is_address = name.startswith("file:")
    path, mark, query = name.partition("?") if is_address else (name, "", "")
    root, ending = os.path.splitext(path)
    return f"{root}.clover{ending}{mark}{query}"


def is_beside_the_shop() -> bool:
    """Whether the automatic alias leads to the SQLite file beside the shop's.

    A test runner moves one after the other to its test database: in between, it does
    not.
    """
    alias = conf.AUTOMATIC_LEDGER
    if alias != conf.ledger_alias() or connections[alias].vendor != "sqlite":
        return False
    shop = str(connections[DEFAULT_DB_ALIAS].settings_dict["NAME"])
    return bool(connections[alias].settings_dict["NAME"] == sibling(shop))


def is_in_the_shops(alias: str) -> bool:
    """Whether the alias leads to the same database as the shop's own."""
    shop = connections.settings[DEFAULT_DB_ALIAS]
    own = connections.settings.get(alias, {})
    if (own.get("TEST") or {}).get("MIRROR") == DEFAULT_DB_ALIAS:
        return True
    is_private = shop["NAME"] == _PRIVATE_MEMORY
    return not is_private and all(own.get(part) == shop.get(part) for part in _ADDRESS)


def is_home(alias: str) -> bool:
    """Whether the ledger is in that alias's database."""
    own = conf.ledger_alias()
    return alias == own or (alias == DEFAULT_DB_ALIAS and is_in_the_shops(own))


def watch_connections() -> None:
    """Have SQLite wait for the disk, and MySQL refuse text that does not fit.

    On a connection that the shop shares, its own settings stay.
    """
    connection_created.connect(
        _on_created, dispatch_uid="clover_django.database.connection"
    )


def _on_created(connection: BaseDatabaseWrapper, **kwargs: Any) -> None:
    if connection.alias == DEFAULT_DB_ALIAS or connection.alias != conf.ledger_alias():
        return
    is_automatic = connection.alias == conf.AUTOMATIC_LEDGER
    if connection.vendor == "sqlite" and is_automatic:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA synchronous = FULL")
    elif connection.vendor == "mysql":
        with connection.cursor() as cursor:
            cursor.execute(_STRICT)


def _beside(test_name: object) -> str | None:
    return sibling(str(test_name)) if test_name else None


def _patient(options: Mapping[str, Any]) -> dict[str, Any]:
    found = {"timeout": max(float(options.get("timeout", 0)), _LEAST_WAIT_SECONDS)}
    if django.VERSION >= (5, 1):
        # A transaction that finds out later that it writes may fail instead of waiting.
        return found | {"transaction_mode": "IMMEDIATE"}
    return found
