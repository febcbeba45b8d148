"""The payment events of Oscar's orders; without them the dashboard's list is empty."""

from django.apps.registry import Apps
from django.db import migrations

NAMES = ("Authorised", "Paid", "Captured", "Refunded", "Voided")


def add_types(apps: Apps, schema_editor: object) -> None:
    event_types = apps.get_model("order", "PaymentEventType").objects
    for name in NAMES:
        event_types.get_or_create(name=name, defaults={"code": name.lower()})


class Migration(migrations.Migration):
    dependencies = [("clover_oscar", "0001_initial"), ("order", "0001_initial")]
    operations = [migrations.RunPython(add_types, migrations.RunPython.noop)]
