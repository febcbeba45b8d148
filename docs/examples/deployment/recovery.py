"""Recovery and reconciliation by Celery, for a shop without Django.

Any number of workers may run at the same time: each payment is looked at by one.
"""

import json
import os
from datetime import UTC, datetime, timedelta
from functools import cache

from celery import Celery
from fastapi_shop.payments import connect

from payment_hooks import Payments
from payment_hooks.recovery import (
    Reconciliation,
    Recovery,
    reconcile_json,
    recovery_json,
)

app = Celery("recovery", broker=os.environ["CELERY_BROKER_URL"])
app.conf.update(
    beat_schedule={
        "recover": {
            "task": "recovery.recover",
            "schedule": float(os.environ.get("RECOVER_SECONDS", "60")),
            "options": {"expires": 55},  # a pass that waited is replaced by the next
        },
        "reconcile": {
            "task": "recovery.reconcile",
            "schedule": float(os.environ.get("RECONCILE_SECONDS", "600")),
            "options": {"expires": 500},
        },
    },
    broker_connection_retry_on_startup=True,
    task_ignore_result=True,
    timezone="UTC",
)


@cache
def payments() -> Payments:
    """The `Payments` of this process."""
    return connect()


@app.task(name="recovery.recover")
def recover() -> str:
    """Bring interrupted payments to their end."""
    report = recovery_json(Recovery(payments()).run())
    print(json.dumps(json.loads(report)), flush=True)
    return report


@app.task(name="recovery.reconcile")
def reconcile() -> str:
    """Find what no message named: paid pages above all, and compare a day's lists."""
    now = datetime.now(UTC)
    report = Reconciliation(payments()).run(now - timedelta(days=1), now, repair=True)
    return reconcile_json(report)
