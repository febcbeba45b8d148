"""Checks of the texts in a detail: of the right type, and no card number."""

from payment_hooks.model.cards import looks_like_card_number
from payment_hooks.model.errors import InvalidRequest
from payment_hooks.model.kinds import ErrorCode


def check_texts(owner: object, *names: str) -> None:
    """Raise unless each named field of `owner` is a text that may be stored.

    Raises:
        InvalidRequest: it is another type, or looks like a card number.
    """
    for name in names:
        value = getattr(owner, name)
        if value != "":  # as most are, of every charge
            check_text(name, value)


def check_text(name: str, value: object) -> None:
    """Raise unless the value is a text that may be stored.

    Raises:
        InvalidRequest: it is another type, or looks like a card number.
    """
    if not isinstance(value, str):
        raise InvalidRequest(
            f"{name} must be text, not {type(value).__name__}: leave it out instead",
            code=ErrorCode.TEXT_EXPECTED,
        )
    if looks_like_card_number(value):
        raise InvalidRequest(
            f"{name} looks like a card number, which must never be stored",
            code=ErrorCode.CARD_NUMBER_IN_TEXT,
        )


def check_type(name: str, value: object, expected: type) -> None:
    """Raise unless the value is of the expected type.

    Raises:
        InvalidRequest: it is not.
    """
    if not isinstance(value, expected):
        raise InvalidRequest(
            f"{name} must be {expected.__name__}, not {type(value).__name__}",
            code=ErrorCode.DETAIL_INVALID,
        )
