"""The checks of the ledger kit, one module for each subject."""

import pytest

_ROOMS = (
    "contents",
    "events",
    "listing",
    "operations",
    "payments",
    "secrecy",
    "sharing",
)
# Before they are loaded: pytest shall say what the two sides of an assertion were.
pytest.register_assert_rewrite(*(f"{__name__}.{room}" for room in _ROOMS))
