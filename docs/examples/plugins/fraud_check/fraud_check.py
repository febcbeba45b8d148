"""Refuses payments that look like card testing, before anything is sent.

A wrapper wraps whichever provider takes the money. What it raises instead of
going on is what the shopper's page shows: nothing was taken.
"""

import time
from collections import defaultdict, deque

from payment_hooks import DeclineCode, Money, PaymentDeclined, hookimpl

MOST = Money(500_000, "USD")


class FraudCheck:
    """At most some tries per address and minute, and no more than a shop can ship."""

    def __init__(
        self,
        *,
        tries_per_minute: int = 5,
        most: Money = MOST,
        blocked: frozenset[str] = frozenset(),
    ) -> None:
        self.tries_per_minute = tries_per_minute
        self.most = most
        self.blocked = blocked
        self._tries: dict[str, deque[float]] = defaultdict(deque)

    @hookimpl(wrapper=True)
    def payment_charge(self, request):
        """The provider's answer, unless the payment is refused here."""
        self._check(request)
        return (yield)

    @hookimpl(wrapper=True)
    def payment_authorize(self, request):
        """The same before money is reserved."""
        self._check(request)
        return (yield)

    def _check(self, request) -> None:
        reason = self._find_reason(request)
        if reason:
            raise PaymentDeclined(
                f"refused before it was sent: {reason}",
                decline_code=DeclineCode.FRAUD_CHECK,
                code="fraud_check",
            )

    def _find_reason(self, request) -> str:
        address = request.details.shopper_ip
        if address in self.blocked:
            return "the address is on the shop's list"
        is_same = request.amount.currency == self.most.currency
        if is_same and request.amount > self.most:
            return f"more than {self.most}"
        if address and self._count(address) > self.tries_per_minute:
            return f"more than {self.tries_per_minute} tries in a minute"
        return ""

    def _count(self, address: str) -> int:
        """How many tries there were in this process; share it in Redis for several."""
        tries, now = self._tries[address], time.monotonic()
        while tries and now - tries[0] > 60:
            tries.popleft()
        tries.append(now)
        return len(tries)


plugin = FraudCheck(blocked=frozenset({"203.0.113.66"}))
