"""Looks transactions up at Clover: by id, by our reference, or in a time window."""

from clover_provider.lookup.finder import Finder, Found

__all__ = ["Finder", "Found"]
