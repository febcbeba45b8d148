"""JSON of a storefront: what is read, what is refused without being repeated."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from payment_hooks import (
    CardFields,
    CardForm,
    Challenge,
    InvalidRequest,
    Mode,
    Redirect,
)
from payment_hooks.storefront.saleor_payload import describe_next_action, read_entry

CARD = {"number": "4242424242424242", "expMonth": 12, "expYear": 2099, "cvc": "123"}


def test_what_the_card_element_gives_is_a_source():
    sent = {
        "token": "clv_1TST",
        "brand": "VISA",
        "last4": "4242",
        "expMonth": "12",
        "expYear": 2099,
        "anything": ["else"],
    }

    source = read_entry(sent).source

    assert (source.token, source.last4) == ("clv_1TST", "4242")
    assert (source.exp_month, source.exp_year) == (12, 2099)
    assert not source.is_saved


def test_a_card_of_the_shops_own_form_is_read_and_not_shown():
    entry = read_entry({"card": CARD, "mode": "api"})

    assert entry.card.last4 == "4242"
    assert entry.mode is Mode.API
    assert "4242424242424242" not in repr(entry)


@pytest.mark.parametrize(
    "sent",
    [
        "text",
        ["a", "list"],
        {"token": 17},
        {"token": "4242424242424242"},
        {"token": "t" * 513},
        {"token": "clv_1", "card": CARD},
        {"card": "4242424242424242"},
        {"card": CARD | {"number": "4242424242424241"}},
        {"card": CARD | {"expMonth": True}},
        {"card": CARD | {"cvc": None}},
        {"mode": "telepathy"},
        {"returnUrl": {"a": 1}},
        {"token": "clv_1", "expMonth": 1.5},
    ],
)
def test_a_wrong_form_is_refused_without_being_repeated(sent):
    with pytest.raises(InvalidRequest) as refused:
        read_entry(sent)

    assert "424242" not in str(refused.value)
    assert "telepathy" not in str(refused.value)


def test_a_page_is_described():
    page = Redirect(
        url="https://pay.example/1",
        session_id="S1",
        expires_at=datetime(2026, 1, 1, tzinfo=UTC),
    )

    assert describe_next_action(page) == {
        "mode": "hosted",
        "redirectUrl": "https://pay.example/1",
        "expiresAt": "2026-01-01T00:00:00+00:00",
    }


def test_card_fields_and_forms_are_described_without_the_encryption_key():
    fields = CardFields(script_url="https://s/sdk.js", public_key="P", merchant_id="M")
    form = CardForm(public_key="P", encryption_key="long", merchant_id="M")

    assert describe_next_action(fields)["scriptUrl"] == "https://s/sdk.js"
    assert describe_next_action(form) == {
        "mode": "api",
        "publicKey": "P",
        "merchantId": "M",
    }


def test_what_came_of_a_challenge_is_read():
    entry = read_entry({"challenge": {"code": "1"}})

    assert entry.answer == {"code": "1"}
    assert entry.answers_challenge
    assert not entry.has_card


def test_a_shopper_who_turned_back_is_read():
    assert read_entry({"challengeCanceled": True}).turned_back


@pytest.mark.parametrize("wrong", ["text", {"code": 1}, {"code": {"a": "b"}}, ["x"]])
def test_an_answer_of_another_form_is_refused(wrong):
    with pytest.raises(InvalidRequest):
        read_entry({"challenge": wrong})


def test_an_answer_beside_a_card_is_refused():
    with pytest.raises(InvalidRequest):
        read_entry({"challenge": {"code": "1"}, "token": "t"})


def test_a_challenge_is_described_for_the_browser():
    challenge = Challenge(
        transaction_id="C1",
        script_url="https://bank.example/sdk.js",
        data={"acs": "1"},
        expires_at=datetime(2026, 1, 1, tzinfo=UTC),
    )

    assert describe_next_action(challenge) == {
        "mode": "iframe",
        "challenge": {
            "url": None,
            "scriptUrl": "https://bank.example/sdk.js",
            "data": {"acs": "1"},
            "expiresAt": "2026-01-01T00:00:00+00:00",
        },
    }


BROWSER = {
    "accept_header": "*/*",
    "user_agent": "Mozilla/5.0",
    "language": "en-US",
    "origin": "https://shop.example",
    "screen_width": 1792,
    "screen_height": "1120",
    "color_depth": 24,
    "time_zone_offset": 420,
}


def test_the_browser_comes_with_the_token():
    entry = read_entry({"token": "clv_1", "browser": BROWSER})

    assert entry.browser.user_agent == "Mozilla/5.0"
    assert "Mozilla" not in repr(entry)


@pytest.mark.parametrize("browser", [None, 5, ["x"], {}, {"user_agent": "x"}, "{"])
def test_a_browser_that_cannot_be_used_refuses_nothing(browser):
    entry = read_entry({"token": "clv_1", "browser": browser})

    assert entry.browser is None
    assert entry.source.token == "clv_1"


def test_the_script_of_3d_secure_is_named_where_there_is_one():
    fields = CardFields(
        script_url="https://clover.test/sdk.js", public_key="key", merchant_id="M1"
    )
    asking = replace(fields, authentication_script_url="https://clover.test/3ds.js")

    said = describe_next_action(asking)

    assert said["authenticationScriptUrl"] == "https://clover.test/3ds.js"
    assert "authenticationScriptUrl" not in describe_next_action(fields)
