"""The plugin for pretix calls `Payments` as it was before."""

import ast
import inspect
from pathlib import Path

from payment_hooks import Mode, Money, Payments
from payment_hooks.testing import FakeProvider

PLUGIN = Path(__file__).parent.parent / "docs/examples/pretix_clover/pretix_clover"


def calls_of(name):
    for path in PLUGIN.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            is_call = isinstance(node, ast.Call) and isinstance(
                node.func, ast.Attribute
            )
            if is_call and node.func.attr == name:
                if "get_payments" in ast.unparse(node.func):
                    yield node


def test_its_charges_name_arguments_that_there_are():
    known = set(inspect.signature(Payments.charge).parameters)
    for call in calls_of("charge"):
        assert {word.arg for word in call.keywords} <= known


def test_its_card_page_asks_for_a_currency():
    """`card_entry(due, ...)` with Money, which is no currency."""
    [call] = calls_of("card_entry")
    if ast.unparse(call.args[0]) == "due":
        Payments.using(FakeProvider()).card_entry(Money(1, "USD"), Mode.IFRAME)


def test_it_begins_no_payment_beside_one_that_may_yet_bring_money():
    """p1's answer is in flight, a look says ACTION_REQUIRED: p2 must not be charged."""
    text = (PLUGIN / "provider.py").read_text()
    body = text[text.index("def _refuse_while_unclear") :].split("\n    def ")[0]
    assert "may_hold_money" in body or "ACTION_REQUIRED" in body
