"""Importing the package is cheap and does nothing."""

import subprocess
import sys

import clover_provider

HEAVY = "requests urllib3 django cryptography http.client ssl asyncio email.parser"


def test_importing_loads_no_http_no_framework_and_no_cryptography():
    code = (
        "import sys, clover_provider, clover_provider.plugin;"
        f"print([name for name in {HEAVY.split()!r} if name in sys.modules])"
    )

    shown = subprocess.run(
        [sys.executable, "-c", code], check=True, capture_output=True, text=True
    )

    assert shown.stdout.strip() == "[]"


def test_what_is_exported_is_listed_in_order():
    assert clover_provider.__all__ == sorted(clover_provider.__all__)
    for name in clover_provider.__all__:
        assert getattr(clover_provider, name).__doc__
