"""Recovery and reconciliation for Celery, where it is installed; found by autodiscovery.

CELERY_BEAT_SCHEDULE = {
    "clover-recover": {"task": "clover_django.recover", "schedule": 60.0},
    "clover-reconcile": {
        "task": "clover_django.reconcile",
        "schedule": crontab(hour=4, minute=0),
    },
}
"""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from celery import shared_task

from clover_django.ledger.actors import acting_as
from clover_django.payments import all_payments
from payment_hooks.recovery import (
    reconcile_all,
    reconcile_json,
    recover_all,
    recovery_json,
)


@shared_task(name="clover_django.recover", ignore_result=False)  # type: ignore[untyped-decorator]  # Celery has no types
def recover(limit: int = 10_000) -> Any:  # noqa: ANN401 - JSON
    """What `clover_recover --json` prints; safe to run twice at once."""
    with acting_as("clover_django.recover"):
        return json.loads(recovery_json(recover_all(all_payments(), limit=limit)))


@shared_task(name="clover_django.reconcile", ignore_result=False)  # type: ignore[untyped-decorator]  # Celery has no types
def reconcile(days: float = 7, repair: bool = True) -> Any:  # noqa: ANN401 - JSON
    """What `clover_reconcile --json` prints, for the last days."""
    now = datetime.now(UTC)
    with acting_as("clover_django.reconcile"):
        report = reconcile_all(
            all_payments(), now - timedelta(days=days), now, repair=repair
        )
    return json.loads(reconcile_json(report))
