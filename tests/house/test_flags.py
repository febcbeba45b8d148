"""Every flag says what is the case and what to do, in the code and on its page."""

import ast
import inspect
import re
from itertools import pairwise

import pytest

from payment_hooks import Flag
from tests.house.project import ROOT

PAGE = (ROOT / "docs/reference/flags.md").read_text()
ROWS = dict(re.findall(r"^\| `(\w+)` \| (.+ \| .+) \|$", PAGE, re.MULTILINE))


def read_docstrings():
    """The docstring of each member."""
    body = ast.parse(inspect.getsource(Flag)).body[0].body
    return {
        row.value.elts[0].value: " ".join(below.value.value.split())
        for row, below in pairwise(body)
        if isinstance(row, ast.Assign) and isinstance(below, ast.Expr)
    }


@pytest.mark.parametrize("flag", Flag)
def test_the_page_says_what_the_code_says(flag):
    assert ROWS[flag] == f"{read_docstrings()[flag]} | {flag.remedy}"


def test_the_page_has_no_other_flags():
    assert set(ROWS) == set(Flag)


def test_the_engine_sets_no_flag_by_a_literal():
    """What would be set as text is in no table, and has no name for people."""
    names = "|".join(Flag)
    found = [
        (path.name, line.strip())
        for room in ("engine", "recovery", "ledger", "storefront")
        for path in (ROOT / "hooks/payment_hooks" / room).glob("*.py")
        for line in path.read_text().splitlines()
        if re.search(rf"flag\w*(=|\(| = | == )\"({names})\"", line)
    ]

    assert found == []
