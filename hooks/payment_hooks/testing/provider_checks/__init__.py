"""The checks of the provider kit, one module for each subject."""

import pytest

_ROOMS = (
    "abilities",
    "bench",
    "changing",
    "unknown_outcomes",
    "receiving",
    "saving",
    "secrecy",
    "taking",
)
# Before they are loaded: pytest shall say what the two sides of an assertion were.
pytest.register_assert_rewrite(*(f"{__name__}.{room}" for room in _ROOMS))
