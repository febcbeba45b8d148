"""What is public, what importing costs, and who names the provider."""

import ast
import subprocess
import sys

import pytest

import clover_card
import clover_provider
import payment_hooks
from tests.house.project import PACKAGES, ROOT

HEAVY = ("requests", "django", "cryptography", "urllib3", "click", "starlette")


@pytest.mark.parametrize("package", [payment_hooks, clover_provider, clover_card])
def test_what_is_exported_is_there(package):
    exported = list(package.__all__)

    assert len(exported) == len(set(exported))
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


ADAPTERS = ("clover_django", "clover_oscar", "clover_saleor")


def imported_packages(path):
    """The top-level packages that a module imports, wherever it does so."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.split(".")[0]


def test_adapters_name_the_provider_only_where_they_configure_it():
    found = {
        str(path.relative_to(ROOT))
        for adapter in ADAPTERS
        for path in PACKAGES[adapter].rglob("*.py")
        if "clover_provider" in imported_packages(path)
    }

    assert found == {
        "contrib/clover_django/checks.py",
        "contrib/clover_django/conf.py",
        "contrib/clover_django/doctor.py",
        "contrib/clover_django/payments.py",
        "contrib/clover_saleor/merchants/configuration.py",
        "contrib/clover_saleor/doctor.py",
    }


def test_the_simulator_runs_where_pytest_is_not_installed():
    code = (
        "import sys; sys.modules['pytest'] = None;"
        "from clover_simulator.simulator import Simulator;"
        "print(Simulator().start().stop())"
    )

    printed = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert printed.stdout.strip() == "None"


def test_the_specification_and_its_fake_load_no_pytest():
    code = (
        "import sys; sys.modules['pytest'] = None;"
        "import payment_hooks; from payment_hooks.testing import FakeProvider;"
        "print(FakeProvider.name)"
    )

    printed = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True
    )

    assert printed.stdout.strip() == "fake"


def test_no_adapter_talks_to_the_provider_past_payments():
    """An adapter that asks `ProviderHooks` itself has a second code path."""
    found = {
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for adapter in ADAPTERS
        for path in PACKAGES[adapter].rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr == "gateway"
    }

    assert found == set()
