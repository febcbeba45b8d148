from django.db import models


class Order(models.Model):
    channel = models.ForeignKey("channel.Channel", models.CASCADE)
    checkout_token = models.CharField(max_length=36, unique=True)
    user_email = models.EmailField()
    currency = models.CharField(max_length=3)
    total_gross_amount = models.DecimalField(max_digits=12, decimal_places=3)
    total_charged_amount = models.DecimalField(
        max_digits=12, decimal_places=3, default=0
    )
    events = models.JSONField(default=list)

    billing_address = None

    def update_amounts(self):
        paid = [row.captured_amount for row in self.payments.all()]
        charged = [row.charged_value for row in self.payment_transactions.all()]
        self.total_charged_amount = sum(paid) + sum(charged)
        self.save()
