"""Where that went which was added to a basket after its shopper had agreed to pay."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("clover_oscar", "0003_orders_of_baskets")]
    operations = [
        migrations.AddField(
            model_name="ordernumber",
            name="later_basket_id",
            field=models.PositiveBigIntegerField(editable=False, null=True),
        ),
    ]
