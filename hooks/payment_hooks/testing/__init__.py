"""Parts for tests: a provider that moves no money, and the kits that judge others.

The kits need pytest and are loaded when they are asked for; the rest does without.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from payment_hooks.testing.fake_provider import FakeProvider

if TYPE_CHECKING:
    from payment_hooks.testing.adapter_kit import AdapterKit
    from payment_hooks.testing.ledger_kit import LedgerKit
    from payment_hooks.testing.provider_kit import ProviderKit
    from payment_hooks.testing.saved_cards_kit import SavedCardsKit
    from payment_hooks.testing.shop_bench import ShopBench

__all__ = [
    "AdapterKit",
    "FakeProvider",
    "LedgerKit",
    "ProviderKit",
    "SavedCardsKit",
    "ShopBench",
]

_KITS = {
    "AdapterKit": "adapter_kit",
    "LedgerKit": "ledger_kit",
    "ProviderKit": "provider_kit",
    "ShopBench": "shop_bench",
    "SavedCardsKit": "saved_cards_kit",
}


def __getattr__(name: str) -> object:
    if name not in _KITS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_KITS[name]}"), name)
