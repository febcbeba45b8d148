"""Cards pass through once; nothing that prints, copies or stores them shows them."""

import copy
import json
import pickle
from dataclasses import asdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from payment_hooks import CardDetails, InvalidRequest, PaymentRequest, PaymentSource
from payment_hooks.model.cards import (
    card_label,
    looks_like_card_number,
    mask_card_numbers,
)
from payment_hooks.model.money import Money

NUMBER = "4242424242424242"
OTHER_SCRIPTS = [
    NUMBER.translate({ord("0") + n: zero + n for n in range(10)})
    for zero in (0x0660, 0x06F0, 0x0966, 0xFF10, 0x1D7CE)
]
"""Arabic, Persian, Devanagari, of full width, and mathematical."""
TOKEN = "clv_1TSTSsecretsecret"


def make_card(**changes):
    values = {"number": NUMBER, "exp_month": 12, "exp_year": 2099, "cvc": "987"}
    return CardDetails(**values | changes)


@pytest.mark.parametrize("show", [repr, str, "{}".format, "{!r:>200}".format])
def test_a_card_prints_masked(show):
    shown = show(make_card())

    assert "************4242" in shown
    assert NUMBER not in shown
    assert "987" not in shown


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_a_card_cannot_be_pickled(protocol):
    with pytest.raises(TypeError, match="tokenize it at once"):
        pickle.dumps(make_card(), protocol=protocol)


@pytest.mark.parametrize("make_copy", [copy.copy, copy.deepcopy])
def test_a_card_cannot_be_copied(make_copy):
    with pytest.raises(TypeError, match="tokenize it at once"):
        make_copy(make_card())


@pytest.mark.parametrize("dump", [vars, asdict, json.dumps])
def test_a_card_has_no_fields_that_a_logger_could_walk(dump):
    with pytest.raises(TypeError):
        dump(make_card())


def test_a_card_is_compared_by_identity_alone():
    assert make_card() != make_card()


def test_what_may_be_shown_of_a_card():
    card = make_card(number="4242 4242-4242 4242")

    assert (card.number, card.first6, card.last4) == (NUMBER, "424242", "4242")


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"number": "4242424242424241"}, "incorrect_number"),
        ({"number": "42424242"}, "incorrect_number"),
        ({"number": "4" * 20}, "incorrect_number"),
        ({"number": "\uff14" * 16}, "incorrect_number"),
        ({"exp_month": 0}, "incorrect_expiry"),
        ({"exp_month": 13}, "incorrect_expiry"),
        ({"exp_year": 99}, "incorrect_expiry"),
        ({"cvc": "98"}, "incorrect_cvc"),
        ({"cvc": "98765"}, "incorrect_cvc"),
        ({"cvc": ""}, "incorrect_cvc"),
    ],
)
def test_a_card_that_cannot_be_one_is_refused_without_repeating_it(changes, code):
    with pytest.raises(InvalidRequest) as caught:
        make_card(**changes)

    assert caught.value.code == code
    assert not [
        value for value in changes.values() if value and str(value) in str(caught)
    ]


@given(digits=st.text("0123456789", min_size=11, max_size=18))
def test_of_ten_last_digits_exactly_one_passes(digits):
    passing = [d for d in "0123456789" if looks_like_card_number(digits + d)]

    assert len(passing) == 1


@pytest.mark.parametrize(
    "text",
    [
        NUMBER,
        "4242 4242 4242 4242",
        " 4242-4242-4242-4242 ",
        *OTHER_SCRIPTS,
        "4242\u20134242\u20134242\u20134242",
        "4242\u200b4242\u200b4242\u00ad4242",
    ],
)
def test_a_card_number_is_recognised_however_it_is_typed(text):
    assert looks_like_card_number(text)


@pytest.mark.parametrize(
    "text", ["", "100123", "clv_4242424242424242", "4242424242424241"]
)
def test_other_texts_are_no_card_number(text):
    assert not looks_like_card_number(text)


@pytest.mark.parametrize("digits", OTHER_SCRIPTS)
def test_digits_of_other_scripts_are_no_token_and_no_card(digits):
    with pytest.raises(InvalidRequest) as as_token:
        PaymentSource(token=digits)
    with pytest.raises(InvalidRequest) as as_card:
        CardDetails(number=digits, exp_month=1, exp_year=2099, cvc="123")

    assert as_token.value.code == "card_instead_of_token"
    assert as_card.value.code == "incorrect_number"
    assert mask_card_numbers(f"found {digits}.") == "found [digits]."


@pytest.mark.parametrize("text", ["of 2026-11-27", "12.50 USD", "order 100123", "T1"])
def test_other_numbers_are_left_as_they_are(text):
    assert mask_card_numbers(text) == text


def test_a_source_prints_without_its_token():
    source = PaymentSource(token=TOKEN, brand="VISA", last4="4242")
    request = PaymentRequest(amount=Money(1, "USD"), source=source, reference="1")

    assert TOKEN not in repr(source) + str(source) + repr(request)
    assert "4242" in repr(source)


@pytest.mark.parametrize("token", ["", "two words", "line\nbreak", "\u0000", NUMBER])
def test_a_source_without_a_usable_token_is_refused(token):
    with pytest.raises(InvalidRequest) as caught:
        PaymentSource(token=token)

    assert caught.value.code in {"source_missing", "card_instead_of_token"}
    assert not token or token not in str(caught.value)


@pytest.mark.parametrize(
    ("brand", "last4", "expected"),
    [
        ("VISA", "4242", "Visa •••• 4242"),
        ("DINERS_CLUB", "0004", "Diners Club •••• 0004"),
        ("American Express", "0005", "American Express •••• 0005"),
        ("Discover", "1117", "Discover •••• 1117"),
        ("Elo", "1117", "Elo •••• 1117"),
        ("", "4242", "•••• 4242"),
        ("MC", "", "Mastercard"),
        ("", "", ""),
    ],
)
def test_a_card_is_shown_in_its_brands_own_spelling(brand, last4, expected):
    assert card_label(brand, last4) == expected
