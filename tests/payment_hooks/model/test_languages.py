"""One shopper, one language: candidates against the languages that there are."""

import pytest

from payment_hooks import AmountChanged
from payment_hooks.model.messages import choose_language, shopper_language
from payment_hooks.model.results import CardFields
from payment_hooks.storefront import card_locale, describe_next_action

OURS = ("en", "fr", "es")


@pytest.mark.parametrize(
    ("candidates", "chosen"),
    [
        (["FR_CA"], "fr"),
        (["fr-CA"], "fr"),
        (["fr"], "fr"),
        (["ES_419"], "es"),
        (["es-MX, en;q=0.8"], "es"),
        (["en;q=0.3, fr-CA;q=0.9, es;q=0.5"], "fr"),
        (["de, fr;q=0.4"], "fr"),
        (["fr;q=0, es;q=0.1"], "es"),
        (["", "es", "fr"], "es"),
        (["de", "es"], "es"),
        (["*"], "en"),
        (["fr;q=much, es;q=0.1"], "es"),
        (["fr;level=1"], "fr"),
        ([], "en"),
        (["zh-Hant-TW"], "en"),
        (["x" * 10_000 + ", fr"], "en"),
    ],
)
def test_the_first_candidate_with_a_language_of_ours_decides(candidates, chosen):
    assert choose_language(candidates, known=OURS, default="en") == chosen


def test_a_region_of_ours_goes_before_the_language():
    known = ("fr", "fr_CA")

    assert choose_language(["fr-ca"], known=known, default="en") == "fr_CA"
    assert choose_language(["fr-BE"], known=known, default="en") == "fr"


@pytest.mark.parametrize("sent", ["", ";", ",,", "q=1", "\x00", ";q=", "fr;q=1e9"])
def test_whatever_a_browser_sends_has_an_answer(sent):
    assert shopper_language(sent) == "en"


@pytest.mark.parametrize(
    ("provided", "language", "locale"),
    [
        ("en-CA", "en", "en-CA"),
        ("fr-CA", "fr", "fr-CA"),
        ("en", "es", "es"),
        ("en-CA", "", "en-CA"),
    ],
)
def test_card_fields_speak_the_language_of_the_page(provided, language, locale):
    fields = CardFields(
        script_url="https://s/sdk.js",
        public_key="P",
        merchant_id="M",
        locale=provided,
    )

    assert card_locale(provided, language) == locale
    assert describe_next_action(fields, language=language)["locale"] == locale


@pytest.mark.parametrize(
    ("language", "amounts"),
    [
        ("en", "from 24.99 USD to 9.99 USD"),
        ("fr-ca", "de 24,99 USD à 9,99 USD"),
        ("es-us", "de 24.99 USD a 9.99 USD"),
        ("es-ES", "de 24,99 USD a 9,99 USD"),
    ],
)
def test_amounts_have_the_decimals_of_their_language(language, amounts):
    error = AmountChanged("", due="9.99 USD", shown="24.99 USD")

    assert amounts in error.shopper_message(language)
