"""Money: exact in every currency, and refused when it cannot be."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payment_hooks import InvalidRequest, Money
from payment_hooks.model.money import EXPONENTS

CURRENCIES = st.sampled_from(sorted(EXPONENTS))
MINOR_UNITS = st.integers(min_value=-(10**15), max_value=10**15)


@given(minor_units=MINOR_UNITS, currency=CURRENCIES)
def test_every_currency_survives_the_way_to_decimal_and_back(minor_units, currency):
    money = Money(minor_units, currency)

    assert Money.of(money.to_decimal(), currency) == money


@given(minor_units=MINOR_UNITS, currency=CURRENCIES)
def test_every_currency_survives_the_way_to_text_and_back(minor_units, currency):
    number, _, code = str(Money(minor_units, currency)).partition(" ")

    assert Money.of(number, code) == Money(minor_units, currency)


@given(currency=CURRENCIES)
def test_one_decimal_too_many_is_refused_not_rounded(currency):
    too_precise = Decimal(1).scaleb(-EXPONENTS[currency] - 1)

    with pytest.raises(InvalidRequest) as caught:
        Money.of(too_precise, currency)

    assert caught.value.code == "amount_too_precise"


@given(first=MINOR_UNITS, second=MINOR_UNITS)
def test_sums_and_differences_are_exact(first, second):
    one, two = Money(first, "CAD"), Money(second, "CAD")

    assert one + two - two == one
    assert (one < two, one <= two) == (first < second, first <= second)
    assert (one > two, one >= two) == (first > second, first >= second)


@pytest.mark.parametrize(
    ("amount", "currency", "minor_units"),
    [
        ("25.99", "USD", 2599),
        (Decimal("25.990"), "USD", 2599),
        (7, "CAD", 700),
        ("100", "JPY", 100),
        ("1.234", "KWD", 1234),
        ("0.0001", "CLF", 1),
        ("-0.01", "USD", -1),
    ],
)
def test_major_units_become_minor_units(amount, currency, minor_units):
    assert Money.of(amount, currency).minor_units == minor_units


@pytest.mark.parametrize("amount", [25.99, 1.0, True, None, b"25.99", ["25.99"]])
def test_what_cannot_hold_cents_exactly_is_refused(amount):
    with pytest.raises(InvalidRequest) as caught:
        Money.of(amount, "USD")

    assert caught.value.code == "amount_not_exact"


@pytest.mark.parametrize(
    "amount",
    [
        "",
        "ten",
        "1,000.00",
        "1.2.3",
        "NaN",
        "-Infinity",
        Decimal("sNaN"),
        "1e999999999",
        "1e-999999999",
        "9" * 19,
        "\u0661\u0662",  # Arabic-Indic digits, which Decimal would read
        "\uff11\uff12",  # full-width digits
        "1_000",  # as in Python
        " 12 ",
    ],
)
def test_what_is_no_plain_number_is_refused(amount):
    with pytest.raises(InvalidRequest) as caught:
        Money.of(amount, "USD")

    assert caught.value.code == "amount_not_a_number"


@pytest.mark.parametrize("minor_units", [25.0, "2599", Decimal(2599), True, None])
def test_minor_units_are_a_whole_number(minor_units):
    with pytest.raises(InvalidRequest) as caught:
        Money(minor_units, "USD")

    assert caught.value.code == "amount_not_integer"


@pytest.mark.parametrize("currency", ["", "US", "DOLLAR", "XXX", "BTC", None, 840])
def test_an_unknown_currency_is_refused(currency):
    with pytest.raises(InvalidRequest) as caught:
        Money(100, currency)

    assert caught.value.code == "currency_unknown"


def test_the_currency_is_kept_in_upper_case():
    assert Money(100, "usd") == Money(100, "USD")


@pytest.mark.parametrize("name", ["__add__", "__sub__", "__lt__", "__le__", "__gt__"])
def test_currencies_never_mix(name):
    with pytest.raises(InvalidRequest) as caught:
        getattr(Money(100, "USD"), name)(Money(100, "CAD"))

    assert caught.value.code == "currency_mismatch"


def test_zero_is_not_taken_for_nothing():
    assert Money(0, "USD")


def test_the_text_has_exactly_the_currencys_decimals():
    texts = [str(Money(5, code)) for code in ("JPY", "USD", "BHD", "CLF")]

    assert texts == ["5 JPY", "0.05 USD", "0.005 BHD", "0.0005 CLF"]
