"""What becomes of payments, as a stream in Redis that warehouses and accounting read.

The ledger is the outbox. An outcome counts as notified once this plugin returned; while
Redis is down it raises, and recovery notifies the outcome again. So each is in the stream
at least once: readers drop the `event_id` they know.
"""

import os
from functools import cached_property

import redis

from payment_hooks import PaymentChanged, hookimpl

STREAM = "payments"
MOST = 1_000_000


class EventStream:
    """Adds each outcome to the stream, without anything secret in it."""

    def __init__(self, url: str = "") -> None:
        self._url = url

    @cached_property
    def _redis(self) -> redis.Redis:
        url = self._url or os.environ.get(
            "EVENT_STREAM_URL", "redis://127.0.0.1:6379/0"
        )
        return redis.Redis.from_url(url, socket_timeout=2, socket_connect_timeout=2)

    @hookimpl
    def shop_payment_changed(self, event: PaymentChanged) -> None:
        """Add it; what raises here is notified again."""
        self._redis.xadd(STREAM, fields_of(event), maxlen=MOST, approximate=True)


def fields_of(event: PaymentChanged) -> dict[str, str]:
    """What readers get to know."""
    payment, operation = event.payment, event.operation
    moved = operation.effective_amount
    return {
        "event_id": event.event_id,
        "payment_id": payment.payment_id,
        "reference": payment.reference,
        "payment_state": payment.state.value,
        "kind": operation.kind.value,
        "state": operation.state.value,
        "minor_units": str(moved.minor_units),
        "currency": moved.currency,
        "transaction_id": operation.transaction_id,
        "flag": operation.flag,
        "at": operation.updated_at.isoformat(),
    }


plugin = EventStream()
