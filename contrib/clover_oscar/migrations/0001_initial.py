"""What the adapter knows of baskets and their orders, and Oscar's payment events.

Without these events the dashboard's list of them is empty.
"""

from django.apps.registry import Apps
from django.db import migrations, models

NAMES = ("Authorised", "Paid", "Captured", "Refunded", "Voided")


def add_types(apps: Apps, schema_editor: object) -> None:
    event_types = apps.get_model("order", "PaymentEventType").objects
    for name in NAMES:
        event_types.get_or_create(name=name, defaults={"code": name.lower()})


class Migration(migrations.Migration):
    initial = True

    dependencies = [("order", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="OrderNumber",
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
                ("basket_id", models.PositiveBigIntegerField(unique=True)),
                ("number", models.CharField(max_length=128, unique=True)),
                ("order_id", models.PositiveBigIntegerField(null=True)),
                (
                    "later_basket_id",
                    models.PositiveBigIntegerField(editable=False, null=True),
                ),
            ],
            options={
                "permissions": (
                    ("capture_payment", "Can capture and complete Clover payments"),
                    ("refund_payment", "Can refund and void Clover payments"),
                ),
                "default_permissions": (),
            },
        ),
        migrations.CreateModel(
            name="BasketCopy",
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
                ("original_id", models.PositiveBigIntegerField()),
                ("copy_id", models.PositiveBigIntegerField(db_index=True)),
            ],
            options={
                "default_permissions": (),
                "constraints": [
                    models.UniqueConstraint(
                        fields=("original_id", "copy_id"), name="clover_oscar_one_copy"
                    )
                ],
            },
        ),
        migrations.RunPython(add_types, migrations.RunPython.noop),
    ]
