"""A read-only admin of the ledger."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar, cast

from django.contrib import admin, messages
from django.contrib.admin.utils import display_for_value
from django.contrib.auth.models import PermissionsMixin
from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clover_django import conf, models
from clover_django.database.transactions import outside_of_transactions
from clover_django.language import words
from clover_django.language.amounts import show_amount
from clover_django.language.remedies import flag_remedy
from clover_django.ledger.actors import acting_as
from clover_django.ledger.store import read_records
from clover_django.ledger.timeline import read_timelines
from clover_django.payments import NOT_NOW, find_payment, payments_of
from payment_hooks import Money, card_label

_TIMELINE = "admin/clover_django/timeline.html"
_MOST_IDS = 1000
_LAST4 = 4
_MAY_RESOLVE = "clover_django.resolve_payment"

Column = Callable[[Model], object]
NameOf = Callable[[str], str]


def _column(field: str, title: Any, name_of: NameOf | None = None) -> Column:  # noqa: ANN401 - a lazy text
    """A field under a title for people, and with the names of its choices."""

    @admin.display(description=title, ordering=field)
    def column(row: Model) -> object:
        shown = getattr(row, f"get_{field}_display", None)
        value = shown() if shown else getattr(row, field)
        if value is None or isinstance(value, datetime):
            return display_for_value(value, "-")  # on a row's own page Django would not
        return name_of(value) if name_of and value else value

    column.__name__ = f"named_{field}"
    return column


@admin.display(
    description=pgettext_lazy("column", "amount"), ordering="amount_minor_units"
)
def _amount(row: Model) -> str:
    money = cast("models.Payment | models.Operation", row)
    return show_amount(Money(money.amount_minor_units, money.currency))


@admin.display(description=pgettext_lazy("column", "needs attention"))
def _flags(row: Model) -> str:
    flags = cast("models.Payment", row).flags
    return ", ".join(words.flag_name(flag) for flag in flags)


@admin.display(description=pgettext_lazy("column", "needs attention"))
def _flags_with_remedies(row: Model) -> str:
    flags = cast("models.Payment", row).flags
    texts = ((words.flag_name(flag), flag_remedy(flag)) for flag in flags)
    return format_html_join(mark_safe("<br>"), "<strong>{}</strong> {}", texts) or "-"


@admin.display(description=pgettext_lazy("column", "card"))
def _card(row: Model) -> str:
    payment = cast("models.Payment", row)
    known: QuerySet[models.Operation] = payment.operations  # type: ignore[attr-defined]  # the reverse of a foreign key
    operations = sorted(known.all(), key=lambda found: found.pk)
    details = (found.details for found in reversed(operations))
    labels = (
        card_label(kept.get("brand", ""), kept.get("last4", "")) for kept in details
    )
    return next(filter(None, labels), "-")


@admin.display(description=pgettext_lazy("column", "history"))
def _timeline(row: Model) -> str:
    payment = cast("models.Payment", row)
    rows = models.Payment.objects.using(conf.ledger_alias()).filter(pk=payment.pk)
    entries = read_timelines(read_records(rows)).get(payment.payment_id, [])
    return render_to_string(_TIMELINE, {"entries": entries})


@admin.display(description=pgettext_lazy("column", "kept with it"))
def _context(row: Model) -> str:
    kept = cast("models.Payment", row).context
    text = json.dumps(kept, indent=2, ensure_ascii=False, sort_keys=True)
    return format_html('<pre tabindex="0">{}</pre>', text)


@admin.display(description=pgettext_lazy("column", "reason"))
def _reason(row: Model) -> str:
    parts = str(cast("models.PaymentEvent", row).reason).split(", ")
    return ", ".join(str(words.FLAGS.get(part, part)) for part in parts)


_REFERENCE = _column("reference", pgettext_lazy("column", "order number"))
_PAYMENT = _column("payment", pgettext_lazy("column", "payment"))
_SEQUENCE = _column("sequence", pgettext_lazy("column", "attempt"))
_ATTEMPT = _column("attempt", pgettext_lazy("column", "attempt"))
_MODE = _column("mode", pgettext_lazy("column", "mode"))
_KIND = _column("kind", pgettext_lazy("column", "operation"))
_STATE = _column("state", pgettext_lazy("column", "state"))
_FLAG = _column("flag", pgettext_lazy("column", "needs attention"), words.flag_name)
_TRANSACTION = _column("transaction_id", pgettext_lazy("column", "Clover's id"))
_SESSION = _column("session_id", pgettext_lazy("column", "payment page's id"))
_CREATED = _column("created_at", pgettext_lazy("column", "begun"))
_UPDATED = _column("updated_at", pgettext_lazy("column", "changed"))
_RECEIVED = _column("received_at", pgettext_lazy("column", "received"))
_FINISHED = _column("finished_at", pgettext_lazy("column", "finished"))
_CODE = _column("code", pgettext_lazy("column", "code"))
_AT = _column("at", pgettext_lazy("column", "time"))
_OPERATION = _column("operation", pgettext_lazy("column", "operation"))
_BEFORE = _column("before", pgettext_lazy("column", "before"))
_AFTER = _column("after", pgettext_lazy("column", "after"))
_ACTOR = _column("actor", pgettext_lazy("column", "by"), words.actor_name)
_MERCHANT = _column("merchant_id", pgettext_lazy("column", "merchant"))
_PAYMENT_ID = _column("payment_id", pgettext_lazy("column", "payment's id"))
_OPERATION_ID = _column("operation_id", pgettext_lazy("column", "operation's id"))
_MESSAGE = _column("message", pgettext_lazy("column", "message"))
_DETAILS = _column("details", pgettext_lazy("column", "details"))
_ADAPTER = _column("adapter", pgettext_lazy("column", "adapter"))


@admin.display(
    description=pgettext_lazy("column", "approved"), boolean=True, ordering="approved"
)
def _approved(row: Model) -> bool:
    return bool(cast("models.WebhookReceipt", row).approved)


class _TitledFilter(admin.ChoicesFieldListFilter):
    """Filters by a field's choices, under a title for people."""

    label: "str | Promise"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = str(self.label)


