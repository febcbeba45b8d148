"""The ledger to read: nothing of it can be added, changed or deleted here."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.auth.models import PermissionsMixin
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from clover_django import conf, models
from clover_django.actors import acting_as
from clover_django.localized import show_amount
from clover_django.road import NOT_NOW, get_payments
from clover_django.transactions import outside_of_transactions
from payment_hooks import Money

_MAY_SETTLE = "clover_django.settle_payment"


class _ReadOnly:
    """Without any way to write, and looking where the ledger is."""

    def has_add_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Never."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Never."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Never."""
        return False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Model]:
        """The rows of the ledger's database."""
        rows: QuerySet[Model] = super().get_queryset(request)  # type: ignore[misc]  # Django's classes have it
        return rows.using(conf.ledger_alias())

    @admin.display(description=_("amount"), ordering="amount_minor_units")
    def amount(self, row: models.Payment | models.Operation) -> str:
        """In the currency's own unit, as the reader's language writes it."""
        return show_amount(Money(row.amount_minor_units, row.currency))


class OperationInline(_ReadOnly, admin.TabularInline):  # type: ignore[type-arg]  # not subscriptable
    """What was asked for the payment."""

    model = models.Operation
    fields = (
        "kind",
        "state",
        "amount",
        "attempt",
        "transaction_id",
        "code",
        "flag",
        "updated_at",
    )
    readonly_fields = ("amount",)
    extra = 0
    show_change_link = True


class HistoryInline(_ReadOnly, admin.TabularInline):  # type: ignore[type-arg]  # not subscriptable
    """What changed, when, by whom and why."""

    model = models.PaymentEvent
    fields = ("at", "operation", "before", "after", "reason", "actor")
    readonly_fields = ("at",)
    extra = 0


@admin.register(models.Payment)
class PaymentAdmin(_ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]  # not subscriptable
    """Payments, with the question to Clover as the one action."""

    list_display = (
        "reference",
        "sequence",
        "mode",
        "amount",
        "state",
        "flags",
        "created_at",
    )
    list_filter = ("state", "mode")
    ordering = ("-pk",)
    search_fields = (
        "reference",
        "payment_id",
        "operations__transaction_id",
        "operations__session_id",
    )
    inlines = (OperationInline, HistoryInline)
    actions = ("settle",)

    @outside_of_transactions
    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list, whose action writes into the ledger."""
        return super().changelist_view(request, extra_context)

    @admin.action(description=_("Ask Clover now"), permissions=["settle"])
    def settle(self, request: HttpRequest, queryset: QuerySet[models.Payment]) -> None:
        """Settle the chosen payments, each by itself."""
        for row in queryset:
            try:
                with acting_as(f"user {request.user.pk}"):
                    payment = get_payments().settle(row.payment_id)
            except NOT_NOW as error:
                messages.warning(request, f"{row}: {error}")
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
        "amount",
        "transaction_id",
        "flag",
        "updated_at",
    )
    list_filter = ("kind", "state")
    ordering = ("-pk",)
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
    ordering = ("-pk",)
    search_fields = ("transaction_id", "session_id")
