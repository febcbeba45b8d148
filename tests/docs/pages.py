"""The pages of the documentation, their code blocks, and what each says to install."""

import re
import shlex

from tests.docs.environments import OURS
from tests.docs.run_page import blocks
from tests.house.project import ROOT

RUN = {"python", "console"}
"""The languages of the blocks that run."""
INSTALL = re.compile(r"\bpip install ([^`\n]+)")
HERE = {"."}
"""What a page installs from the reader's own folder."""


def _pages():
    found = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
    return [page for page in found if not {"_build", "changes"} & set(page.parts)]


PAGES = _pages()


def name_of(page):
    return str(page.relative_to(ROOT))


def languages(page):
    return {language for language, *_ in blocks(page.read_text())}


def installs(page):
    """All that the page's lines `pip install …` name; the bare package where none does."""
    lines = INSTALL.findall(page.read_text())
    words = [word for line in lines for word in shlex.split(line, comments=True)]
    return frozenset(
        word.rstrip(".,:;") if word not in HERE else word
        for word in words
        if not word.startswith("-")
    ) - HERE or frozenset({OURS})
