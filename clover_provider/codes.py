"""What the errors of this package are marked with."""

PROVIDER = "clover"
"""What every error, transaction and event of this package names as its provider."""
