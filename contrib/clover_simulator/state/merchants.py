"""The test merchants and every credential that belongs to them.

The credentials are fixed and published: they open nothing but this simulator.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(slots=True, kw_only=True)
class Merchant:
    """One merchant account."""

    id: str
    name: str
    currency: str
    public_key: str
    """For the browser and `/v1/tokens`: the pair of iframe and API integrations."""
    private_key: str
    pakms_key: str
    """The `apiAccessKey` which `/pakms/apikey` answers."""
    hosted_public_key: str
    hosted_private_key: str
    platform_token: str
    """The dashboard's API token; opens `/v3` only."""
    app_id: str
    app_secret: str
    webhook_secret: str
    webhook_url: str = ""
    inventory: dict[str, tuple[str, int]] = field(default_factory=dict)
    """Name and price of the items a hosted session may name by `itemRefUuid`."""


def published_merchant(number: int, name: str, currency: str) -> Merchant:
    """A merchant whose published credentials all say whose they are."""
    tail = currency.lower()
    return Merchant(
        id=f"TESTMERCH{number:04}",
        name=name,
        currency=currency,
        public_key=f"test-public-key-{tail}",
        private_key=f"test-private-key-{tail}",
        pakms_key=f"test-pakms-key-{tail}",
        hosted_public_key=f"test-hosted-public-key-{tail}",
        hosted_private_key=f"test-hosted-private-key-{tail}",
        platform_token=f"test-platform-token-{tail}",
        app_id=f"TESTAPP{number:06}",
        app_secret=f"test-app-secret-{tail}",
        webhook_secret=f"test-webhook-secret-{tail}",
        inventory={f"TESTITEM{number:05}": ("Mug from the inventory", 1195)},
    )


class Merchants:
    """All merchants, found by id or by what they sign in with."""

    def __init__(self) -> None:
        self._by_id: dict[str, Merchant] = {}
        self.reset()

    def reset(self) -> None:
        """Back to the two published merchants."""
        usd = published_merchant(1, "Simulated Shop", "USD")
        cad = published_merchant(2, "Boutique simulée", "CAD")
        self._by_id = {usd.id: usd, cad.id: cad}

    def __iter__(self) -> Iterator[Merchant]:
        return iter(self._by_id.values())

    def get(self, merchant_id: str) -> Merchant | None:
        """The merchant with this id."""
        return self._by_id.get(merchant_id)

    def first(self) -> Merchant:
        """The merchant that examples use: US dollars."""
        return next(iter(self))

    def having(self, field_name: str, value: str) -> Merchant | None:
        """The merchant whose credential `field_name` is `value`."""
        found = (m for m in self if value and getattr(m, field_name) == value)
        return next(found, None)
