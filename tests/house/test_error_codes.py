"""Every error code says when it is raised and what to do, in the code and on its page."""

import ast
import inspect
import re
from itertools import pairwise

import pytest

import payment_hooks
from payment_hooks import ErrorCode
from tests.house.project import PACKAGES, ROOT

PAGE = (ROOT / "docs/reference/error-codes.md").read_text()
ROWS = {
    code: (set(re.findall(r"\w+", errors)), text)
    for code, errors, text in re.findall(
        r"^\| `(\w+)` \| (.+?) \| (.+) \|$", PAGE, re.MULTILINE
    )
}


def read_docstrings():
    """The docstring of each member."""
    body = ast.parse(inspect.getsource(ErrorCode)).body[0].body
    return {
        row.value.value: " ".join(below.value.value.split())
        for row, below in pairwise(body)
        if isinstance(row, ast.Assign) and isinstance(below, ast.Expr)
    }


def coded_errors(source):
    """The calls that name a code: as (callee, the code's expression)."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            for keyword in node.keywords:
                if keyword.arg == "code":
                    yield node.func.id, keyword.value


def find_literals(source):
    """Codes that are written as text where an error is made."""
    return [
        value.value
        for _, value in coded_errors(source)
        if isinstance(value, ast.Constant) and value.value
    ]


def find_raised():
    """Which errors each code is raised with, by name, in payment_hooks."""
    return {
        (ErrorCode[value.attr].value, error)
        for path in PACKAGES["payment_hooks"].rglob("*.py")
        for error, value in coded_errors(path.read_text())
        if isinstance(value, ast.Attribute)
        and isinstance(value.value, ast.Name)
        and value.value.id == "ErrorCode"
    }


def find_unused():
    """Members that no module of the package names beside their definition."""
    text = "".join(path.read_text() for path in PACKAGES["payment_hooks"].rglob("*.py"))
    used = set(re.findall(r"\bErrorCode\.(\w+)", text))
    return set(ErrorCode.__members__) - used


@pytest.mark.parametrize("code", ErrorCode)
def test_the_page_says_what_the_code_says(code):
    assert ROWS[code][1] == read_docstrings()[code]


def test_the_page_has_no_other_codes():
    assert set(ROWS) == set(ErrorCode)


def test_the_page_names_the_errors_that_are_raised_with_a_code():
    missing = {
        (code, error) for code, error in find_raised() if error not in ROWS[code][0]
    }

    assert missing == set()


@pytest.mark.parametrize("code", ErrorCode)
def test_the_errors_on_the_page_exist(code):
    assert {name for name in ROWS[code][0] if not hasattr(payment_hooks, name)} == set()


def test_every_code_is_used():
    assert find_unused() == set()


@pytest.mark.parametrize("package", sorted(set(PACKAGES) - {"clover_simulator"}))
def test_no_error_has_a_code_that_is_written_as_text(package):
    """But for the simulator's, which are Clover's own and shared with nothing."""
    found = {
        str(path.relative_to(ROOT)): literals
        for path in PACKAGES[package].rglob("*.py")
        if (literals := find_literals(path.read_text()))
    }

    assert found == {}


def test_a_planted_literal_is_found():
    planted = 'raise InvalidRequest("no payment", code="payment_unknown")'

    assert find_literals(planted) == ["payment_unknown"]
