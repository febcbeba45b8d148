"""Clover Ecommerce behind the payment hooks.

Importing it loads no HTTP client, no framework and no cryptography.
"""

from clover_provider.api.cards.keys import KeyStore, MemoryKeyStore
from clover_provider.config import CloverConfig, Environment, Secret
from clover_provider.provider import CloverProvider

__all__ = [
    "CloverConfig",
    "CloverProvider",
    "Environment",
    "KeyStore",
    "MemoryKeyStore",
    "Secret",
]
