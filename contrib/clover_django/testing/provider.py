"""A provider in memory in Clover's place."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TypeVar

from clover_django import payments
from payment_hooks import Payments

Provider = TypeVar("Provider")


@contextmanager
def provider_in_place(
    provider: Provider, *, merchant: Payments | None = None
) -> Iterator[Provider]:
    """Let a `FakeProvider` take the money while the block runs, and Clover afterwards.

    It is in the place of the account in the settings, or of the `merchant` that
    `build_payments` gave. Overriding `CLOVER` in between has Clover back: do that first.

    Example:
        @pytest.fixture
        def provider(transactional_db):
            with provider_in_place(FakeProvider(secret="of the tests")) as fake:
                yield fake
    """
    registry = (merchant or payments.get_payments()).plugins
    clover = registry.unregister(name=payments.PROVIDER)
    registry.register(provider, payments.PROVIDER)
    try:
        yield provider
    finally:
        registry.unregister(name=payments.PROVIDER)
        registry.register(clover, payments.PROVIDER)
        if merchant is None:
            payments.reset()
