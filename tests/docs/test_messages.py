"""The messages that the FAQ and the page of keys quote are messages of ours."""

import ast
import re

import pytest

from tests.house.project import ROOT

PACKAGES = ("clover_provider", "hooks/payment_hooks", "contrib")
PAGES = ("faq.md", "how-to/get-your-keys.md")
HEADING = re.compile(r'^### "(.+)"$', re.MULTILINE)


@pytest.fixture(scope="session")
def texts():
    """All texts in the code, with `…` where a value is put in, one a line."""
    found = set()
    for package in PACKAGES:
        for path in (ROOT / package).rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                found.add(text_of(node))
    for path in ROOT.glob("contrib/*/locale/en/**/django.po"):
        found.update(re.findall(r'^msgid "(.+)"$', path.read_text(), re.MULTILINE))
    return "\n".join(found).lower()


def text_of(node):
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return re.sub(r"\{\w*\}|%\(\w+\)s|%s", "…", node.value)
    if isinstance(node, ast.JoinedStr):
        return "".join(text_of(part) or "…" for part in node.values)
    if isinstance(node, ast.BinOp):
        return text_of(node.left) + text_of(node.right)
    return ""


def quoted(page):
    """What the page says that a reader meets word by word: headings and long code."""
    text = (ROOT / "docs" / page).read_text()
    cells = [
        code
        for row in re.findall(r"^\|(.+)\|$", text, re.MULTILINE)
        for code in re.findall(r"`([^`]+)`", row)
    ]
    return HEADING.findall(text) + [code for code in cells if code.count(" ") >= 3]


def pieces(message):
    """The parts of a message between the values that are put in."""
    message = re.sub(r"CLOVER\['[\w…]+'\]", "…", message)
    parts = re.split(r"…|: |; |, | refused with |\b\d{3,}\b|DOCTOR0+|/v1/\w+", message)
    return [part.strip(" :;,.()'\"").lower() for part in parts if len(part) > 3]


@pytest.mark.parametrize(
    ("page", "message"),
    [(page, message) for page in PAGES for message in quoted(page)],
)
def test_a_quoted_message_is_one_that_the_code_says(texts, page, message):
    assert [part for part in pieces(message) if part not in texts] == []


def test_the_pages_quote_enough_to_be_worth_a_search():
    assert len(quoted(PAGES[0])) >= 30
    assert len(quoted(PAGES[1])) >= 12
