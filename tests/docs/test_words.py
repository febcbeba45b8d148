"""The pages say things in the field's words; decisions keep theirs, as they were made."""

import re

import pytest

from tests.house.project import ROOT

PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *(ROOT / "docs").rglob("*.md")]
PAGES = [page for page in PAGES if not {"adr", "_build"} & set(page.parts)]
RIDDLES = re.compile(
    r"\b(roads?|told|news|doubts?|nobody|somebody|kept cards?)\b", re.IGNORECASE
)
FENCES = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)


def prose(page):
    """The text without its code blocks, code and the addresses of its links."""
    text = FENCES.sub("", page.read_text())
    return re.sub(r"`[^`\n]+`|\]\([^)]+\)", "", text)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_a_page_has_no_words_that_are_riddles(page):
    assert [match[0] for match in RIDDLES.finditer(prose(page))] == []
