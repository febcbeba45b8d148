"""Points in `Payments` at which a worker kills itself; the product knows nothing of them.

It is built with a ledger, a transport and a shop that wrap the real ones.
"""

import os
import signal
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any
from uuid import uuid4

from clover_provider.wire.message import Answer, Call, Sends
from payment_hooks import hookimpl
from payment_hooks.ledger.store import Ledger
from payment_hooks.model.records import Operation, OperationState, PaymentChanged
from payment_hooks.model.results import WebhookEvent

POINTS = (
    "before_intent",
    "after_intent",
    "before_request",
    "after_answer",
    "after_result",
    "before_shop",
    "after_shop",
    "after_notifying",
)
"""In the order in which a movement passes them."""
LOOKS = ("before_look", "after_look")
"""Around each look at the provider: by recovery, or before a refund or void."""
MESSAGES = ("before_event", "after_event")
"""Around keeping a webhook."""


@dataclass(slots=True)
class Trace:
    """Counts how often a movement of one kind passes a point, and kills at the n-th."""

    point: str = ""
    kind: str = ""
    """The movement; any when empty."""
    nth: int = 1

    def reach(self, point: str, kind: str) -> None:
        """The end, if this is where it is due; nothing is cleaned up."""
        if point == self.point and self.kind in ("", kind):
            self.nth -= 1
            if self.nth == 0:
                os.kill(os.getpid(), signal.SIGKILL)


class TracedLedger:
    """The real ledger, with a point before and after what is written."""

    def __init__(self, ledger: Ledger, trace: Trace) -> None:
        self._ledger = ledger
        self._trace = trace
        self.moving = ""
        """The kind of the movement that was last written as being sent."""

    def __getattr__(self, name: str) -> Any:
        return getattr(self._ledger, name)

    def add_operation(self, operation: Operation) -> Operation:
        """See `Ledger`."""
        self._trace.reach("before_intent", operation.kind)
        known = self._ledger.add_operation(operation)
        self._trace.reach("after_intent", operation.kind)
        return known

    def add_event(self, event: WebhookEvent) -> bool:
        """See `Ledger`."""
        self._trace.reach("before_event", "")
        is_new = self._ledger.add_event(event)
        self._trace.reach("after_event", "")
        return is_new

    def replace_operation(
        self, operation: Operation, *args: Any, **options: Any
    ) -> Operation:
        """See `Ledger`."""
        written = self._ledger.replace_operation(operation, *args, **options)
        if operation.state is OperationState.SENDING:
            self.moving = operation.kind
        elif operation.notified:
            self._trace.reach("after_notifying", operation.kind)
        elif not operation.state.is_open and operation.lease_until is None:
            self._trace.reach("after_result", operation.kind)
        return written


class Forgetful(TracedLedger):
    """The mistake: a key made anew at each start, and nothing that blocks it."""

    def installation_id(self) -> str:
        """See `Ledger`; each key is made of it."""
        return uuid4().hex

    def add_operation(self, operation: Operation) -> Operation:
        """See `Ledger`."""
        intent = replace(operation.intent, slot=uuid4().hex)
        return super().add_operation(replace(operation, intent=intent))

    def operations(self, payment_id: str) -> Iterable[Operation]:
        """See `Ledger`."""
        known = self._ledger.operations(payment_id)
        return tuple(row for row in known if not row.state.is_open)


class TracedTransport:
    """The real transport, with a point before and after each call."""

    def __init__(self, transport: Sends, trace: Trace, ledger: TracedLedger) -> None:
        self._transport = transport
        self._trace = trace
        self._ledger = ledger

    def send(self, call: Call) -> Answer:
        """See `Sends`."""
        is_look = call.method == "GET"
        before, after = LOOKS if is_look else ("before_request", "after_answer")
        self._trace.reach(before, self._ledger.moving)
        answer = self._transport.send(call)
        self._trace.reach(after, self._ledger.moving)
        return answer


class Shop:
    """Writes its notifications down, each outcome under its id, in the shop's database."""

    def __init__(self, trace: Trace) -> None:
        self._trace = trace

    @hookimpl
    def shop_payment_changed(self, event: PaymentChanged) -> None:
        """Once more of the same changes a count, and no order."""
        from django.db import connection

        self._trace.reach("before_shop", event.operation.kind)
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO notified (event_id, reference, kind, transaction_id, times) "
                "VALUES (%s, %s, %s, %s, 1) "
                "ON CONFLICT (event_id) DO UPDATE SET times = notified.times + 1",
                [
                    event.event_id,
                    event.payment.reference,
                    event.operation.kind.value,
                    event.operation.transaction_id,
                ],
            )
        self._trace.reach("after_shop", event.operation.kind)
