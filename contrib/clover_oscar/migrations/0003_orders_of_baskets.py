"""Which order was placed for each basket, and which baskets are copies."""

from django.apps.registry import Apps
from django.db import migrations, models


def keep_orders(apps: Apps, schema_editor: object) -> None:
    """Of the orders whose baskets are there; the others are known by their books."""
    orders = apps.get_model("order", "Order").objects
    for row in apps.get_model("clover_oscar", "OrderNumber").objects.iterator():
        order = orders.filter(basket_id=row.basket_id).first()
        if order is not None:
            row.order_id = order.pk
            row.save(update_fields=["order_id"])


class Migration(migrations.Migration):
    dependencies = [
        ("clover_oscar", "0002_payment_event_types"),
        ("order", "0001_initial"),
    ]
    operations = [
        migrations.AddField(
            model_name="ordernumber",
            name="order_id",
            field=models.PositiveBigIntegerField(null=True),
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
                        fields=("original_id", "copy_id"),
                        name="clover_oscar_one_copy",
                    )
                ],
            },
        ),
        migrations.RunPython(keep_orders, migrations.RunPython.noop),
    ]
