"""The type of Saleor's objects: Saleor publishes none."""

from typing import Any

SaleorObject = Any
"""A model instance, data class or request of Saleor's."""
