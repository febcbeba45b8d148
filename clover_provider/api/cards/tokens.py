"""Tokens: what is sent of a card, and the `clv_` token that Clover answers with.

Source: "Generate a card token" and the Transarmor Tokenization API, docs.clover.com,
read 2026-11.
"""

import re
from collections.abc import Mapping

from clover_provider.api.cards.encryption import encrypt_number
from clover_provider.codes import PROVIDER, TOKEN_MISSING
from payment_hooks import CardDetails, PaymentSource, ProviderUnavailable
from payment_hooks.model import forgetful

_BRANDS = (
    ("AMEX", re.compile(r"3[47]")),
    ("DINERS_CLUB", re.compile(r"3(?:0[0-5]|095|[689])")),
    ("JCB", re.compile(r"35(?:2[89]|[3-8])")),
    ("DISCOVER", re.compile(r"6(?:011|4[4-9]|5)")),
    ("MC", re.compile(r"5[1-5]|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720)")),
    ("VISA", re.compile(r"4")),
)
"""Clover's names of the brands and the first digits of their cards."""
_SHORT_NUMBER = re.compile(r"[0-9]{1,4}")
_TOKEN = re.compile(r"[\w.:-]{1,128}", re.ASCII)
_BRAND = re.compile(r"[A-Za-z_ ]{1,20}")
_LAST4 = re.compile(r"[0-9]{4}")
_CENTURY = 2000


def brand_of(number: str) -> str:
    """Clover's name of the card's brand, empty for one that Clover does not name.

    >>> brand_of("378282246310005"), brand_of("4242424242424242")
    ('AMEX', 'VISA')
    """
    return next((name for name, digits in _BRANDS if digits.match(number)), "")


@forgetful
def build(card: CardDetails, *, encryption_key: str = "") -> dict[str, object]:
    """The body of `POST /v1/tokens`; with a key, the number is encrypted."""
    fields = {
        "exp_month": f"{card.exp_month:02d}",
        "exp_year": f"{card.exp_year:04d}",
        "cvv": card.cvc,
        "brand": brand_of(card.number),
        "first6": card.first6,
        "last4": card.last4,
        "name": card.name,
        "address_line1": card.address_line1,
        "address_zip": card.postal_code,
        "country": card.country,
    }
    if encryption_key:
        fields["encrypted_pan"] = encrypt_number(card.number, encryption_key)
    else:
        fields["number"] = card.number
    return {"card": {name: value for name, value in fields.items() if value}}


@forgetful
def read(answer: Mapping[str, object], *, merchant_id: str) -> PaymentSource:
    """The source that a token represents.

    Raises:
        ProviderUnavailable: the answer holds no token; nothing was charged, so the card
            may be sent again.
    """
    token, card = answer.get("id"), answer.get("card")
    if not isinstance(token, str) or not _TOKEN.fullmatch(token):
        raise ProviderUnavailable(
            "Clover gave no token for the card: send it again",
            code=TOKEN_MISSING,
            provider=PROVIDER,
        )
    details = card if isinstance(card, Mapping) else {}
    return PaymentSource(
        token=token,
        brand=_if_matches(_BRAND, details.get("brand")),
        last4=_if_matches(_LAST4, details.get("last4")),
        exp_month=_number(details.get("exp_month")),
        exp_year=_year(details.get("exp_year")),
        merchant_id=merchant_id,
    )


def _if_matches(form: re.Pattern[str], value: object) -> str:
    """The value as text if it has the expected form; else empty, as it may be a secret."""
    text = str(value)
    return text if value is not None and form.fullmatch(text) else ""


def _number(value: object) -> int | None:
    text = str(value)
    return int(text) if _SHORT_NUMBER.fullmatch(text) else None


def _year(value: object) -> int | None:
    """Four digits; Clover echoes the two or four that were sent."""
    year = _number(value)
    return year + _CENTURY if year is not None and year < _CENTURY else year
