"""An amount is read as it is shown, in every language, and never as another one."""

from decimal import Decimal
from importlib.util import find_spec

import pytest
from django.conf import global_settings
from django.utils.formats import reset_format_cache
from django.utils.translation import override

from clover_django.language.amounts import (
    LocalizedRefusal,
    read_amount,
    show_amount,
    write_amount,
)
from payment_hooks import InvalidRequest, Money

LANGUAGES = [code for code, _ in global_settings.LANGUAGES]
LANGUAGES += ["fr-ca", "fr-ch", "en-ca", "en-us", "es-us", "de-ch", "de-at"]
ENGLISH_CANADA = (
    [("1 234.56", "en-ca", "1234.56"), ("30,00", "en-ca", "30.00"), ("1,234", "en-ca")]
    if find_spec("django.conf.locale.en_CA")
    else []  # Django 4.2 has the United States' formats there
)
AMOUNTS = ["0.01", "30.00", "999.99", "1000.00", "1234.56", "1234567.89"]
NARROW, NO_BREAK = "\N{NARROW NO-BREAK SPACE}", "\N{NO-BREAK SPACE}"


@pytest.fixture(params=[True, False], ids=["grouped", "plain"])
def grouping(request, settings):
    settings.USE_THOUSAND_SEPARATOR = request.param
    reset_format_cache()
    yield request.param
    reset_format_cache()


def read(typed, language, currency="USD"):
    with override(language):
        return str(read_amount(typed, currency).to_decimal())


def reads(typed, language):
    try:
        return read(typed, language)
    except InvalidRequest:
        return None


def test_what_an_input_shows_is_read_back(grouping):
    wrong = []
    for language in LANGUAGES:
        for money in (Money.of(amount, "USD") for amount in AMOUNTS):
            with override(language):
                typed = write_amount(money)
                if read_amount(typed, "USD") != money:
                    wrong.append((language, typed))

    assert wrong == []


def test_what_one_language_shows_no_other_one_reads_as_another_sum(grouping):
    shown = set()
    for language in LANGUAGES:
        with override(language):
            shown |= {
                (write_amount(Money.of(amount, "USD")), amount) for amount in AMOUNTS
            }

    misread = [
        (typed, language, found)
        for typed, amount in shown
        for language in LANGUAGES
        if (found := reads(typed, language)) not in (None, amount)
    ]

    assert misread == []


@pytest.mark.parametrize(
    ("typed", "language", "amount"),
    [
        ("30,00", "fr", "30.00"),
        ("30,00", "fr-ca", "30.00"),
        ("30", "fr", "30.00"),
        ("30.00", "fr", "30.00"),
        ("30,5", "fr", "30.50"),
        (f"1{NARROW}234,56", "fr", "1234.56"),
        (f"1{NO_BREAK}234,56", "fr", "1234.56"),
        ("1 234,56", "fr", "1234.56"),
        ("1234,56", "fr", "1234.56"),
        ("1.234,56", "fr", "1234.56"),
        ("  10,00 ", "fr", "10.00"),
        ("1.234,56", "de", "1234.56"),
        ("1.234,00", "de", "1234.00"),
        ("1 234", "de", "1234.00"),
        ("30,00", "de", "30.00"),
        ("1,234.56", "en", "1234.56"),
        ("1,234,567", "en", "1234567.00"),
        ("1,234.56", "en-ca", "1234.56"),
        *[row for row in ENGLISH_CANADA if len(row) == 3],
        ("30,00", "es", "30.00"),
        ("1,234.56", "es-mx", "1234.56"),
        ("-4", "en", "-4.00"),
    ],
)
def test_what_people_write_is_read(typed, language, amount, grouping):
    assert read(typed, language) == amount


@pytest.mark.parametrize(
    ("typed", "language"),
    [
        ("30,00", "en"),
        ("30.00", "de"),
        ("1.234,56", "en"),
        ("1,234.56", "de"),
        ("1,234.56", "fr"),
        ("1.234", "fr"),
        ("1.234", "de"),
        ("1,234", "en"),
        *(
            (f"30{mark}000", language)
            for mark in ".,"
            for language in ("en", "fr", "de")
        ),
        ("1,234", "fr"),
        ("1.234", "en"),
        *[row for row in ENGLISH_CANADA if len(row) == 2],
        ("1,2,34", "en"),
        ("12.34.56", "de"),
        ("1.23,45", "de"),
        ("1.234 567,00", "de"),
        ("1 23,00", "fr"),
        ("1,234,56", "fr"),
        (",50", "fr"),
        ("30,", "fr"),
        ("30,00 $", "fr"),
        ("1e3", "fr"),
        ("٣٠", "ar"),
        ("NaN", "fr"),
        ("", "fr"),
    ],
)
def test_what_could_be_another_sum_is_refused(typed, language, grouping):
    with pytest.raises(InvalidRequest):
        read(typed, language)


@pytest.mark.parametrize("typed", ["NaN", "1e400", "9" * 19, "\uff11", "4242 4242"])
def test_what_is_no_amount_is_said_in_the_readers_language(typed):
    with override("fr"), pytest.raises(LocalizedRefusal) as caught:
        read_amount(typed, "USD")

    assert caught.value.code == "amount_not_a_number"
    assert "pas un montant" in str(caught.value)


def test_a_currency_that_nobody_knows_is_not_what_was_typed():
    with pytest.raises(InvalidRequest) as caught:
        read_amount("25.99", "XXX")

    assert caught.value.code == "currency_unknown"


@pytest.mark.parametrize(
    ("typed", "currency"), [("1.234", "KWD"), ("1.5", "JPY"), ("1,234", "JPY")]
)
def test_other_decimals_are_not_guessed_at_either(typed, currency, grouping):
    with pytest.raises(InvalidRequest):
        read(typed, "fr", currency)


def test_the_refusal_says_how_to_write_it(grouping):
    with override("en"), pytest.raises(InvalidRequest, match=r"like 1,234\.50\."):
        read_amount("30,00", "USD")


def test_an_amount_is_shown_with_its_currency(settings):
    money = Money.of(Decimal("1234.5"), "CAD")

    with override("fr-ca"):
        assert show_amount(money) == f"1234,50{NO_BREAK}CAD"
    with override("en"):
        assert show_amount(money) == f"1234.50{NO_BREAK}CAD"
