"""What Saleor loads at its start."""

import subprocess
import sys

HEAVY = (
    "strawberry",
    "graphql",
    "requests",
    "urllib3",
    "cryptography",
    "rich",
    "click",
)
CODE = f"""
import sys
import django
django.setup()
import clover_saleor.transactions_plugin, clover_saleor.plugin
print([name for name in {HEAVY!r} if name in sys.modules])
"""


def test_nothing_heavy_is_loaded_before_the_first_payment():
    environ = {"DJANGO_SETTINGS_MODULE": "tests.clover_saleor.settings"}

    printed = subprocess.run(
        [sys.executable, "-c", CODE],
        capture_output=True,
        text=True,
        check=True,
        env={**environ, "PYTHONPATH": ".:hooks:contrib", "PATH": "/usr/bin:/bin"},
    )

    assert printed.stdout.strip() == "[]"
