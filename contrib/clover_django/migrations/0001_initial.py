"""The ledger's tables, whose text is compared to the letter in every database."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models

from clover_django.fields.storable import exact_collation


def convert(apps: Any, editor: Any) -> None:
    """Give each table, and the text in it, the collation that the fields ask for.

    One statement for each table, rather than one for each column. The keys between the
    tables, both sides of which must compare alike, are made at the migration's end.
    """
    collation = exact_collation(editor.connection)
    if not collation:
        return
    for model in apps.get_app_config("clover_django").get_models():
        editor.execute(
            f"ALTER TABLE {editor.quote_name(model._meta.db_table)} "
            f"CONVERT TO CHARACTER SET utf8mb4 COLLATE {collation}"
        )


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Installation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("installation_id", models.CharField(max_length=64)),
            ],
            options={
                "verbose_name": "installation",
            },
        ),
        migrations.CreateModel(
            name="SavedSource",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("public_id", models.CharField(max_length=64, unique=True)),
                ("owner", models.CharField(db_index=True, max_length=255)),
                ("provider_id", models.CharField(max_length=255)),
                ("merchant_id", models.CharField(blank=True, max_length=64)),
                ("brand", models.CharField(blank=True, max_length=40)),
                ("last4", models.CharField(blank=True, max_length=4)),
                ("exp_month", models.PositiveSmallIntegerField(null=True)),
                ("exp_year", models.PositiveSmallIntegerField(null=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "verbose_name": "saved card",
                "verbose_name_plural": "saved cards",
                "ordering": ("pk",),
            },
        ),
        migrations.CreateModel(
            name="WebhookReceipt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("event_id", models.CharField(max_length=255, unique=True)),
                ("kind", models.CharField(max_length=32)),
                ("provider", models.CharField(max_length=64)),
                ("merchant_id", models.CharField(max_length=64)),
                ("transaction_id", models.CharField(blank=True, max_length=255)),
                (
                    "session_id",
                    models.CharField(blank=True, db_index=True, max_length=255),
                ),
                ("approved", models.BooleanField()),
                ("occurred_at", models.DateTimeField()),
                ("received_at", models.DateTimeField(auto_now_add=True)),
                ("finished_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "webhook",
                "verbose_name_plural": "webhooks",
                "ordering": ("pk",),
            },
        ),
        migrations.CreateModel(
            name="Payment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("payment_id", models.CharField(max_length=64, unique=True)),
                ("provider", models.CharField(max_length=64)),
                ("merchant_id", models.CharField(blank=True, max_length=64)),
                ("reference", models.CharField(db_index=True, max_length=255)),
                ("sequence", models.PositiveIntegerField()),
                ("mode", models.CharField(max_length=16)),
                ("amount_minor_units", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("context", models.JSONField(blank=True, default=dict)),
                ("adapter", models.CharField(blank=True, default="", max_length=64)),
                ("state", models.CharField(db_index=True, max_length=32)),
                ("flags", models.JSONField(blank=True, default=list)),
                ("created_at", models.DateTimeField()),
                ("version", models.PositiveIntegerField(default=0)),
            ],
            options={
                "verbose_name": "payment",
                "verbose_name_plural": "payments",
                "permissions": (
                    ("resolve_payment", "Can check a payment with Clover"),
                ),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("provider", "merchant_id", "reference", "sequence"),
                        name="clover_one_payment_per_attempt",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Operation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("operation_id", models.CharField(max_length=64, unique=True)),
                ("kind", models.CharField(max_length=16)),
                ("amount_minor_units", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("parent_id", models.CharField(blank=True, max_length=255)),
                ("intent_id", models.CharField(blank=True, max_length=255)),
                ("attempt", models.PositiveIntegerField()),
                ("fingerprint", models.CharField(max_length=64)),
                ("idempotency_key", models.CharField(max_length=64, unique=True)),
                ("slot", models.CharField(max_length=255)),
                ("open_slot", models.CharField(max_length=255, null=True, unique=True)),
                ("state", models.CharField(max_length=16)),
                ("lease_until", models.DateTimeField(null=True)),
                (
                    "transaction_id",
                    models.CharField(blank=True, db_index=True, max_length=255),
                ),
                ("moved_minor_units", models.BigIntegerField(null=True)),
                ("moved_currency", models.CharField(blank=True, max_length=3)),
                ("code", models.TextField(blank=True)),
                ("message", models.TextField(blank=True)),
                ("flag", models.TextField(blank=True)),
                (
                    "session_id",
                    models.CharField(blank=True, db_index=True, max_length=255),
                ),
                ("session_url", models.TextField(blank=True)),
                ("session_expires_at", models.DateTimeField(null=True)),
                ("challenge", models.JSONField(blank=True, default=dict)),
                ("details", models.JSONField(blank=True, default=dict)),
                ("shopper_ip", models.CharField(blank=True, max_length=255)),
                ("notified", models.BooleanField(default=False)),
                ("due", models.DateTimeField(db_index=True, null=True)),
                ("created_at", models.DateTimeField()),
                ("updated_at", models.DateTimeField()),
                ("version", models.PositiveIntegerField(default=0)),
                (
                    "payment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="operations",
                        to="clover_django.payment",
                        to_field="payment_id",
                    ),
                ),
            ],
            options={
                "verbose_name": "operation",
                "verbose_name_plural": "operations",
            },
        ),
        migrations.CreateModel(
            name="PaymentEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True,
                        primary_key=True,
                        serialize=False,
                        verbose_name="ID",
                    ),
                ),
                ("before", models.CharField(blank=True, max_length=32)),
                ("after", models.CharField(max_length=32)),
                ("reason", models.TextField(blank=True)),
                ("actor", models.CharField(blank=True, max_length=255)),
                ("at", models.DateTimeField(auto_now_add=True)),
                (
                    "operation",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="history",
                        to="clover_django.operation",
                        to_field="operation_id",
                    ),
                ),
                (
                    "payment",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="history",
                        to="clover_django.payment",
                        to_field="payment_id",
                    ),
                ),
            ],
            options={
                "verbose_name": "history entry",
                "verbose_name_plural": "history",
                "ordering": ("pk",),
            },
        ),
        migrations.AddIndex(
            model_name="operation",
            index=models.Index(
                fields=["created_at", "operation_id"], name="clover_operations_by_age"
            ),
        ),
        migrations.AddIndex(
            model_name="paymentevent",
            index=models.Index(fields=["payment", "operation"], name="clover_history"),
        ),
        migrations.RunPython(convert, migrations.RunPython.noop, atomic=False),
    ]
