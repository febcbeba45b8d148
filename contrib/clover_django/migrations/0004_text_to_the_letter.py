"""Has text compared to the letter in MySQL and MariaDB; nothing to do elsewhere."""

from typing import Any

from django.db import migrations

from clover_django.fields.storable import exact_collation


def convert(apps: Any, editor: Any) -> None:
    """Give each table, and the text in it, the collation that the fields ask for.

    One statement for each table, rather than one for each column. The keys between the
    tables are taken away meanwhile, since both sides of a key must compare alike.
    """
    collation = exact_collation(editor.connection)
    if not collation:
        return
    models = list(apps.get_app_config("clover_django").get_models())
    for model in models:
        _drop_keys(model, editor)
    for model in models:
        editor.execute(
            f"ALTER TABLE {editor.quote_name(model._meta.db_table)} "
            f"CONVERT TO CHARACTER SET utf8mb4 COLLATE {collation}"
        )
    for model in models:
        for field in _keys(model):
            editor.execute(
                editor._create_fk_sql(model, field, "_fk_%(to_table)s_%(to_column)s")
            )


def _keys(model: Any) -> list[Any]:
    return [field for field in model._meta.local_fields if field.remote_field]


def _drop_keys(model: Any, editor: Any) -> None:
    for field in _keys(model):
        for name in editor._constraint_names(model, [field.column], foreign_key=True):
            editor.execute(editor._delete_fk_sql(model, name))


class Migration(migrations.Migration):
    dependencies = [("clover_django", "0003_installation")]

    operations = [
        migrations.RunPython(convert, migrations.RunPython.noop, atomic=False),
    ]
