"""The catalogues of the Django apps are complete, and say what the code says."""

import gettext
import os
import re
import shutil
import subprocess
import sys

import pytest
from babel.messages.pofile import read_po
from django.utils.translation import gettext as translate
from django.utils.translation import override

from tests.house.project import PACKAGES, ROOT

APPS = ("clover_django", "clover_oscar", "clover_demo")
LANGUAGES = ("en", "es", "fr", "fr_CA")
COMPILED = shutil.ignore_patterns("__pycache__")
"""Whoever runs meanwhile writes there."""
WRITTEN = ("en", "es", "fr_CA")
"""Those that `makemessages` brings up to date; `fr` is a copy."""
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w+\}|</?\w+>|MM/|#")
each = pytest.mark.parametrize("app", APPS)


def folder(app, language):
    return PACKAGES[app] / "locale" / language / "LC_MESSAGES"


def read(path):
    """The texts of a catalogue by context and English text, and those that are unsure."""
    with path.open("rb") as file:
        rows = [row for row in read_po(file) if row.id]
    texts = {(row.context, row.id): row.string for row in rows}
    return texts, [row.id for row in rows if row.fuzzy]


@each
def test_the_catalogues_have_exactly_the_texts_of_the_code(app, tmp_path):
    if not (shutil.which("xgettext") and shutil.which("msgmerge")):
        pytest.skip("needs GNU gettext")
    here = tmp_path / app
    shutil.copytree(PACKAGES[app], here, ignore=COMPILED)
    options = ["-v", "0", "--no-location", "--no-obsolete"]
    options += [word for name in WRITTEN for word in ("-l", name)]

    subprocess.run(
        [sys.executable, "-m", "django", "makemessages", *options],
        cwd=here,
        check=True,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": ""},
    )

    for language in WRITTEN:
        made, unsure = read(here / "locale" / language / "LC_MESSAGES/django.po")
        kept, _ = read(folder(app, language) / "django.po")
        assert (set(made) ^ set(kept), unsure) == (set(), []), "run .ci/messages"


@each
@pytest.mark.parametrize("language", ["es", "fr", "fr_CA"])
def test_every_text_is_translated(app, language):
    texts, unsure = read(folder(app, language) / "django.po")

    assert [key for key, text in texts.items() if not text.strip()] == []
    assert unsure == []


@each
@pytest.mark.parametrize("language", ["es", "fr", "fr_CA"])
def test_every_translation_has_the_places_of_its_text(app, language):
    def places(text):
        found = PLACEHOLDER.findall(text)
        return sorted(place for place in found if place != "#")

    texts, _ = read(folder(app, language) / "django.po")

    wrong = [key for key, text in texts.items() if places(key[1]) != places(text)]
    assert wrong == []


@each
def test_english_is_the_template(app):
    texts, _ = read(folder(app, "en") / "django.po")

    assert set(texts) == set(read(folder(app, "fr") / "django.po")[0])
    assert set(texts.values()) == {""}


@each
def test_french_is_written_once(app):
    canada, france = (
        (folder(app, language) / "django.po").read_text()
        for language in ("fr_CA", "fr")
    )

    assert canada.replace("Language: fr_CA", "Language: fr") == france


@each
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_compiled_catalogue_is_that_of_its_text(app, language):
    with (folder(app, language) / "django.mo").open("rb") as file:
        compiled = dict(gettext.GNUTranslations(file)._catalog)
    texts, _ = read(folder(app, language) / "django.po")

    del compiled[""]
    wanted = {
        f"{context}\x04{text}" if context else text: string
        for (context, text), string in texts.items()
        if string
    }
    assert compiled == wanted, "run .ci/messages"


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("fr", "Paiement non terminé"),
        ("fr-ca", "Paiement non terminé"),
        ("fr-be", "Paiement non terminé"),
        ("es", "Pago sin terminar"),
        ("es-mx", "Pago sin terminar"),
        ("en-ca", "Payment not finished"),
        ("de", "Payment not finished"),
    ],
)
def test_every_region_reads_its_language(language, text):
    with override(language):
        assert translate("Payment not finished") == text


def test_what_a_page_says_in_quebec_is_what_quebec_says():
    """Words of France, and its spaces before marks, are none of Canada's."""
    french = "\n".join(
        text
        for app in APPS
        for text in read(folder(app, "fr_CA") / "django.po")[0].values()
    )

    assert re.findall(r" [;!?]|e-mail|bancaire|\bmail\b|panier d'achat", french) == []


def test_the_texts_are_tracked_as_they_are_compiled():
    listed = subprocess.run(
        ["git", "ls-files", "*.mo"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    if not listed.returncode:
        assert len(listed.stdout.split()) == len(APPS) * len(LANGUAGES)
