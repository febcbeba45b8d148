"""Cards go out as Clover wants them; what comes back is a source."""

import pytest

from clover_provider.api.cards import tokens
from payment_hooks import CardDetails, ProviderUnavailable


def make_card(number="4242424242424242", **changes):
    values = {"exp_month": 1, "exp_year": 2099, "cvc": "123", **changes}
    return CardDetails(number=number, **values)


def test_a_plain_card_goes_out_with_all_that_clover_asks_for():
    body = tokens.build(make_card(name="A Buyer", postal_code="12207"))

    assert body == {
        "card": {
            "number": "4242424242424242",
            "exp_month": "01",
            "exp_year": "2099",
            "cvv": "123",
            "brand": "VISA",
            "first6": "424242",
            "last4": "4242",
            "name": "A Buyer",
            "address_zip": "12207",
        }
    }


@pytest.mark.parametrize(
    ("number", "brand"),
    [
        ("4242424242424242", "VISA"),
        ("5204245250003294", "MC"),
        ("378282246310005", "AMEX"),
        ("6011361000006668", "DISCOVER"),
        ("30569309025904", "DINERS_CLUB"),
        ("38520000023237", "DINERS_CLUB"),
        ("3566002020360505", "JCB"),
        ("222099", ""),
        ("222100", "MC"),
        ("272099", "MC"),
        ("272100", ""),
        ("300", "DINERS_CLUB"),
        ("306", ""),
        ("3095", "DINERS_CLUB"),
        ("3527", ""),
        ("3528", "JCB"),
        ("3589", "JCB"),
        ("3590", ""),
        ("643", ""),
        ("644", "DISCOVER"),
        ("65", "DISCOVER"),
        ("50", ""),
        ("56", ""),
    ],
)
def test_the_brand_is_known_by_the_first_digits(number, brand):
    assert tokens.brand_of(number) == brand


def test_a_token_becomes_a_source_of_this_merchant():
    answer = {
        "id": "clv_1TSTSabcDEF123ghiJKL456mno",
        "object": "token",
        "card": {"exp_month": "12", "exp_year": "99", "last4": "4242", "brand": "VISA"},
    }

    source = tokens.read(answer, merchant_id="TESTMERCH0001")

    assert (source.token, source.brand, source.last4) == (answer["id"], "VISA", "4242")
    assert (source.exp_month, source.exp_year) == (12, 2099)
    assert source.merchant_id == "TESTMERCH0001"
    assert answer["id"] not in repr(source)


@pytest.mark.parametrize(
    ("sent", "read"),
    [("99", 2099), ("2099", 2099), (2099, 2099), ("9" * 5000, None), ("soon", None)],
)
def test_the_year_of_expiry_is_read_in_either_form(sent, read):
    answer = {"id": "clv_1", "card": {"exp_year": sent}}

    assert tokens.read(answer, merchant_id="TESTMERCH0001").exp_year == read


@pytest.mark.parametrize("answer", [{}, {"id": ""}, {"id": 7}, {"id": None}])
def test_an_answer_without_a_token_moves_nothing_and_may_be_tried_again(answer):
    with pytest.raises(ProviderUnavailable, match="send it again"):
        tokens.read(answer, merchant_id="TESTMERCH0001")
