"""Only the amount that a page of the shop's showed for it may be charged."""

import pytest

from payment_hooks import (
    AmountChanged,
    ConfigurationError,
    Money,
    WrongState,
    check_shown,
    seal_shown,
)
from payment_hooks.model.messages import TEXTS, amount_text

TEN, DEAR = Money.of("10.00", "USD"), Money.of("1000.00", "USD")
KEY = {"secret_key": "the shop's own"}
SEAL = seal_shown(TEN, "checkout 7", **KEY)


def refusal(sealed, amount=TEN, subject="checkout 7", **key):
    with pytest.raises(AmountChanged) as caught:
        check_shown(sealed, amount, subject, **(key or KEY))
    return caught.value


def test_what_was_shown_may_be_charged():
    check_shown(SEAL, TEN, "checkout 7", **KEY)


def test_another_amount_says_from_what_to_what():
    error = refusal(SEAL, DEAR)

    assert (error.shown, error.due, error.code) == (
        "10.00 USD",
        "1000.00 USD",
        "amount_changed",
    )
    assert error.shopper_message() == (
        "The total has changed from 10.00 USD to 1000.00 USD. Nothing was charged. "
        "Please look at it again."
    )


@pytest.mark.parametrize("language", TEXTS)
def test_both_amounts_are_named_in_every_language(language):
    text = refusal(SEAL, DEAR).shopper_message(language)

    assert amount_text("10.00 USD", language) in text
    assert amount_text("1000.00 USD", language) in text


@pytest.mark.parametrize(
    "forged",
    [
        "",
        ".",
        "..",
        "1000.USD",
        SEAL.replace("1000.", "100000.", 1),
        SEAL.replace("USD", "CAD"),
        SEAL[:-1],
        f"{SEAL}0",
        "é.USD.é",
        "1000.USD.\ud800",
        "x" * 100_000,
    ],
)
def test_a_seal_that_is_missing_or_not_ours_shows_the_page_again(forged):
    error = refusal(forged)

    assert error.shown == ""
    assert error.shopper_message() == TEXTS["en"]["amount_not_shown"]


@pytest.mark.parametrize(
    "other", [Money(1000, "CAD"), Money(1000, "JPY"), Money(100000, "USD")]
)
def test_the_same_digits_in_another_currency_are_another_amount(other):
    assert refusal(SEAL, other).due == str(other)


def test_a_seal_is_of_one_checkout_and_one_shop():
    assert refusal(SEAL, subject="checkout 8").shown == ""
    assert refusal(SEAL, secret_key="another shop's").shown == ""


def test_it_is_a_wrong_state_to_whoever_knows_no_better():
    assert isinstance(refusal(SEAL, DEAR), WrongState)


def test_an_empty_secret_signs_nothing():
    with pytest.raises(ConfigurationError, match="anyone could sign"):
        seal_shown(Money(2599, "USD"), "checkout 7", secret_key="")
