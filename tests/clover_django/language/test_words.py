"""Whatever the ledger writes down has a name for people, in every language."""

import re

import pytest
from django.template import Context, Template
from django.utils.translation import override

from clover_django.language import words
from clover_oscar.orders import flags
from payment_hooks import (
    Flag,
    Mode,
    OperationKind,
    OperationState,
    PaymentState,
    RefundReason,
)
from tests.house.project import ROOT

NAMES = {
    Mode: words.MODES,
    PaymentState: words.STATES,
    OperationState: words.STATES,
    OperationKind: words.KINDS,
    RefundReason: words.REASONS,
}


@pytest.mark.parametrize("kind", NAMES, ids=lambda kind: kind.__name__)
def test_every_word_has_a_name(kind):
    assert [word for word in kind if word not in NAMES[kind]] == []


@pytest.mark.parametrize("language", ["fr-ca", "es"])
@pytest.mark.parametrize(
    "names", [words.MODES, words.STATES, words.KINDS, words.REASONS, words.FLAGS]
)
def test_the_names_are_translated(names, language):
    with override("en"):
        english = {word: str(name) for word, name in names.items()}
    with override(language):
        theirs = {word: str(name) for word, name in names.items()}

    same = {word for word in names if english[word] == theirs[word]}
    assert same <= {OperationKind.CAPTURE}


def test_every_mark_has_a_name():
    documented = set()
    for page in ("recover.md", "oscar.md"):
        text = (ROOT / "docs/how-to" / page).read_text()
        documented |= set(re.findall(r"flagged ((?:`\w+`(?:, )?)+)", text))
        documented |= set(
            re.findall(r"^\| (`[a-z_]+`) \| .* \| .* \|$", text, re.MULTILINE)
        )
    marks = {mark for row in documented for mark in re.findall(r"`(\w+)`", row)}

    assert len(marks) > 5
    assert {*Flag, *marks, *flags.NAMES} - set(words.FLAGS) == set()


def test_a_mark_of_another_program_is_read_as_it_is_written():
    assert words.flag_name("look_at_the_moon") == "look at the moon"


def test_templates_have_filters_for_them():
    template = Template(
        "{% load clover %}{{ state|state_name }}, {{ kind|kind_name }}, "
        "{{ mode|mode_name }}, {{ flag|flag_name }}, {{ reason|reason_name }}"
    )
    said = {
        "state": "partly_refunded",
        "kind": "void",
        "mode": "hosted",
        "flag": "paid_without_order",
        "reason": "duplicate",
    }

    with override("fr-ca"):
        shown = template.render(Context(said))

    assert shown == (
        "Remboursé en partie, Annulation de l\N{RIGHT SINGLE QUOTATION MARK}"
        "autorisation, Page de Clover, Payé, mais sans commande, Payé deux fois"
    )
