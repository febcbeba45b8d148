"""What is public, and what importing costs."""

import subprocess
import sys

import pytest

import clover_card
import clover_provider
import payment_hooks

HEAVY = ("requests", "django", "cryptography", "urllib3", "click", "starlette")


@pytest.mark.parametrize("package", [payment_hooks, clover_provider, clover_card])
def test_exports_are_sorted_and_there(package):
    exported = list(package.__all__)

    assert exported == sorted(exported)
    assert [name for name in exported if not hasattr(package, name)] == []


def test_importing_the_provider_loads_nothing_heavy():
    code = (
        "import sys, clover_provider;"
        f"print([name for name in {HEAVY!r} if name in sys.modules])"
    )

    printed = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert printed.stdout.strip() == "[]"
