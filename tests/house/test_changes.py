"""Change notes: one sentence for users, of a known kind."""

import pytest

from tests.house.project import ROOT

NOTES = sorted((ROOT / "docs/changes").glob("*.md"))
KINDS = {"feature", "fix", "security", "removal", "docs"}


def test_there_are_notes():
    assert NOTES


@pytest.mark.parametrize("note", NOTES, ids=lambda note: note.name)
def test_a_note_is_one_full_sentence_of_a_known_kind(note):
    text = note.read_text().strip()

    assert note.name.split(".")[1] in KINDS
    assert text.endswith(".")
    assert "\n\n" not in text
