"""Routes the ledger's tables to the ledger's database."""

from typing import Any

from django.conf import settings
from django.core.signals import setting_changed
from django.db import DEFAULT_DB_ALIAS, router
from django.db.models import Model
from django.db.utils import ConnectionRouter

from clover_django import conf
from clover_django.database import connection
from clover_django.database.freshness import are_reads_fresh

LABEL = "clover_django"
_PATH = "clover_django.database.routers.LedgerRouter"


class LedgerRouter:
    """Sends this app to the ledger's alias; of all else the shop's routers decide."""

    def db_for_read(
        self, model: type[Model], instance: Model | None = None, **hints: Any
    ) -> str | None:
        """The ledger's alias for its own tables; what belongs to a row is where it is.

        While money is moved, all else is read from where it is written.
        """
        alias = _find_alias(model, instance)
        if alias is None and are_reads_fresh():
            return str(router.db_for_write(model, instance=instance, **hints))
        return alias

    def db_for_write(
        self, model: type[Model], instance: Model | None = None, **hints: Any
    ) -> str | None:
        """As for reading."""
        return _find_alias(model, instance)

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        """Whether that database has that app's tables; None where the shop decides.

        Where two aliases share a database they share its list of migrations, too. What
        one of them skipped would be missing for ever, so both say the same.
        """
        if app_label == LABEL and db in (conf.ledger_alias(), DEFAULT_DB_ALIAS):
            return connection.is_home(db)
        if db != conf.AUTOMATIC_LEDGER:
            return None
        if connection.is_in_the_shops(db):
            return bool(router.allow_migrate(DEFAULT_DB_ALIAS, app_label, **hints))
        return False


def _find_alias(model: type[Model], instance: Model | None) -> str | None:
    if model._meta.app_label != LABEL:
        return None
    found = instance._state.db if instance is not None else None
    return found or conf.ledger_alias()


def install() -> None:
    """Put the router before the shop's own; also where a test replaces those."""
    _put_first()
    setting_changed.connect(
        _on_setting_changed, dispatch_uid="clover_django.database.routers"
    )


def _on_setting_changed(setting: str, **kwargs: Any) -> None:
    if setting == "DATABASE_ROUTERS":
        _put_first()


def _put_first() -> None:
    if _PATH not in settings.DATABASE_ROUTERS:
        settings.DATABASE_ROUTERS = [_PATH, *settings.DATABASE_ROUTERS]
    router.routers = ConnectionRouter().routers
