import re
from io import StringIO

import pytest
from rich.console import Console

from clover_demo.display import Display
from clover_demo.purchases.audit import ShopOrder, Verdict


@pytest.fixture
def console():
    return Console(file=StringIO(), highlight=False, width=80)


@pytest.fixture
def display(console):
    return Display(console)


def test_a_step_is_one_plain_line_in_a_pipe(console, display):
    with display.step("Shop set up", total=2) as advance:
        advance("catalogue.0001_initial")

    assert re.search(
        r"^✓ Shop set up \d+\.\d s$", console.file.getvalue(), re.MULTILINE
    )


def test_a_step_that_fails_says_so(console, display):
    with pytest.raises(ValueError, match="sold out"), display.step("Bought a mug"):
        raise ValueError("sold out")

    assert "\n✗ Bought a mug" in f"\n{console.file.getvalue()}"


def test_the_table_names_what_is_wrong(console, display):
    order = ShopOrder(
        number="100001", charge_id="C1", cents=123450, currency="USD", status="Paid"
    )
    wrong = Verdict(mode="api", order=order, charge=None, problems=("no charge [C1]",))
    missing = Verdict(mode="iframe", order=None, charge=None, problems=("no order",))

    display.show([wrong, missing], ["a stray charge"])

    shown = console.file.getvalue()
    assert "100001  api     C1      1,234.50  Paid" in shown
    assert shown.count("✗") == 5
    assert "✗ api: no charge [C1]" in shown
    assert "✗ a stray charge" in shown
