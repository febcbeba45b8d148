"""The examples in the docstrings run."""

import doctest
import importlib

import pytest

from tests.house.project import PACKAGES

DOCUMENTED = ("payment_hooks", "clover_provider", "clover_card", "clover_simulator")
MODULES = [
    ".".join((package, *path.relative_to(PACKAGES[package]).with_suffix("").parts))
    for package in DOCUMENTED
    for path in sorted(PACKAGES[package].rglob("*.py"))
    if path.stem != "__init__" and ">>>" in path.read_text()
]


@pytest.mark.parametrize("module", MODULES)
def test_the_examples_of_the_module_run(module):
    result = doctest.testmod(importlib.import_module(module))

    assert result.attempted
    assert not result.failed
