"""No adapter speaks to a shopper without saying in which language."""

import ast

import pytest

from tests.house.project import PACKAGES, ROOT

ARGUMENTS = {
    "shopper_message": 1,
    "shopper_text": 2,
    "explain": 2,
    "describe_progress": 2,
    "describe_next_action": 2,
}
"""What makes texts, and with how many arguments its language is among them."""
ADAPTERS = [name for name in PACKAGES if name.startswith("clover_")]


def names_no_language(call):
    """Whether the call leaves the language out, or writes one down for everybody."""
    kind = call.func
    name = kind.attr if isinstance(kind, ast.Attribute) else getattr(kind, "id", "")
    wanted = ARGUMENTS.get(name)
    if wanted is None:
        return False
    given = [*call.args, *(row.value for row in call.keywords if row.arg != "first")]
    return len(given) < wanted or isinstance(given[wanted - 1], ast.Constant)


def find_silent(source):
    """The lines that speak in nobody's language, or look the method up by its name."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if (isinstance(node, ast.Call) and names_no_language(node))
        or (isinstance(node, ast.Constant) and node.value == "shopper_message")
    ]


@pytest.mark.parametrize("package", ADAPTERS)
def test_an_adapter_always_says_which_language(package):
    found = {
        f"{path.relative_to(ROOT)}:{line}"
        for path in PACKAGES[package].rglob("*.py")
        for line in find_silent(path.read_text())
    }

    assert found == set()


@pytest.mark.parametrize(
    "source",
    [
        "error.shopper_message()",
        "shopper_text('busy')",
        "shopper_text('busy', 'en')",
        "explain(progress)",
        "describe_progress(progress, first=True)",
        "describe_next_action(step)",
        "getattr(error, 'shopper_message')(language)",
    ],
)
def test_the_rule_finds_what_it_forbids(source):
    assert find_silent(source) == [1]


@pytest.mark.parametrize(
    "source",
    [
        "error.shopper_message(language)",
        "say = error.shopper_message",
        "shopper_text('busy', language)",
        "describe_progress(progress, first=True, language=language)",
    ],
)
def test_the_rule_lets_the_rest_be(source):
    assert find_silent(source) == []
