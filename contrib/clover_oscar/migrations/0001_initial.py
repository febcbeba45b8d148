"""The order numbers of baskets, and the permissions of the dashboard."""

from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    dependencies = []
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
            ],
            options={
                "default_permissions": (),
                "permissions": (
                    ("capture_payment", "Can capture and complete Clover payments"),
                    ("refund_payment", "Can refund and void Clover payments"),
                ),
            },
        ),
    ]
