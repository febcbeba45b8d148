"""Every hook has a page with its exact signature, a test, and an answer from Clover."""

import inspect
import re

import pytest

from clover_provider.provider import CloverProvider
from payment_hooks.spec import provider, shop
from tests.house.project import ROOT

SPECS = vars(provider) | vars(shop)
HOOKS = sorted(name for name in SPECS if name.startswith(("payment_", "shop_")))
PROVIDER_HOOKS = [name for name in HOOKS if name.startswith("payment_")]
SECTIONS = ("## When", "## None", "## Errors", "## Example", "## Who answers")
TESTS = " ".join(
    path.read_text()
    for path in (ROOT / "tests").rglob("*.py")
    if path.parent != ROOT / "tests/house"
)


def page_of(hook):
    return (ROOT / "docs/reference/hooks" / f"{hook}.md").read_text()


@pytest.mark.parametrize("hook", HOOKS)
def test_the_page_has_the_exact_signature(hook):
    signature = f"{hook}{inspect.signature(SPECS[hook], eval_str=False)}"
    plain = re.sub(r"payment_hooks(\.\w+)+\.", "", signature).replace("'", "")

    assert f"# `{plain}`" in page_of(hook)


@pytest.mark.parametrize("hook", HOOKS)
def test_the_page_says_all_there_is_to_know(hook):
    page = page_of(hook)

    assert [section for section in SECTIONS if section not in page] == []


@pytest.mark.parametrize("hook", HOOKS)
def test_the_docstring_has_an_example_and_errors(hook):
    text = inspect.getdoc(SPECS[hook])

    assert ">>>" in text
    assert "Raises:" in text
    assert "None" in text or hook == "shop_payment_changed"


@pytest.mark.parametrize("hook", HOOKS)
def test_some_test_uses_the_hook(hook):
    assert hook in TESTS


@pytest.mark.parametrize("hook", PROVIDER_HOOKS)
def test_clover_answers_or_says_that_it_does_not(hook):
    assert hasattr(CloverProvider, hook) or "unsupported" in page_of(hook)
