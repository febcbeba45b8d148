"""Oscar's rule: whatever a shop may replace is asked of Oscar's loader, never imported."""

import ast

import pytest

from tests.house.project import ROOT

PACKAGE = ROOT / "contrib" / "clover_oscar"
EITHER = {"oscar_errors.py"}
"""Catches the stock exceptions beside the shop's own, since Oscar raises both."""


def find_imports(tree):
    """What is imported of Oscar's apps, wherever in the module."""
    for node in ast.walk(tree):
        match node:
            case ast.ImportFrom(module=str(module)):
                yield from (f"{module}.{name.name}" for name in node.names)
            case ast.Import():
                yield from (name.name for name in node.names)
            case ast.Call(func=ast.Name(id="import_string" | "import_module")):
                yield from (
                    str(row.value) for row in node.args if isinstance(row, ast.Constant)
                )


def of_apps(code):
    return [name for name in find_imports(ast.parse(code)) if "oscar.apps" in name]


def test_no_class_of_oscars_apps_is_imported():
    found = {
        str(path.relative_to(PACKAGE)): of_apps(path.read_text())
        for path in PACKAGE.rglob("*.py")
        if path.name not in EITHER
    }

    assert len(found) > 30
    assert {name: rows for name, rows in found.items() if rows} == {}


@pytest.mark.parametrize("name", sorted(EITHER))
def test_only_exceptions_are_imported_beside_the_loader(name):
    found = of_apps((PACKAGE / name).read_text())

    assert found
    assert all(row.endswith(".exceptions") for row in found)


@pytest.mark.parametrize(
    "code",
    [
        "from oscar.apps.checkout.utils import CheckoutSessionData",
        "import oscar.apps.order.models",
        "def f():\n    from oscar.apps.payment import models",
        "import_string('oscar.apps.shipping.methods.Free')",
    ],
)
def test_every_way_to_import_is_found(code):
    assert of_apps(code)
