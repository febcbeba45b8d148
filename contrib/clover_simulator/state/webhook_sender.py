"""Sends webhooks in the background and keeps a log of what was answered."""

import asyncio
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from http.client import HTTPException
from types import MappingProxyType
from typing import Protocol

from clover_simulator.state import webhooks
from clover_simulator.state.clock import Clock
from clover_simulator.state.merchants import Merchant, Merchants
from clover_simulator.state.records import JSON, Charge
from clover_simulator.state.switches import Switches, Value
from clover_simulator.traffic.client import fetch

TIMEOUT_SECONDS = 5.0
RETRY_AFTER_SECONDS = 0.2
ANSWER_KEPT = 200


@dataclass(slots=True, kw_only=True)
class Delivery:
    """One webhook and what became of it."""

    number: int
    merchant_id: str
    url: str
    event: JSON
    at: datetime
    state: str = "waiting"
    """`waiting`, `held`, `dropped`, `no url`, `answered` or `failed`."""
    body: str = ""
    signature: str = ""
    attempts: int = 0
    status: int | None = None
    answer: str = ""
    """The beginning of the shop's answer, or why there was none."""
    switches: dict[str, Value] = field(default_factory=dict)
    """Switches that hold for this one alone."""


class Conditions(Protocol):
    """Where the sender gets merchants, time and switches from: the simulator's state."""

    clock: Clock
    merchants: Merchants
    switches: Switches


class WebhookSender:
    """Sends webhooks one after the other."""

    def __init__(self, conditions: Conditions) -> None:
        self._conditions = conditions
        self.deliveries: list[Delivery] = []
        self._waiting: deque[Delivery] = deque()
        self._held: list[Delivery] = []
        self._task: asyncio.Task[None] | None = None
        self._next_count = 0
        self._next_switches: dict[str, Value] = {}

    def change_next(self, count: int, changes: Mapping[str, Value]) -> None:
        """Let switches of webhooks hold for the next `count` payments only.

        Raises:
            ValueError: a switch is unknown, or none of webhooks.
        """
        self._conditions.switches.changed(changes)
        if count < 1 or not all(name.startswith("webhook_") for name in changes):
            raise ValueError("give a count from 1, and switches of webhooks")
        self._next_count, self._next_switches = count, dict(changes)

    @property
    def next_changes(self) -> tuple[int, dict[str, Value]]:
        """For how many payments to come which switches of webhooks hold."""
        return self._next_count, dict(self._next_switches if self._next_count else {})

    def forget_next(self) -> None:
        """Let the switches alone hold for the next payments."""
        self._next_count, self._next_switches = 0, {}

    def _next_changes(self) -> dict[str, Value]:
        if not self._next_count:
            return {}
        self._next_count -= 1
        return self._next_switches

    def announce(self, charge: Charge) -> None:
        """Send the webhook for an attempt on the hosted page."""
        merchant = self._conditions.merchants.get(charge.merchant_id)
        now = self._conditions.clock.seconds()
        if merchant is not None:
            changes = self._next_changes()
            switches = self._conditions.switches.changed(changes)
            self.post(merchant, webhooks.event_of(charge, now, switches), changes)

    def post(
        self,
        merchant: Merchant,
        event: JSON,
        changes: Mapping[str, Value] = MappingProxyType({}),
    ) -> None:
        """Send `event`, as far as the switches, with their `changes`, let it."""
        switches = self._conditions.switches.changed(changes)
        if switches.webhook_drop or not merchant.webhook_url:
            lost = self._note(merchant, event, changes)
            lost.state = "dropped" if merchant.webhook_url else "no url"
            return
        copies = [
            self._note(merchant, event, changes) for _ in range(switches.webhook_copies)
        ]
        if switches.webhook_reorder and not self._held:
            self._held = copies
            for copy in copies:
                copy.state = "held"
            return
        self._waiting.extend(copies)
        self.release()

    def release(self) -> None:
        """Send what was held back, after all that waits."""
        for delivery in self._held:
            delivery.state = "waiting"
        self._waiting.extend(self._held)
        self._held = []
        if self._task is None or self._task.done():
            self._task = asyncio.get_running_loop().create_task(self._work())

    def redeliver(self, number: int) -> Delivery:
        """Send a webhook again, signed anew, whatever the switches say of dropping.

        Raises:
            LookupError: there is no such delivery, or its merchant has no webhook URL.
        """
        old = next((d for d in self.deliveries if d.number == number), None)
        merchant = self._conditions.merchants.get(old.merchant_id) if old else None
        if old is None or merchant is None or not merchant.webhook_url:
            raise LookupError(
                f"delivery {number} cannot be sent; is a webhook URL set?"
            )
        new = self._note(merchant, old.event, old.switches)
        self._waiting.append(new)
        self.release()
        return new

    def stop(self) -> None:
        """Forget what waits."""
        self._waiting.clear()
        if self._task is not None:
            self._task.cancel()

    def _note(
        self, merchant: Merchant, event: JSON, changes: Mapping[str, Value]
    ) -> Delivery:
        delivery = Delivery(
            number=len(self.deliveries) + 1,
            merchant_id=merchant.id,
            url=merchant.webhook_url,
            event=event,
            at=self._conditions.clock.now(),
            switches=dict(changes),
        )
        self.deliveries.append(delivery)
        return delivery

    async def _work(self) -> None:
        while self._waiting:
            delivery = self._waiting.popleft()
            switches = self._conditions.switches.changed(delivery.switches)
            await asyncio.sleep(switches.webhook_delay_seconds)
            merchant = self._conditions.merchants.get(delivery.merchant_id)
            if merchant is not None:
                await self._deliver(merchant, delivery)

    async def _deliver(self, merchant: Merchant, delivery: Delivery) -> None:
        switches = self._conditions.switches.changed(delivery.switches)
        for attempt in range(switches.webhook_retries + 1):
            if attempt:
                await asyncio.sleep(RETRY_AFTER_SECONDS)
            delivery.body = webhooks.body_of(delivery.event, switches)
            delivery.signature = webhooks.header_of(
                merchant, self._conditions.clock.seconds(), delivery.body, switches
            )
            delivery.attempts += 1
            await asyncio.to_thread(_send, delivery)
            if delivery.status is not None and 200 <= delivery.status < 300:
                return


def _send(delivery: Delivery) -> None:
    headers = {
        "content-type": "application/json",
        "Clover-Signature": delivery.signature,
        "user-agent": "clover-simulator",
    }
    try:
        page = fetch("POST", delivery.url, delivery.body, headers, TIMEOUT_SECONDS)
    except (OSError, HTTPException, ValueError) as error:
        delivery.state, delivery.answer = "failed", str(error)
        return
    delivery.status, delivery.answer = page.status, page.text[:ANSWER_KEPT]
    delivery.state = "answered"
