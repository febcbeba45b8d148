"""The error tree: what each class says to the merchant and to the shopper."""

import pytest

from payment_hooks import DeclineCode, PaymentDeclined, RateLimited
from payment_hooks.model import errors
from payment_hooks.model.messages import TEXTS

KINDS = [
    errors.PaymentDeclined,
    errors.InvalidRequest,
    errors.UnsupportedOperation,
    errors.AuthenticationFailed,
    errors.RateLimited,
    errors.ProviderUnavailable,
    errors.OutcomeUnknown,
    errors.WebhookRejected,
]


@pytest.mark.parametrize("kind", KINDS)
def test_an_error_keeps_what_support_needs(kind):
    error = kind(
        "refund of C1 refused", code="c", provider="clover", provider_request_id="r-7"
    )

    assert str(error) == error.message == "refund of C1 refused"
    assert (error.code, error.provider, error.provider_request_id) == (
        "c",
        "clover",
        "r-7",
    )


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("language", TEXTS)
def test_the_shopper_never_reads_the_merchants_message(kind, language):
    message = kind("key sk-123 is wrong").shopper_message(language)

    assert message in TEXTS[language].values()


@pytest.mark.parametrize("code", DeclineCode)
def test_a_decline_shows_the_shopper_its_reason(code):
    error = PaymentDeclined("no", decline_code=code)

    assert error.shopper_message() == TEXTS["en"][code.value]


def test_a_decline_without_a_reason_is_the_banks_no():
    assert PaymentDeclined("no").decline_code is DeclineCode.CARD_DECLINED


def test_the_wait_that_a_provider_asks_for_is_kept():
    assert RateLimited("slow down", retry_after_seconds=2.5).retry_after_seconds == 2.5
    assert RateLimited("slow down").retry_after_seconds is None


@pytest.mark.parametrize(
    ("code", "may_work"),
    [
        (DeclineCode.INCORRECT_CVC, True),
        (DeclineCode.SOURCE_ALREADY_USED, True),
        (DeclineCode.EXPIRED_CARD, False),
        (DeclineCode.CARD_DECLINED, False),
        (DeclineCode.FRAUD_CHECK, False),
    ],
)
def test_only_what_can_be_corrected_is_worth_the_same_card(code, may_work):
    assert code.same_card_may_work is may_work
