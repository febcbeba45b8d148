"""What shops import is in one module, and nothing else is named to them."""

import ast
import re

import clover_django.shop as shop
from tests.house.project import ROOT

NAMED = re.compile(r"from (clover_django[.\w]*) import|`(clover_django\.\w+)\.\w+")
OTHERS = {
    "clover_django.graphql",
    "clover_django.signals",
    "clover_django.testing",
    "clover_django.urls",
}
"""One needs an extra, one is imported before there are models, one is for tests, one is
for `include`."""


def pages():
    return [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]


def test_pages_name_no_module_but_the_shops():
    named = {
        found[1] or found[2]
        for page in pages()
        for found in NAMED.finditer(page.read_text())
    }

    assert named - OTHERS == {"clover_django.shop"}


def test_every_name_that_pages_import_is_there():
    wanted = {
        name.name
        for page in pages()
        for block in re.findall(
            r"^ *from clover_django\.shop.*$", page.read_text(), re.M
        )
        for name in ast.parse(block.strip()).body[0].names
    }

    assert wanted
    assert wanted <= set(shop.__all__)


def test_exports_are_sorted_and_there():
    assert list(shop.__all__) == sorted(shop.__all__)
    assert [name for name in shop.__all__ if not hasattr(shop, name)] == []
