"""Change notes: one sentence for users, of a known kind; and the log they end up in."""

import re
import shutil
import subprocess
import sys

import pytest

from tests.house.project import ROOT

ABOUT = "README.md"
NOTES = sorted(
    path for path in (ROOT / "docs/changes").glob("*.*") if path.name != ABOUT
)
KINDS = ("feature", "fix", "security", "removal", "docs")
NAME = re.compile(rf"(\d+|\+[a-z0-9-]+)\.({'|'.join(KINDS)})\.md")
LOG = ROOT / "CHANGELOG.md"
MARKER = "<!-- towncrier release notes start -->\n"
RELEASE = "towncrier build --yes --version 9.9.9"
LONGEST = 120
LINK = re.compile(r"\]\(([^)#]+)(?:#[^)]*)?\)")


def find_mistake(name, text):
    """What is wrong with a note; empty if nothing is."""
    if not NAME.fullmatch(name):
        return "its name is not <issue>.<kind>.md with a known kind"
    if not text.strip().endswith("."):
        return "it is no full sentence"
    if "\n\n" in text.strip():
        return "it is more than one paragraph"
    return ""


def test_each_note_is_one_full_sentence_of_a_known_kind():
    mistakes = {note.name: find_mistake(note.name, note.read_text()) for note in NOTES}

    assert {name: why for name, why in mistakes.items() if why} == {}


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("+void.bug.md", "A void is no refund."),
        ("void.md", "A void is no refund."),
        ("7.fix.txt", "A void is no refund."),
        ("7.fix.md", "A void is no refund"),
        ("7.fix.md", "A void.\n\nA refund."),
        ("7.fix.md", ""),
    ],
)
def test_a_note_of_another_form_is_found(name, text):
    assert find_mistake(name, text)


def test_a_note_of_each_kind_ends_up_in_the_log(tmp_path):
    shutil.copy(LOG, tmp_path)
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copytree(ROOT / "docs/changes", tmp_path / "docs/changes")
    for kind in KINDS:
        note = tmp_path / f"docs/changes/+example.{kind}.md"
        note.write_text(f"An example of {kind}.\n")

    built = subprocess.run(
        [sys.executable, "-m", *RELEASE.split()],
        cwd=tmp_path,
        check=False,
        capture_output=True,
        timeout=60,
    )

    log = (tmp_path / LOG.name).read_text()
    assert built.returncode == 0, built.stderr
    newest = log[log.index("## 9.9.9") : log.index("## 0.1.0")]
    assert [kind for kind in KINDS if f"- An example of {kind}." not in newest] == []


def test_the_log_says_where_releases_begin():
    assert LOG.read_text().count(MARKER) == 1


def test_the_first_release_fits_on_a_page():
    _, _, releases = LOG.read_text().partition(MARKER)
    first = releases[releases.index("## 0.1.0") :]

    assert len(first.splitlines()) <= LONGEST


def test_each_page_that_the_log_names_is_there():
    pages = {link for link in LINK.findall(LOG.read_text()) if "://" not in link}

    assert pages
    assert {page for page in pages if not (ROOT / page).is_file()} == set()
