"""Every refusal means one thing; what leaves the outcome open is unknown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clover_provider.api.errors import DECLINES, ERRORS, decline_of, raise_for
from clover_provider.api.fields import Reading
from clover_provider.wire.json_strict import Fields, read_json
from clover_provider.wire.message import Answer, Call
from payment_hooks import (
    AuthenticationFailed,
    DeclineCode,
    InvalidRequest,
    KeyConflict,
    OutcomeUnknown,
    PaymentDeclined,
    PaymentError,
    ProviderUnavailable,
    RateLimited,
)

DOCUMENTED = [
    "amount_too_large",
    "card_declined",
    "card_on_file_missing",
    "charge_already_captured",
    "charge_already_refunded",
    "email_invalid",
    "expired_card",
    "incorrect_cvc",
    "invalid_cvc",
    "incorrect_number",
    "invalid_number",
    "invalid_card_type",
    "invalid_charge_amount",
    "invalid_expiry_month",
    "invalid_expiry_year",
    "invalid_request",
    "invalid_tax_amount",
    "invalid_tip_amount",
    "missing",
    "order_already_paid",
    "processing_error",
    "rate_limit",
    "resource_missing",
    "token_already_used",
    "amount_too_small",
    "api_key_expired",
    "charge_disputed",
    "charge_exceeds_source_limit",
    "charge_expired_for_capture",
    "country_unsupported",
    "incorrect_address",
    "incorrect_zip",
    "order_creation_failed",
    "order_required_settings",
    "order_status_invalid",
    "parameter_invalid_empty",
    "parameter_invalid_integer",
    "parameter_invalid_string_blank",
    "parameter_invalid_string_empty",
    "parameter_missing",
    "parameter_unknown",
    "postal_code_invalid",
]
"""Source: "Ecommerce API error codes" and the Transarmor Tokenization API, read 2026-11."""


def call(moves_money=True, attempt=1):
    return Call(
        method="POST",
        url="https://scl.clover.com/v1/charges",
        path="/v1/charges",
        action="charge of 25.99 USD for 100123",
        headers={"x-forwarded-for": "203.0.113.7"},
        moves_money=moves_money,
        attempt=attempt,
    )


def refuse(status, code="", message="Sorry.", moves_money=True, attempt=1, **more):
    error = {"code": code, "message": message, **more}
    body = Fields(message=f"{status}", error=Fields(error))
    answer = Answer(
        call=call(moves_money), status=status, body=body, request_id="req-1"
    )
    with pytest.raises(PaymentError) as caught:
        raise_for(answer, call(moves_money, attempt))
    return caught.value


def refuse_raw(status, body, moves_money=True, **more):
    answer = Answer(call=call(moves_money), status=status, body=read_json(body), **more)
    with pytest.raises(PaymentError) as caught:
        raise_for(answer, call(moves_money))
    return caught.value


def test_every_documented_code_stands_in_one_table():
    assert set(DOCUMENTED) == DECLINES.keys() | ERRORS.keys()
    assert not DECLINES.keys() & ERRORS.keys()


@pytest.mark.parametrize("code", DECLINES)
def test_a_code_about_the_card_is_a_decline(code):
    error = refuse(400, code, charge="ABCDEFGHJKMN9")

    assert type(error) is PaymentDeclined
    assert error.decline_code is DECLINES[code]
    assert (error.code, error.transaction_id) == (code, "ABCDEFGHJKMN9")


@pytest.mark.parametrize("code", ERRORS)
def test_a_code_about_the_request_raises_what_its_row_says(code):
    error = refuse(400, code)

    assert type(error) is ERRORS[code]
    assert error.code == code


def test_success_raises_nothing():
    raise_for(Answer(call=call(), status=200), call())


def test_a_refusal_says_what_was_done_what_came_back_and_which_request():
    error = refuse(400, "charge_already_captured", "Captured before.")

    assert str(error) == (
        "charge of 25.99 USD for 100123 refused with 400: Captured before. "
        "(request req-1)"
    )
    assert (error.provider, error.provider_request_id) == ("clover", "req-1")


@pytest.mark.parametrize(
    ("code", "reason", "message", "expected"),
    [
        ("card_declined", "issuer_declined", "Do not honor", DeclineCode.CARD_DECLINED),
        ("card_declined", "", "NOT ENTITLED", DeclineCode.CARD_NOT_SUPPORTED),
        (
            "card_declined",
            "",
            "Declined as sale count per card is greater than configured amount",
            DeclineCode.LIMIT_EXCEEDED,
        ),
        (
            "card_declined",
            "",
            "Declined as sale count per IP is greater than configured amount",
            DeclineCode.LIMIT_EXCEEDED,
        ),
        ("card_declined", "expired_card", "REJECT 203", DeclineCode.EXPIRED_CARD),
        ("card_declined", "a new word", "", DeclineCode.CARD_DECLINED),
        ("processing_error", "", "", DeclineCode.PROCESSING_ERROR),
        ("unheard_of", "", "", DeclineCode.CARD_DECLINED),
        ("", "", "", DeclineCode.CARD_DECLINED),
        ("token_already_used", "", "", DeclineCode.SOURCE_ALREADY_USED),
    ],
)
def test_the_reason_of_a_decline_is_found(code, reason, message, expected):
    error = {"code": code, "declineCode": reason, "message": message}
    failed_charge = {"failure_code": code, "failure_message": message}

    assert decline_of(Reading(fields=error, what="error")) is expected
    if not reason:
        assert decline_of(Reading(fields=failed_charge, what="charge")) is expected


@pytest.mark.parametrize("key", ["declineCode", "decline_code"])
def test_both_spellings_of_the_decline_code_are_read(key):
    error = refuse(402, "card_declined", "REJECT 203", **{key: "expired_card"})

    assert error.decline_code is DeclineCode.EXPIRED_CARD


def test_a_402_is_a_decline_whatever_its_code():
    assert type(refuse(402, "a_new_code")) is PaymentDeclined
    assert type(refuse(402, "processing_error")) is PaymentDeclined


def test_the_recorded_answer_to_a_used_token_is_read():
    body = (
        b'{"message":"400 Bad Request","error":{"code":"token_already_used","message":'
        b'"You cannot use a clover token more than once unless it is marked as multipay."}}'
    )
    error = refuse_raw(400, body)

    assert error.decline_code is DeclineCode.SOURCE_ALREADY_USED


@pytest.mark.parametrize(
    "body", [b"Unauthorized", b'{"message":"401 Unauthorized"}', b"", b"<html>"]
)
@pytest.mark.parametrize("moves_money", [True, False])
def test_a_401_in_any_form_is_about_the_key_or_its_permission(body, moves_money):
    error = refuse_raw(401, body, moves_money)

    assert type(error) is AuthenticationFailed
    assert "the key is wrong, or its permission is missing: re-install" in str(error)


def test_the_bot_filters_403_is_about_access():
    assert type(refuse_raw(403, b"<html>Forbidden</html>")) is AuthenticationFailed


@pytest.mark.parametrize(
    ("header", "seconds"), [("7", 7), ("", None), ("soon", None), ("-1", None)]
)
def test_too_many_calls_come_with_the_wait_that_clover_asks_for(header, seconds):
    error = refuse_raw(429, b"{}", retry_after=header)

    assert type(error) is RateLimited
    assert error.retry_after_seconds == seconds


UNKNOWN = [301, 307, 405, 408, 409, 418, 422, 425, 500, 502, 503, 504, 520, 599]


@pytest.mark.parametrize("status", UNKNOWN)
@pytest.mark.parametrize("code", ["", "card_declined", "invalid_request"])
def test_any_other_status_is_an_unknown_outcome_for_money_and_none_for_a_reading(
    status, code
):
    assert type(refuse(status, code)) is OutcomeUnknown
    assert type(refuse(status, code, moves_money=False)) is ProviderUnavailable


@pytest.mark.parametrize("status", [400, 402, 404])
@pytest.mark.parametrize("body", [b"<html>", b"null", b"[]", b"{}", b'{"error":"no"}'])
def test_a_refusal_without_a_proper_error_object_is_an_unknown_outcome(status, body):
    assert type(refuse_raw(status, body)) is OutcomeUnknown


@pytest.mark.parametrize("status", [400, 401, 402, 409, 422, 429, 500])
@pytest.mark.parametrize("attempt", [1, 2])
def test_a_key_that_was_used_for_something_else_is_a_conflict(status, attempt):
    error = refuse(status, "", type="idempotency_error", attempt=attempt)

    if (status, attempt) == (409, 2):
        # The first sending is being carried out still.
        assert type(error) is OutcomeUnknown
        assert "repeat it with the same key" in str(error)
    else:
        assert type(error) is KeyConflict
        assert error.code == "idempotency_error"
        assert "do not send it again" in str(error)


def test_a_conflict_of_keys_is_none_where_no_money_moves():
    error = refuse(409, "", type="idempotency_error", moves_money=False)

    assert type(error) is ProviderUnavailable


def test_an_unknown_code_in_a_proper_refusal_says_that_nothing_was_done():
    error = refuse(400, "a_new_code")

    assert type(error) is InvalidRequest
    assert error.code == "a_new_code"


def test_an_unknown_id_is_called_missing():
    assert refuse(404).code == "resource_missing"


def test_the_platforms_errors_are_read_too():
    error = refuse_raw(400, b'{"message":"Bad Request","details":"price"}', False)

    assert type(error) is InvalidRequest
    assert "Bad Request" in str(error)


def test_the_vendors_words_are_scrubbed_and_cut():
    said = f"4242 4242 4242 4242 clv_1TSTSabc \r\n{'x' * 500}"

    message = str(refuse(400, "invalid_request", said))

    assert "4242" not in message
    assert "clv_1" not in message
    assert "\n" not in message
    assert len(message) < 400


WORDS = st.dictionaries(
    st.sampled_from(["error", "message", "code", "type", "status", "declineCode"]),
    st.recursive(
        st.none() | st.integers() | st.text(),
        lambda inner: st.dictionaries(st.sampled_from(["code", "message"]), inner),
    ),
)


@given(st.integers(min_value=100, max_value=599), WORDS, st.booleans())
def test_no_answer_but_2xx_is_a_success_and_none_breaks(status, body, moves_money):
    answer = Answer(call=call(moves_money), status=status, body=Fields(body))

    if 200 <= status < 300:
        raise_for(answer, call(moves_money))
    else:
        with pytest.raises(PaymentError):
            raise_for(answer, call(moves_money))
