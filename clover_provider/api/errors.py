"""Turns Clover's refusals into our errors, by a table of Clover's codes."""

import logging
import re
from typing import NoReturn

from clover_provider.api.fields import Reading
from clover_provider.codes import (
    CARD_DECLINED,
    IDEMPOTENCY_ERROR,
    INVALID_REQUEST,
    PROVIDER,
    RATE_LIMIT,
    RESOURCE_MISSING,
    UNAUTHORIZED,
)
from clover_provider.wire.message import Answer, Call
from clover_provider.wire.redact import safe_text
from payment_hooks import (
    AuthenticationFailed,
    DeclineCode,
    ErrorCode,
    InvalidRequest,
    KeyConflict,
    OutcomeUnknown,
    PaymentDeclined,
    PaymentError,
    ProviderUnavailable,
    RateLimited,
)

logger = logging.getLogger(__name__)

DECLINES = {
    "amount_too_large": DeclineCode.AMOUNT_NOT_ACCEPTED,
    "amount_too_small": DeclineCode.AMOUNT_NOT_ACCEPTED,
    "card_declined": DeclineCode.CARD_DECLINED,
    "charge_exceeds_source_limit": DeclineCode.LIMIT_EXCEEDED,
    "charge_expired_for_capture": DeclineCode.PROCESSING_ERROR,
    "expired_card": DeclineCode.EXPIRED_CARD,
    "incorrect_address": DeclineCode.INCORRECT_ADDRESS,
    "incorrect_cvc": DeclineCode.INCORRECT_CVC,
    "incorrect_number": DeclineCode.INCORRECT_NUMBER,
    "incorrect_zip": DeclineCode.INCORRECT_ADDRESS,
    "invalid_card_type": DeclineCode.CARD_NOT_SUPPORTED,
    "invalid_cvc": DeclineCode.INCORRECT_CVC,
    "invalid_expiry_month": DeclineCode.INCORRECT_EXPIRY,
    "invalid_expiry_year": DeclineCode.INCORRECT_EXPIRY,
    "invalid_number": DeclineCode.INCORRECT_NUMBER,
    "postal_code_invalid": DeclineCode.INCORRECT_ADDRESS,
    "token_already_used": DeclineCode.SOURCE_ALREADY_USED,
}
"""Codes of declines: nothing was charged, and the shopper can use another card."""

ERRORS: dict[str, type[PaymentError]] = {
    "api_key_expired": AuthenticationFailed,
    "card_on_file_missing": InvalidRequest,
    "charge_already_captured": InvalidRequest,
    "charge_already_refunded": InvalidRequest,
    "charge_disputed": InvalidRequest,
    "country_unsupported": InvalidRequest,
    "email_invalid": InvalidRequest,
    "invalid_charge_amount": InvalidRequest,
    "invalid_request": InvalidRequest,
    "invalid_tax_amount": InvalidRequest,
    "invalid_tip_amount": InvalidRequest,
    "missing": InvalidRequest,
    "order_already_paid": InvalidRequest,
    # The order is made after the charge: whether that exists is not said.
    "order_creation_failed": OutcomeUnknown,
    "order_required_settings": InvalidRequest,
    "order_status_invalid": InvalidRequest,
    "parameter_invalid_empty": InvalidRequest,
    "parameter_invalid_integer": InvalidRequest,
    "parameter_invalid_string_blank": InvalidRequest,
    "parameter_invalid_string_empty": InvalidRequest,
    "parameter_missing": InvalidRequest,
    "parameter_unknown": InvalidRequest,
    # With 402 the gateway refused the card, else it refused the request.
    "processing_error": InvalidRequest,
    "rate_limit": RateLimited,
    "resource_missing": InvalidRequest,
}
"""Codes of refusals for which the request, the key or the load is the reason."""

_MESSAGES = (
    ("not entitled", DeclineCode.CARD_NOT_SUPPORTED),
    ("declined as sale count", DeclineCode.LIMIT_EXCEEDED),
)
"""What processors write into a `card_declined`, and what it means."""

_WORD = re.compile(r"[A-Za-z0-9_.-]{1,64}")
_DEFINITIVE = frozenset({400, 402, 404})
"""With a well-formed error object, these statuses say that nothing was done."""
_KNOWN_KEY = (
    "the key was used for something else: do not send it again, compare with Clover's "
    "list of payments"
)
_NEEDS_ADDRESS = frozenset({"/v1/charges", "/v1/charges/{id}/capture"})
_ADDRESS = "x-forwarded-for"
_UNSPECIFIC = frozenset({"", "invalid_request", "missing", "parameter_missing"})
_NO_ADDRESS = (
    "no shopper_ip was sent, which Clover demands: behind a proxy, say how many proxies "
    "are trusted (CLIENT_IP, client_ip), or else where the address comes from"
)
_HINTS = {
    401: "the key is wrong, or its permission is missing: re-install the app",
    403: "the key may not do that, or a filter in front of the host refused the call",
}


