"""What the ledger holds that is not done, in numbers; for `manage.py clover_doctor`."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from clover_django import models
from clover_django.fields.moments import to_utc
from clover_django.ledger.store import DjangoLedger


@dataclass(frozen=True, slots=True, kw_only=True)
class Overview:
    """The state of a ledger; all times are aware, in UTC."""

    open: Mapping[str, int]
    """How many operations are open, by state."""
    oldest_unknown: datetime | None
    """When the oldest one of unknown outcome was created; None without any."""
    overdue_since: datetime | None
    """Since when recovery has not looked at what was due; None when it keeps up."""
    flagged: int
    """Payments that a person must look at."""
    unmatched: int
    """Messages about approved payments that fit none here."""
    unfinished: int
    """Messages of known payments without an effect yet."""
    last_message_at: datetime | None
    """When the last proven message came; None before the first."""


def read_overview(using: str, *, due_before: datetime) -> Overview:
    """The state of the ledger on that alias; what was due before then is overdue.

    It counts, and may look through whole tables: ask for it now and then.
    """
    ledger = DjangoLedger(using=using)
    overdue = ledger.due_operations(due_before, 1)
    payments = models.Payment.objects.using(using)
    unfinished = models.WebhookReceipt.objects.using(using).filter(finished_at=None)
    unmatched = unfinished.filter(session_id="", approved=True).count()
    return Overview(
        open=_count_open(using),
        oldest_unknown=ledger.oldest_unknown(),
        overdue_since=overdue[0].due if overdue else None,
        flagged=payments.exclude(flags=[]).count(),
        unmatched=unmatched,
        unfinished=unfinished.count() - unmatched,
        last_message_at=_last_message(using),
    )


def _count_open(using: str) -> Mapping[str, int]:
    open_ones = models.Operation.objects.using(using).filter(open_slot__isnull=False)
    counted = open_ones.values("state").annotate(number=Count("pk"))
    return {row["state"]: row["number"] for row in counted.order_by("state")}


def _last_message(using: str) -> datetime | None:
    receipts = models.WebhookReceipt.objects.using(using)
    last = receipts.order_by("-pk").values_list("received_at", flat=True).first()
    return to_utc(last) if last else None
