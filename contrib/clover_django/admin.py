"""The ledger to read: nothing of it can be added, changed or deleted here."""

from django.contrib import admin, messages
from django.contrib.auth.models import PermissionsMixin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from clover_django import models
from clover_django.road import get_payments
from payment_hooks import PaymentError

_MAY_SETTLE = "clover_django.settle_payment"


class _ReadOnly:
    """Without any way to write."""

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Never."""
        return False


class OperationInline(_ReadOnly, admin.TabularInline):  # type: ignore[type-arg]  # not subscriptable
    """What was asked for the payment."""

    model = models.Operation
    fields = (
        "kind",
        "state",
        "amount_minor_units",
        "currency",
        "attempt",
        "transaction_id",
        "code",
        "flag",
        "updated_at",
    )
    extra = 0
    show_change_link = True


class HistoryInline(_ReadOnly, admin.TabularInline):  # type: ignore[type-arg]  # not subscriptable
    """What became of the operation, and when."""

    model = models.PaymentEvent
    fields = ("at", "before", "after", "reason", "actor")
    extra = 0


@admin.register(models.Payment)
class PaymentAdmin(_ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]  # not subscriptable
    """Payments, with the question to Clover as the one action."""

    list_display = (
        "reference",
        "sequence",
        "mode",
        "amount_minor_units",
        "currency",
        "state",
        "flags",
        "created_at",
    )
    list_filter = ("state", "mode")
    search_fields = (
        "reference",
        "payment_id",
        "operations__transaction_id",
        "operations__session_id",
    )
    date_hierarchy = "created_at"
    inlines = (OperationInline,)
    actions = ("settle",)

    @admin.action(description=_("Ask Clover now"), permissions=["settle"])
    def settle(self, request: HttpRequest, queryset: QuerySet[models.Payment]) -> None:
        """Settle the chosen payments, each by itself."""
        for row in queryset:
            try:
                payment = get_payments().settle(row.payment_id)
            except PaymentError as error:
                messages.warning(request, f"{row}: {error.message}")
            else:
                messages.info(request, f"{row}: {payment.state}")

    def has_settle_permission(self, request: HttpRequest) -> bool:
        """Whether this member of staff may ask Clover."""
        user = request.user
        return isinstance(user, PermissionsMixin) and user.has_perm(_MAY_SETTLE)


@admin.register(models.Operation)
class OperationAdmin(_ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]  # not subscriptable
    """Operations with their history."""

    list_display = (
        "payment",
        "kind",
        "state",
        "amount_minor_units",
        "currency",
        "transaction_id",
        "flag",
        "updated_at",
    )
    list_filter = ("kind", "state")
    search_fields = ("operation_id", "transaction_id", "payment__reference")
    inlines = (HistoryInline,)


@admin.register(models.WebhookReceipt)
class WebhookReceiptAdmin(_ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]  # not subscriptable
    """Proven messages; unfinished ones have had no effect yet."""

    list_display = (
        "transaction_id",
        "session_id",
        "approved",
        "received_at",
        "finished_at",
    )
    list_filter = ("approved",)
    search_fields = ("transaction_id", "session_id")
