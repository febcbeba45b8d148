"""Shoppers read a helpful sentence in their language, whatever happened."""

import pytest

from payment_hooks import DeclineCode
from payment_hooks.model import errors
from payment_hooks.model.messages import TEXTS, shopper_text

CODES = {
    "amount_changed",
    "action_required",
    "not_made",
    *(code.value for code in DeclineCode),
} | {
    kind.text_code
    for kind in vars(errors).values()
    if isinstance(kind, type) and issubclass(kind, errors.PaymentError)
}
NOTHING_TAKEN = {
    "en": ("not been charged", "othing was charged"),
    "fr": (
        "n\N{RIGHT SINGLE QUOTATION MARK}a pas été débitée",
        "ien n\N{RIGHT SINGLE QUOTATION MARK}a été débité",
    ),
    "es": ("ha hecho ningún cargo", "no se cobró nada"),
}


@pytest.mark.parametrize("language", TEXTS)
def test_every_language_has_exactly_the_texts_there_are(language):
    assert set(TEXTS[language]) == CODES


@pytest.mark.parametrize("language", TEXTS)
def test_every_text_is_whole_sentences(language):
    broken = [text for text in TEXTS[language].values() if not text.endswith(".")]

    assert broken == []


@pytest.mark.parametrize("language", TEXTS)
def test_an_unknown_outcome_never_says_that_nothing_was_charged(language):
    text = shopper_text("outcome_unknown", language)

    assert not [words for words in NOTHING_TAKEN[language] if words in text]


@pytest.mark.parametrize("language", TEXTS)
@pytest.mark.parametrize(
    "code",
    [
        "amount_changed",
        "amount_not_accepted",
        "amount_not_shown",
        "authentication_failed",
        "busy",
        "card_declined",
        "card_not_supported",
        "expired_card",
        "fraud_check",
        "limit_exceeded",
        "partial_approval",
        "processing_error",
        "unavailable",
    ],
)
def test_a_definitive_no_says_that_nothing_was_charged(language, code):
    text = shopper_text(code, language)

    assert [words for words in NOTHING_TAKEN[language] if words in text]


NEXT_STEP = {
    "en": ("another card", "check", "try again", "contact the shop", "enter"),
    "fr": ("une autre", "érifi", "réessayer", "contacter la boutique", "saisir"),
    "es": ("otra", "Revise", "Revís", "de nuevo", "con la tienda", "Introduzca"),
}


@pytest.mark.parametrize("language", TEXTS)
@pytest.mark.parametrize("code", DeclineCode)
def test_a_decline_says_what_to_do_next(language, code):
    text = shopper_text(code, language)

    assert [words for words in NEXT_STEP[language] if words in text]


@pytest.mark.parametrize(
    ("asked", "language"),
    [("fr-CA", "fr"), ("es_US", "es"), ("EN", "en"), ("de", "en"), ("", "en")],
)
def test_regions_are_ignored_and_unknown_languages_read_english(asked, language):
    assert shopper_text("expired_card", asked) == TEXTS[language]["expired_card"]


def test_an_unknown_code_reads_the_general_text():
    assert shopper_text("made_up_tomorrow") == TEXTS["en"]["error"]
