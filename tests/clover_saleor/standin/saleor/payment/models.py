import uuid
from decimal import Decimal
from types import SimpleNamespace

from django.db import models
from django.utils import timezone


def _amount():
    return models.DecimalField(max_digits=12, decimal_places=3, default=0)


class Payment(models.Model):
    gateway = models.CharField(max_length=255)
    is_active = models.BooleanField(default=True)
    to_confirm = models.BooleanField(default=False)
    checkout = models.ForeignKey(
        "checkout.Checkout", models.SET_NULL, null=True, related_name="payments"
    )
    order = models.ForeignKey(
        "order.Order", models.CASCADE, null=True, related_name="payments"
    )
    token = models.CharField(max_length=512, blank=True)
    total = _amount()
    captured_amount = _amount()
    currency = models.CharField(max_length=3)
    charge_status = models.CharField(max_length=30, default="not-charged")
    psp_reference = models.CharField(max_length=512, null=True)
    return_url = models.URLField(null=True)
    cc_brand = models.CharField(max_length=40, blank=True)
    cc_last_digits = models.CharField(max_length=4, blank=True)

    def succeeded(self, kind):
        return self.transactions.filter(kind=kind, is_success=True).order_by("pk")

    def get_authorized_amount(self):
        rows = [] if self.succeeded("capture") else self.succeeded("auth")
        return SimpleNamespace(amount=sum((row.amount for row in rows), Decimal(0)))

    def can_refund(self):
        return self.is_active and self.captured_amount > 0

    def can_void(self):
        return self.is_active and not self.captured_amount and self.succeeded("auth")


class Transaction(models.Model):
    payment = models.ForeignKey(Payment, models.CASCADE, related_name="transactions")
    token = models.CharField(max_length=512, blank=True)
    kind = models.CharField(max_length=25)
    is_success = models.BooleanField(default=False)
    action_required = models.BooleanField(default=False)
    action_required_data = models.JSONField(default=dict)
    currency = models.CharField(max_length=3)
    amount = _amount()
    error = models.TextField(null=True)
    gateway_response = models.JSONField(default=dict)
    already_processed = models.BooleanField(default=False)


class TransactionItem(models.Model):
    token = models.UUIDField(unique=True, default=uuid.uuid4)
    idempotency_key = models.CharField(max_length=512, null=True)
    checkout = models.ForeignKey(
        "checkout.Checkout",
        models.SET_NULL,
        null=True,
        related_name="payment_transactions",
    )
    order = models.ForeignKey(
        "order.Order", models.CASCADE, null=True, related_name="payment_transactions"
    )
    name = models.CharField(max_length=512, blank=True, default="")
    currency = models.CharField(max_length=3)
    psp_reference = models.CharField(max_length=512, null=True)
    app_identifier = models.CharField(max_length=256, null=True)
    available_actions = models.JSONField(default=list)
    charged_value = _amount()
    authorized_value = _amount()
    refunded_value = _amount()
    canceled_value = _amount()
    charge_pending_value = _amount()
    authorize_pending_value = _amount()
    refund_pending_value = _amount()
    cancel_pending_value = _amount()


class TransactionEvent(models.Model):
    transaction = models.ForeignKey(
        TransactionItem, models.CASCADE, related_name="events"
    )
    idempotency_key = models.CharField(max_length=512, null=True)
    psp_reference = models.CharField(max_length=512, null=True)
    message = models.CharField(max_length=512, null=True)
    type = models.CharField(max_length=128)
    currency = models.CharField(max_length=3)
    amount_value = _amount()
    include_in_calculations = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("pk",)
