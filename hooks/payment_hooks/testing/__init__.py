"""Parts for tests: a provider that moves no money, with faults on request."""

from payment_hooks.testing.fake_provider import FakeProvider

__all__ = ["FakeProvider"]
