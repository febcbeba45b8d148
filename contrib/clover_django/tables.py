"""The ledger's tables, made together with the shop's own."""

from typing import Any, TextIO

from django.apps import AppConfig, apps
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.models.signals import post_migrate

from clover_django import conf
from clover_django.connection import is_beside_the_shop
from clover_django.routers import LABEL

Plan = list[tuple[Migration, bool]]


def follow_migrate(app: AppConfig) -> None:
    """Bring the ledger's tables along whenever the shop is migrated."""
    post_migrate.connect(
        _on_migrated, sender=app, dispatch_uid="clover_django.tables", weak=False
    )


def _on_migrated(
    using: str,
    plan: Plan | None = None,
    verbosity: int = 0,
    stdout: TextIO | None = None,
    **kwargs: Any,
) -> None:
    """Nothing to do after `flush`, which has no plan, and where tables were taken back."""
    if using != DEFAULT_DB_ALIAS or plan is None or _goes_back(plan):
        return
    if is_beside_the_shop():
        report = stdout if verbosity else None
        migrate_ledger(connections[conf.AUTOMATIC_LEDGER], report)


def migrate_ledger(connection: BaseDatabaseWrapper, report: TextIO | None) -> None:
    """Bring the tables up to date, in a file that readers and a writer can share.

    Without the signals of `migrate`: other apps answer them by looking for tables that
    are not there.
    """
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA journal_mode = WAL")
    executor = MigrationExecutor(connection)
    if LABEL not in executor.loader.migrated_apps:
        _create_missing(connection)
        return
    targets = executor.loader.graph.leaf_nodes(LABEL)
    for migration, _ in executor.migration_plan(targets):
        if report is not None:
            report.write(f"  Ledger {connection.alias}: {migration}\n")
    executor.migrate(targets)


def _goes_back(plan: Plan) -> bool:
    return any(back and step.app_label == LABEL for step, back in plan)


def _create_missing(connection: BaseDatabaseWrapper) -> None:
    known = set(connection.introspection.table_names())
    with connection.schema_editor() as editor:
        for model in apps.get_app_config(LABEL).get_models():
            if model._meta.db_table not in known:
                editor.create_model(model)
