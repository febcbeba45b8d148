"""A shop, a provider that moves no money, and `Payments` between them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from payment_hooks import (
    MemoryLedger,
    Money,
    Payments,
    PluginRegistry,
    Policy,
    ProviderHooks,
    hookimpl,
)
from payment_hooks.testing import FakeProvider


@dataclass(eq=False)
class Shop:
    """Remembers its notifications; fails on request."""

    due: Money | None = field(default_factory=lambda: Money(2599, "USD"))
    notified: list = field(default_factory=list)
    failures: list = field(default_factory=list)

    @hookimpl
    def shop_amount_due(self, reference):
        return self.due

    @hookimpl
    def shop_payment_changed(self, event):
        if self.failures:
            raise self.failures.pop()
        self.notified.append(event)

    def states(self):
        return [
            (event.operation.kind, event.operation.state) for event in self.notified
        ]


class Clock:
    def __init__(self):
        self.time = datetime.now(UTC)

    def __call__(self):
        return self.time

    def advance(self, **amounts):
        self.time += timedelta(**amounts)


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def provider():
    return FakeProvider()


@pytest.fixture
def shop():
    return Shop()


@pytest.fixture
def registry(provider, shop):
    registry = PluginRegistry()
    registry.register(provider, "fake")
    registry.register(shop, "shop")
    return registry


@pytest.fixture
def make_payments(registry, clock):
    def make(ledger=None, **policy):
        policy.setdefault("wait_seconds", 5)
        return Payments(
            ProviderHooks(registry, "fake"),
            ledger or MemoryLedger(),
            policy=Policy(**policy),
            now=clock,
        )

    return make


@pytest.fixture
def payments(make_payments):
    return make_payments()
