"""A merchant's settings, as the tests of the provider use them."""

from collections.abc import Callable

import pytest

from clover_provider.config import CloverConfig

SANDBOX = {
    "ENVIRONMENT": "sandbox",
    "MERCHANT_ID": "TESTMERCH0001",
    "PRIVATE_KEY": "private-key-of-the-tests",
    "PUBLIC_KEY": "public-key-of-the-tests",
}


@pytest.fixture
def configure() -> Callable[..., CloverConfig]:
    """Builds a configuration from the sandbox's settings with changes; None removes."""

    def build(**changes: object) -> CloverConfig:
        return CloverConfig.from_mapping(SANDBOX | changes)

    return build


@pytest.fixture
def config(configure: Callable[..., CloverConfig]) -> CloverConfig:
    """The sandbox merchant, cards in iframes."""
    return configure()
