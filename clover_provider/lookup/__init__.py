"""What Clover knows of a payment: by id, by our reference, or of a window of time."""

from clover_provider.lookup.finder import Finder, Found

__all__ = ["Finder", "Found"]
