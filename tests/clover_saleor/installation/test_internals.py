"""What is used of Saleor is known, is as it was tested, and is named when it is not."""

import ast
import importlib
import re

import pytest
import saleor
from django.core.management import call_command
from saleor.order import actions
from saleor.payment import utils

from clover_saleor import checks
from clover_saleor.installation import internals
from tests.house.project import ROOT

PACKAGE = ROOT / "contrib/clover_saleor"


def uses():
    """Each name that the package takes out of Saleor, and each call of it."""
    for path in sorted(PACKAGE.rglob("*.py")):
        tree = ast.parse(path.read_text())
        names = {
            alias.asname or alias.name: f"{node.module}.{alias.name}"
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom)
            and (node.module or "").split(".")[0] == "saleor"
            for alias in node.names
        }
        for called in names.values():
            yield called, None, ()
        for node in ast.walk(tree):
            name = getattr(node.func, "id", "") if isinstance(node, ast.Call) else ""
            if name in names:
                keywords = [keyword.arg for keyword in node.keywords]
                yield names[name], len(node.args), tuple(keywords)


def table():
    return {row.path: row for row in internals.INTERNALS}


def test_the_table_holds_what_is_used_and_nothing_else():
    assert sorted(table()) == sorted({path for path, _, _ in uses()})


def test_the_table_knows_how_each_is_called():
    calls = [use for use in uses() if use[1] is not None and "Error" not in use[0]]
    for path, positional, keywords in calls:
        row = table()[path]
        assert row.places is not None, path
        assert len(row.places.split()) == positional, path
        assert set(keywords) <= set(row.keywords.split()), path
    called = {path for path, _, _ in calls}
    assert called == {path for path, row in table().items() if row.places is not None}


def test_a_saleor_that_was_tested_is_well(monkeypatch):
    for release in internals.TESTED:
        monkeypatch.setattr(saleor, "__version__", f"{release}.7")

        assert internals.untested() == ""
    assert list(internals.moved()) == []
    assert checks.check_saleor(None) == []


@pytest.mark.parametrize("found", ["3.20.100", "3.24.0-a.0", "4.0.1", "3.2", "", None])
def test_another_release_is_wrong_and_named(monkeypatch, shop, capsys, found):
    shop.configure()
    monkeypatch.setattr(saleor, "__version__", found or "")
    if found is None:
        monkeypatch.delattr(saleor, "__version__")

    with pytest.raises(SystemExit) as ended:
        call_command("clover_doctor", offline=True)

    printed = capsys.readouterr().out
    (line,) = re.findall("^wrong    Saleor: .*$", printed, re.M)
    assert (found or "without a name") in line
    assert f"{internals.TESTED[0]} to {internals.TESTED[-1]}" in line
    assert ended.value.code == 1
    (warning,) = checks.check_saleor(None)
    assert warning.id == "clover_saleor.W001"


def of_another_order(payment, order, user, app, amount, manager):
    """As if Saleor had put an argument in front of the others."""


def with_one_more(transaction, payment, reason):
    """As if Saleor wanted to know more."""


@pytest.mark.parametrize(
    ("module", "name", "instead", "said"),
    [
        (actions, "order_authorized", of_another_order, "begins with ['payment'"),
        (utils, "gateway_postprocess", with_one_more, "'reason'"),
        (utils, "gateway_postprocess", None, "is gone"),
    ],
)
def test_a_function_that_has_moved_is_found_before_money_is(
    monkeypatch, shop, capsys, module, name, instead, said
):
    shop.configure()
    if instead is None:
        monkeypatch.delattr(module, name)
    else:
        monkeypatch.setattr(module, name, instead)

    with pytest.raises(SystemExit):
        call_command("clover_doctor", offline=True)

    (line,) = re.findall("^wrong    Saleor: .*$", capsys.readouterr().out, re.M)
    assert f"{module.__name__}.{name}" in line
    assert said in line
    assert [warning.id for warning in checks.check_saleor(None)] == [
        "clover_saleor.W001"
    ]


def test_a_module_that_has_moved_is_found(monkeypatch):
    def without_fetch(name):
        if name == "saleor.order.fetch":
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)
        return real(name)

    real = importlib.import_module
    monkeypatch.setattr(internals.importlib, "import_module", without_fetch)

    (problem,) = internals.moved()

    assert problem.startswith("saleor.order.fetch.fetch_order_info is gone")


def test_the_manual_names_the_tested_releases():
    text = (ROOT / "docs/how-to/saleor.md").read_text()
    *others, last = internals.TESTED

    assert f"for {', '.join(others)} and {last} on Python" in text
