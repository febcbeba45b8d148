import uuid
from decimal import Decimal
from types import SimpleNamespace

from django.db import models
from django.utils import timezone

LOCK_SECONDS = 180


class Checkout(models.Model):
    token = models.UUIDField(primary_key=True, default=uuid.uuid4)
    channel = models.ForeignKey("channel.Channel", models.CASCADE)
    user = models.ForeignKey("account.User", models.SET_NULL, null=True)
    email = models.EmailField()
    language_code = models.CharField(max_length=35, default="en")
    currency = models.CharField(max_length=3)
    total_gross_amount = models.DecimalField(max_digits=12, decimal_places=3)
    gift_cards_balance = models.DecimalField(max_digits=12, decimal_places=3, default=0)
    completing_started_at = models.DateTimeField(null=True)
    # Switches of the tests:
    variant_is_gone = models.BooleanField(default=False)
    stock_is_gone = models.BooleanField(default=False)

    billing_address = None

    def is_checkout_locked(self):
        began = self.completing_started_at
        return bool(began) and (timezone.now() - began).seconds < LOCK_SECONDS

    def get_total_gift_cards_balance(self, database_connection_name="default"):
        return SimpleNamespace(amount=Decimal(self.gift_cards_balance))

    def get_last_active_payment(self):
        return self.payments.filter(is_active=True).order_by("pk").last()