def raise_for(answer: Answer, call: Call) -> None:
    """Raise the error that the answer's status and error object mean, if it is none of 2xx.

    Raises:
        PaymentDeclined: nothing was charged; the card is the reason.
        InvalidRequest: nothing was charged; the request is the reason.
        AuthenticationFailed: nothing was charged; the key is wrong or lacks a permission.
        RateLimited: nothing was charged; there were too many calls.
        KeyConflict: Clover knows the idempotency key with other content.
        OutcomeUnknown: anything else, if the call moves money.
        ProviderUnavailable: anything else, if it does not.
    """
    if 200 <= answer.status < 300:
        return
    error = _error_of(answer)
    code = _code(error)
    if _is_key_conflict(answer, call, error):
        raise KeyConflict(
            _message(answer, call, error, _KNOWN_KEY),
            **_facts(answer, IDEMPOTENCY_ERROR),
        )
    if answer.status == 429 or code == RATE_LIMIT:
        raise RateLimited(
            _message(answer, call, error, "too many calls"),
            retry_after_seconds=_seconds(answer.retry_after),
            **_facts(answer, code or RATE_LIMIT),
        )
    if answer.status in _HINTS:
        raise AuthenticationFailed(
            _message(answer, call, error, _HINTS[answer.status]),
            **_facts(answer, code or UNAUTHORIZED),
        )
    if _is_definitive(answer, error):
        _raise_refusal(answer, call, error)
    _raise_unknown(answer, call, error)


def decline_of(error: Reading) -> DeclineCode:
    """The `DeclineCode` of an error object or a failed charge."""
    message = error.text("message") or error.text("failure_message")
    for beginning, meaning in _MESSAGES:
        if beginning in message.lower():
            return meaning
    code = error.text("code") or error.text("failure_code")
    if code == "processing_error":
        return DeclineCode.PROCESSING_ERROR
    reason = error.text("declineCode") or error.text("decline_code")
    if code in ("", "card_declined"):
        code = reason
    return DECLINES.get(code, DeclineCode.CARD_DECLINED)


def is_missing(answer: Answer) -> bool:
    """Whether Ecommerce's own error object says that there is no such id.

    A 404 of a gateway, or of a wrong address, has no error object: it says nothing about
    the id. The code differs: `invalid_request` was recorded, `resource_missing` is
    documented.
    """
    error = Reading(fields=answer.fields, what="error").part("error")
    is_wellformed = bool(error.text("code") or error.text("message"))
    return answer.status == 404 and is_wellformed


def _error_of(answer: Answer) -> Reading:
    """The error object, in Clover Ecommerce's form or in the platform's."""
    whole = Reading(fields=answer.fields, what="error", request_id=answer.request_id)
    inner = whole.part("error")
    return inner if inner.fields else whole


def _is_key_conflict(answer: Answer, call: Call, error: Reading) -> bool:
    """Whether Clover knows the idempotency key from another request.

    For a first attempt any such error is a conflict. For a retry, 409 says that the
    first attempt is still being processed.
    """
    if error.text("type") != IDEMPOTENCY_ERROR or not call.moves_money:
        return False
    return call.attempt == 1 or answer.status != 409


def _is_definitive(answer: Answer, error: Reading) -> bool:
    is_idempotency = error.text("type") == IDEMPOTENCY_ERROR
    is_unknown = ERRORS.get(error.text("code")) is OutcomeUnknown
    is_wellformed = bool(error.text("code") or error.text("message"))
    return (
        answer.status in _DEFINITIVE
        and is_wellformed
        and not is_idempotency
        and not is_unknown
    )


def _raise_refusal(answer: Answer, call: Call, error: Reading) -> NoReturn:
    # No local name here holds Clover's words as they came: tracebacks show locals.
    code = _code(error)
    if answer.status == 402 or code in DECLINES:
        raise PaymentDeclined(
            _message(answer, call, error),
            decline_code=decline_of(error),
            transaction_id=_word(error.text("charge")),
            **_facts(answer, code or CARD_DECLINED),
        )
    kind = ERRORS.get(code, InvalidRequest)
    unnamed = RESOURCE_MISSING if answer.status == 404 else INVALID_REQUEST
    if code in _UNSPECIFIC and _lacks_address(call):
        message = _message(answer, call, error, _NO_ADDRESS)
        if _ADDRESS in error.text("message").lower():
            logger.error("%s", message)
            code = ErrorCode.SHOPPER_IP_MISSING
        raise InvalidRequest(message, **_facts(answer, code or unnamed))
    raise kind(_message(answer, call, error), **_facts(answer, code or unnamed))


def _lacks_address(call: Call) -> bool:
    return call.path in _NEEDS_ADDRESS and not call.headers.get(_ADDRESS)


def _raise_unknown(answer: Answer, call: Call, error: Reading) -> NoReturn:
    facts = _facts(answer, _code(error) or f"http_{answer.status}")
    if not call.moves_money:
        raise ProviderUnavailable(_message(answer, call, error, "try again"), **facts)
    hint = "look it up, or repeat it with the same key"
    raise OutcomeUnknown(_message(answer, call, error, hint), **facts)


def _code(error: Reading) -> str:
    return _word(error.text("code"))


def _word(text: str) -> str:
    """The text if it has the form of a code or an id; empty otherwise."""
    return safe_text(text) if _WORD.fullmatch(text) else ""


def _message(answer: Answer, call: Call, error: Reading, hint: str = "") -> str:
    said = safe_text(error.text("message"))
    parts = [f"{call.action} refused with {answer.status}", said, hint]
    text = ": ".join(part for part in parts if part)
    return f"{text} (request {answer.request_id})" if answer.request_id else text


def _facts(answer: Answer, code: str) -> dict[str, str]:
    return {
        "code": code,
        "provider": PROVIDER,
        "provider_request_id": answer.request_id,
    }


def _seconds(text: str) -> float | None:
    return float(text) if text.isascii() and text.isdigit() else None