class StateFilter(_TitledFilter):
    """By state."""

    label = pgettext_lazy("column", "state")


class ModeFilter(_TitledFilter):
    """By mode."""

    label = pgettext_lazy("column", "mode")


class KindFilter(_TitledFilter):
    """By kind of operation."""

    label = pgettext_lazy("column", "operation")


class CreatedFilter(admin.DateFieldListFilter):
    """By when it was begun."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = str(pgettext_lazy("column", "begun"))


class AttentionFilter(admin.SimpleListFilter):
    """By whether a person must look."""

    title = pgettext_lazy("column", "needs attention")
    parameter_name = "attention"

    def lookups(
        self, request: HttpRequest, model_admin: object
    ) -> list[tuple[str, str]]:
        """Those that do; all others are in "All" only."""
        return [("yes", str(_("Yes")))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The payments with a mark."""
        return queryset.exclude(flags=[]) if self.value() == "yes" else queryset


class ApprovedFilter(admin.BooleanFieldListFilter):
    """By whether Clover approved it."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.title = str(pgettext_lazy("column", "approved"))


class _ReadOnly:
    """A read-only admin that reads from the ledger's database."""

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


class OperationInline(_ReadOnly, admin.TabularInline):  # type: ignore[type-arg]  # not subscriptable
    """What was asked for the payment."""

    model = models.Operation
    fields: ClassVar[Any] = (
        _KIND,
        _STATE,
        _amount,
        _TRANSACTION,
        _CODE,
        _FLAG,
        _UPDATED,
    )
    readonly_fields: ClassVar[Any] = fields
    extra = 0
    show_change_link = True


class HistoryInline(_ReadOnly, admin.TabularInline):  # type: ignore[type-arg]  # not subscriptable
    """What changed, when, by whom and why."""

    model = models.PaymentEvent
    fields: ClassVar[Any] = (_AT, _OPERATION, _BEFORE, _AFTER, _reason, _ACTOR)
    readonly_fields: ClassVar[Any] = fields
    extra = 0


