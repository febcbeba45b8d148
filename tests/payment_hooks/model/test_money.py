"""Money: exact in every currency, and refused when it cannot be."""

import operator
from decimal import Decimal, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payment_hooks import InvalidRequest, Money, read_money
from payment_hooks.model.money import EXPONENTS

CURRENCIES = st.sampled_from(sorted(EXPONENTS))
MIXING = ["add", "sub", "lt", "le", "gt", "ge"]
MINOR_UNITS = st.integers(min_value=-(10**15), max_value=10**15)


@given(minor_units=MINOR_UNITS, currency=CURRENCIES)
def test_every_currency_survives_the_way_to_decimal_and_back(minor_units, currency):
    money = Money(minor_units, currency)

    assert Money.of(money.to_decimal(), currency) == money


@given(minor_units=MINOR_UNITS, currency=CURRENCIES)
def test_every_currency_survives_the_way_to_text_and_back(minor_units, currency):
    number, _, code = str(Money(minor_units, currency)).partition(" ")

    assert Money.of(number, code) == Money(minor_units, currency)


def test_the_programs_own_precision_rounds_nothing():
    with localcontext(prec=3):
        exact = Money.of("1234.56", "USD")
        assert (exact, str(exact)) == (Money(123456, "USD"), "1234.56 USD")

    assert str(Money(10**40 + 1, "USD")) == "1" + "0" * 38 + ".01 USD"


@given(currency=CURRENCIES)
def test_one_decimal_too_many_is_refused_not_rounded(currency):
    too_precise = Decimal(1).scaleb(-EXPONENTS[currency] - 1)

    with pytest.raises(ValueError, match="more decimals than"):
        Money.of(too_precise, currency)


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


NOT_EXACT = [25.99, 1.0, float("nan"), True, None, b"25.99", ["25.99"]]
NO_NUMBER = [
    "",
    "ten",
    "1,000.00",
    "1.2.3",
    "NaN",
    "-Infinity",
    Decimal("NaN"),
    Decimal("sNaN"),
    Decimal("Infinity"),
    "1e400",
    "1e999999999",
    "1e-999999999",
    "9" * 19,
    "\u0661\u0662",  # Arabic-Indic digits, which Decimal would read
    "\uff11\uff12",  # full-width digits
    "1_000",  # as in Python
    " 12 ",
]
NO_CURRENCY = ["", "US", "DOLLAR", "XXX", "BTC", "\u0443SD", None, 840]


@pytest.mark.parametrize("amount", NOT_EXACT)
def test_what_cannot_hold_cents_exactly_is_a_type_error(amount):
    with pytest.raises(TypeError, match="floats cannot hold cents"):
        Money.of(amount, "USD")


@pytest.mark.parametrize("amount", NO_NUMBER)
def test_what_is_no_plain_number_is_a_value_error(amount):
    with pytest.raises(ValueError, match="an amount is"):
        Money.of(amount, "USD")


def test_an_integer_that_python_would_not_print_is_a_value_error():
    with pytest.raises(ValueError, match="an amount is"):
        Money.of(10**5000, "USD")


@pytest.mark.parametrize("minor_units", [25.0, "2599", Decimal(2599), True, None])
def test_minor_units_are_a_whole_number(minor_units):
    with pytest.raises(TypeError, match="minor units must be an int"):
        Money(minor_units, "USD")


@pytest.mark.parametrize("currency", NO_CURRENCY)
@pytest.mark.parametrize("make", [Money, Money.of])
def test_an_unknown_currency_is_a_value_error(make, currency):
    with pytest.raises(ValueError, match="is not an ISO 4217 currency code"):
        make(100, currency)


@pytest.mark.parametrize(
    ("amount", "currency", "code"),
    [
        *((amount, "USD", "amount_not_exact") for amount in NOT_EXACT),
        *((amount, "USD", "amount_not_a_number") for amount in NO_NUMBER),
        ("25.999", "USD", "amount_too_precise"),
        (Decimal("1.5"), "JPY", "amount_too_precise"),
        *(("25.99", currency, "currency_unknown") for currency in NO_CURRENCY),
    ],
)
def test_what_others_send_is_an_invalid_request(amount, currency, code):
    with pytest.raises(InvalidRequest) as caught:
        read_money(amount, currency)

    assert caught.value.code == code


@given(minor_units=MINOR_UNITS, currency=CURRENCIES)
def test_what_others_send_is_read_as_what_we_write_ourselves(minor_units, currency):
    amount = Money(minor_units, currency).to_decimal()

    assert read_money(str(amount), currency.lower()) == Money.of(amount, currency)


@pytest.mark.parametrize("text", ["4242 4242 4242 4242", "4242424242424242424"])
def test_no_message_repeats_what_may_be_a_card_number(text):
    with pytest.raises(InvalidRequest) as caught:
        read_money(text, "USD")

    assert "4242" not in str(caught.value)


def test_a_currency_that_nobody_knows_is_not_the_shoppers_mistake():
    with pytest.raises(InvalidRequest) as caught:
        read_money("25.99", "XXX")

    assert "not available" in caught.value.shopper_message("en")


def test_the_currency_is_kept_in_upper_case():
    assert Money(100, "usd") == Money(100, "USD")


@pytest.mark.parametrize("name", MIXING)
def test_currencies_never_mix(name):
    with pytest.raises(ValueError, match="USD and CAD cannot be mixed"):
        getattr(operator, name)(Money(100, "USD"), Money(100, "CAD"))


@pytest.mark.parametrize("name", MIXING)
@pytest.mark.parametrize("other", [100, 1.0, Decimal(1), "1.00", None])
def test_money_goes_with_money_alone(name, other):
    with pytest.raises(TypeError):
        getattr(operator, name)(Money(100, "USD"), other)


def test_zero_is_not_taken_for_nothing():
    assert Money(0, "USD")


def test_the_text_has_exactly_the_currencys_decimals():
    texts = [str(Money(5, code)) for code in ("JPY", "USD", "BHD", "CLF")]

    assert texts == ["5 JPY", "0.05 USD", "0.005 BHD", "0.0005 CLF"]
