"""The plugin for pretix from outside: pretix is not installed here.

Its own tests run where pretix is, as its README says.
"""

import ast
import importlib
import tomllib

import pytest

from tests.examples.example_shop import EXAMPLES

FOLDER = EXAMPLES / "pretix_clover"
PLUGIN = sorted((FOLDER / "pretix_clover").glob("*.py"))
FILES = [*PLUGIN, *sorted((FOLDER / "tests").glob("*.py"))]
PACKAGES = ("payment_hooks", "clover_provider", "clover_django", "clover_card")


def imports(path):
    """Module and name of each import of ours in the file; it must parse."""
    for node in ast.walk(ast.parse(path.read_text(), str(path))):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            found = [(node.module, alias.name) for alias in node.names]
        elif isinstance(node, ast.Import):
            found = [(alias.name, "") for alias in node.names]
        else:
            continue
        yield from (row for row in found if row[0].split(".")[0] in PACKAGES)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_only_public_names_of_ours_are_imported(path):
    private = [
        f"{module}.{name}"
        for module, name in imports(path)
        if name not in getattr(importlib.import_module(module), "__all__", ())
    ]

    assert private == []


def test_public_names_are_what_the_plugin_is_made_of():
    used = {module for path in PLUGIN for module, _ in imports(path)}

    assert {"payment_hooks", "clover_django.shop", "clover_card"} <= used


def test_the_plugin_has_less_than_400_lines():
    assert sum(len(path.read_text().splitlines()) for path in PLUGIN) < 400


def test_pretix_finds_the_package_that_is_built():
    project = tomllib.loads((FOLDER / "pyproject.toml").read_text())
    (entry,) = project["project"]["entry-points"]["pretix.plugin"].values()

    assert (
        entry.partition(":")[0]
        in project["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    )
    assert (FOLDER / "pretix_clover/templates/pretix_clover/card.html").is_file()
