import uuid
from decimal import Decimal

from django.db import models


class Order(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4)
    channel = models.ForeignKey("channel.Channel", models.CASCADE)
    user = models.ForeignKey("account.User", models.SET_NULL, null=True)
    checkout_token = models.CharField(max_length=36, blank=True)
    user_email = models.EmailField()
    language_code = models.CharField(max_length=35, default="en")
    currency = models.CharField(max_length=3)
    total_gross_amount = models.DecimalField(max_digits=12, decimal_places=3)
    total_charged_amount = models.DecimalField(
        max_digits=12, decimal_places=3, default=0
    )
    total_authorized_amount = models.DecimalField(
        max_digits=12, decimal_places=3, default=0
    )
    events = models.JSONField(default=list)

    billing_address = None

    def update_amounts(self):
        paid = [row.captured_amount for row in self.payments.all()]
        items = self.payment_transactions.all()
        charged = [row.charged_value for row in items]
        self.total_charged_amount = sum(paid) + sum(charged)
        self.total_authorized_amount = sum(row.authorized_value for row in items)
        self.save()


class OrderGrantedRefund(models.Model):
    order = models.ForeignKey(Order, models.CASCADE, related_name="granted_refunds")
    amount_value = models.DecimalField(
        max_digits=12, decimal_places=3, default=Decimal(0)
    )
