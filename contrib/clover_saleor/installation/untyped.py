"""Saleor has no types: its objects are named here, and nowhere taken for more."""

from typing import Any

SaleorObject = Any
"""A model instance, data class or request of Saleor's."""
