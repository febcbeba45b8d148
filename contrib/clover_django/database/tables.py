"""The ledger's tables, made together with the shop's own."""

from typing import Any, TextIO

from django.apps import AppConfig, apps
from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations import Migration
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Model
from django.db.models.signals import post_migrate

from clover_django import conf
from clover_django.database.connection import is_beside_the_shop, is_home
from clover_django.database.routers import LABEL

Plan = list[tuple[Migration, bool]]


def follow_migrate(app: AppConfig) -> None:
    """Migrate the ledger's tables whenever the shop's are migrated."""
    post_migrate.connect(
        _on_migrated,
        sender=app,
        dispatch_uid="clover_django.database.tables",
        weak=False,
    )


def _on_migrated(
    using: str,
    plan: Plan | None = None,
    verbosity: int = 0,
    stdout: TextIO | None = None,
    **kwargs: Any,
) -> None:
    """Nothing to do after `flush`, which has no plan, and where tables were taken back."""
    if plan is None or _goes_back(plan):
        return
    report = stdout if verbosity else None
    if using == DEFAULT_DB_ALIAS and is_beside_the_shop():
        _share_reads(connections[conf.AUTOMATIC_LEDGER])
        bring_up_to_date(connections[conf.AUTOMATIC_LEDGER], report)
    elif is_home(using) and not _has_tables(connections[using]):
        bring_up_to_date(connections[using], report)


def bring_up_to_date(connection: BaseDatabaseWrapper, report: TextIO | None) -> None:
    """Make the ledger's missing tables.

    Without the signals of `migrate`: other apps answer them by looking for tables that
    are not there.
    """
    executor = MigrationExecutor(connection)
    if LABEL not in executor.loader.migrated_apps:
        _create(connection)
        return
    if not _has_tables(connection):
        executor = _forget(connection, executor)
    targets = executor.loader.graph.leaf_nodes(LABEL)
    for migration, _ in executor.migration_plan(targets):
        if report is not None:
            report.write(f"  Ledger {connection.alias}: {migration}\n")
    executor.migrate(targets)


def _goes_back(plan: Plan) -> bool:
    return any(back and step.app_label == LABEL for step, back in plan)


def _share_reads(connection: BaseDatabaseWrapper) -> None:
    """Switch SQLite to write-ahead logging, which is kept in the file."""
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA journal_mode = WAL")


def _forget(
    connection: BaseDatabaseWrapper, executor: MigrationExecutor
) -> MigrationExecutor:
    """Remove the migrations that `migrate` recorded here while the ledger was elsewhere."""
    for label, name in executor.loader.graph.nodes:
        if label == LABEL:
            executor.recorder.record_unapplied(label, name)
    return MigrationExecutor(connection)


def _has_tables(connection: BaseDatabaseWrapper) -> bool:
    wanted = {model._meta.db_table for model in _models()}
    return wanted <= set(connection.introspection.table_names())


def _create(connection: BaseDatabaseWrapper) -> None:
    known = set(connection.introspection.table_names())
    with connection.schema_editor() as editor:
        for model in _models():
            if model._meta.db_table not in known:
                editor.create_model(model)


def _models() -> list[type[Model]]:
    return list(apps.get_app_config(LABEL).get_models())