@admin.register(models.Payment)
class PaymentAdmin(_ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]  # not subscriptable
    """Payments, with the question to Clover as the one action."""

    list_display: Any = (
        _REFERENCE,
        _amount,
        _ADAPTER,
        _STATE,
        _card,
        _flags,
        _CREATED,
    )
    list_filter = (
        AttentionFilter,
        ("state", StateFilter),
        ("mode", ModeFilter),
        ("created_at", CreatedFilter),
    )
    list_per_page = 50
    show_full_result_count = False
    fieldsets: ClassVar[Any] = (
        (
            None,
            {
                "fields": (
                    _REFERENCE,
                    _amount,
                    _STATE,
                    _card,
                    _flags_with_remedies,
                    _CREATED,
                )
            },
        ),
        (_("History"), {"fields": (_timeline,)}),
        (
            _("Details"),
            {
                "fields": (
                    _MODE,
                    _ADAPTER,
                    _SEQUENCE,
                    _MERCHANT,
                    _PAYMENT_ID,
                    _context,
                )
            },
        ),
    )
    readonly_fields: ClassVar[Any] = tuple(
        field for _title, part in fieldsets for field in part["fields"]
    )
    ordering = ("-pk",)
    search_fields = ("reference",)
    search_help_text = _("Order number, Clover's id or the card's last 4 digits")
    inlines = (OperationInline,)
    actions = ("resolve",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Model]:
        """The payments with their operations, read for a whole page at once."""
        return super().get_queryset(request).prefetch_related("operations")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        """What is found without a join, so that no row has to be made distinct."""
        typed = search_term.strip()
        if not typed:
            return queryset, False
        known = models.Operation.objects.using(queryset.db)
        named = known.filter(Q(transaction_id=typed) | Q(session_id=typed))
        # Ids instead of a subquery: beside OR, PostgreSQL would read the whole table.
        ids = list(named.values_list("payment_id", flat=True)[:_MOST_IDS])
        wanted = Q(reference__startswith=typed) | Q(payment_id__in=[typed, *ids])
        if typed.isdecimal() and len(typed) == _LAST4:
            cards = known.filter(details__last4=typed)
            wanted |= Q(payment_id__in=cards.values("payment_id"))
        return queryset.filter(wanted), False

    @outside_of_transactions
    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The list, whose action writes into the ledger."""
        return super().changelist_view(request, extra_context)

    @admin.action(description=_("Check with Clover"), permissions=["resolve"])
    def resolve(self, request: HttpRequest, queryset: QuerySet[models.Payment]) -> None:
        """Resolve the chosen payments, each by itself."""
        for row in queryset:
            try:
                with acting_as(f"user {request.user.pk}"):
                    payments = payments_of(find_payment(row.payment_id))
                    payment = payments.resolve(row.payment_id)
            except NOT_NOW as error:
                said = _("Clover could not be asked: %(reason)s") % {"reason": error}
                messages.warning(request, f"{row}: {said}")
            else:
                state = words.state_name(payment.state)
                messages.info(request, f"{row}: {state}")

    def has_resolve_permission(self, request: HttpRequest) -> bool:
        """Whether this member of staff may ask Clover."""
        user = request.user
        return isinstance(user, PermissionsMixin) and user.has_perm(_MAY_RESOLVE)


@admin.register(models.Operation)
class OperationAdmin(_ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]  # not subscriptable
    """Operations with their history."""

    list_display: Any = (
        _PAYMENT,
        _KIND,
        _STATE,
        _amount,
        _TRANSACTION,
        _FLAG,
        _UPDATED,
    )
    list_filter = (("kind", KindFilter), ("state", StateFilter))
    list_select_related = ("payment",)
    show_full_result_count = False
    fields: ClassVar[Any] = (
        *list_display,
        _ATTEMPT,
        _SESSION,
        _CODE,
        _MESSAGE,
        _DETAILS,
        _OPERATION_ID,
        _CREATED,
    )
    readonly_fields: ClassVar[Any] = fields
    ordering = ("-pk",)
    search_fields = ("operation_id", "transaction_id", "payment__reference")
    inlines = (HistoryInline,)


@admin.register(models.WebhookReceipt)
class WebhookReceiptAdmin(_ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]  # not subscriptable
    """Proven messages; unfinished ones have had no effect yet."""

    list_display: Any = (
        _TRANSACTION,
        _SESSION,
        _approved,
        _RECEIVED,
        _FINISHED,
    )
    fields: ClassVar[Any] = (*list_display, _MERCHANT)
    readonly_fields: ClassVar[Any] = fields
    list_filter = (("approved", ApprovedFilter),)
    ordering = ("-pk",)
    search_fields = ("transaction_id", "session_id")
