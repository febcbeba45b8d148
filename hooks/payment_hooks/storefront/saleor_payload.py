"""The JSON of a storefront in Saleor's spelling: what it sends, and what it is answered."""

from collections.abc import Mapping

from payment_hooks.model.cards import CardDetails, PaymentSource
from payment_hooks.model.details.browser import BrowserInfo
from payment_hooks.model.errors import InvalidRequest
from payment_hooks.model.kinds import ErrorCode, Mode
from payment_hooks.model.results import (
    CardFields,
    CardForm,
    Challenge,
    NextAction,
    Redirect,
)
from payment_hooks.model.secrecy import forgetful
from payment_hooks.storefront.offers import Entry, card_locale, read_answer
from payment_hooks.storefront.progress import Progress, explain

_CARD_TEXTS = {
    "number": "number",
    "cvc": "cvc",
    "name": "name",
    "addressLine1": "address_line1",
    "postalCode": "postal_code",
    "country": "country",
}
_LONGEST = 512
CHECKING = "checking"
"""The outcome is unknown: ask again soon, and offer no second payment."""
WAITING = "waiting"
"""The shopper is back, and the webhook has not come yet: ask again soon."""


@forgetful
def read_entry(data: object) -> Entry:
    """The entry in a storefront's JSON object; unknown fields are ignored.

    `{"token", "brand", "last4", "expMonth", "expYear"}` is what `<clover-card>` gives, and
    `browser` beside them with 3-D Secure,
    `{"card": {"number", "expMonth", "expYear", "cvc", "name", "postalCode"}}` comes from
    a form of the shop's own, `{"savedMethodId"}` names a card on file; `save`, `mode` and
    `returnUrl` may be beside them. `{"challenge": {...}}` is what came of a challenge, and
    `{"challengeCanceled": true}` says that the shopper turned back from it.

    >>> read_entry({"token": "clv_1TST", "last4": "4242"}).source
    PaymentSource(brand='', last4='4242', exp_month=None, exp_year=None, merchant_id='')
    >>> read_entry(None).source is None
    True

    Raises:
        InvalidRequest: something has the wrong form; the message names it and never
            repeats what was sent.
    """
    sent = _mapping(data, "the payment data")
    token, card = _text(sent, "token"), sent.get("card")
    saved_id = _text(sent, "savedMethodId")
    answer = sent.get("challenge")
    chosen = (token, saved_id, card is not None, answer is not None)
    if sum(map(bool, chosen)) > 1:
        raise _wrong("token, card, savedMethodId or challenge", "only one of them")
    return Entry(
        saved_id=saved_id,
        save=sent.get("save") is True,
        source=_source(sent, token) if token else None,
        card=_card(_mapping(card, "card")) if card is not None else None,
        mode=_mode(sent),
        return_url=_text(sent, "returnUrl"),
        answer=None if answer is None else read_answer(answer),
        browser=_browser(sent.get("browser")),
        turned_back=sent.get("challengeCanceled") is True,
    )


def describe_next_action(
    action: NextAction, *, language: str = ""
) -> dict[str, object]:
    """What the storefront does next, as JSON without anything secret.

    `language` is the shopper's: the language of the card fields or, where the provider
    lacks it, of their labels.

    >>> from datetime import UTC, datetime
    >>> describe_next_action(Redirect(url="https://pay.example/1", session_id="S1",
    ...     expires_at=datetime(2026, 1, 1, tzinfo=UTC)))["redirectUrl"]
    'https://pay.example/1'
    """
    said: dict[str, object] = {"mode": action.mode.value}
    if isinstance(action, Challenge):
        return said | {"challenge": describe_challenge(action)}
    if isinstance(action, Redirect):
        expires_at = action.expires_at.isoformat()
        return said | {"redirectUrl": action.url, "expiresAt": expires_at}
    if isinstance(action, CardFields):
        locale = card_locale(action.locale, language)
        said |= {"scriptUrl": action.script_url, "locale": locale or None}
        if action.authentication_script_url:
            said["authenticationScriptUrl"] = action.authentication_script_url
    if isinstance(action, CardFields | CardForm):
        said |= {"publicKey": action.public_key, "merchantId": action.merchant_id}
    return said


def describe_challenge(challenge: Challenge) -> dict[str, object]:
    """What the shopper's browser needs to answer the bank, and no other's.

    >>> describe_challenge(Challenge(transaction_id="C1", url="https://bank.example/1"))
    {'url': 'https://bank.example/1', 'scriptUrl': None, 'data': {}, 'expiresAt': None}
    """
    expires_at = challenge.expires_at
    return {
        "url": challenge.url or None,
        "scriptUrl": challenge.script_url or None,
        "data": dict(challenge.data),
        "expiresAt": expires_at.isoformat() if expires_at else None,
    }


def describe_progress(
    progress: Progress, *, first: bool, language: str
) -> dict[str, object] | None:
    """What the storefront does next, as JSON; None where there is nothing to do.

    A page that the shopper comes back from may be paid while its webhook is under way;
    then (`first` is false) the description says so.
    """
    if progress.next_action is not None:
        is_return = isinstance(progress.next_action, Redirect) and not first
        said = describe_next_action(progress.next_action, language=language)
        return said | ({"status": WAITING} if is_return else {})
    if progress.is_unknown:
        return {"status": CHECKING, "message": explain(progress, language)}
    return None


def _source(sent: Mapping[object, object], token: str) -> PaymentSource:
    return PaymentSource(
        token=token,
        brand=_text(sent, "brand"),
        last4=_text(sent, "last4"),
        exp_month=_number(sent, "expMonth"),
        exp_year=_number(sent, "expYear"),
    )


def _card(sent: Mapping[object, object]) -> CardDetails:
    texts = {ours: _text(sent, theirs) for theirs, ours in _CARD_TEXTS.items()}
    return CardDetails(
        exp_month=_number(sent, "expMonth") or 0,
        exp_year=_number(sent, "expYear") or 0,
        **texts,
    )


def _browser(value: object) -> BrowserInfo | None:
    return BrowserInfo.usable(value) if isinstance(value, str | Mapping) else None


def _mode(sent: Mapping[object, object]) -> Mode | None:
    text = _text(sent, "mode")
    if text and text not in list(Mode):
        raise _wrong("mode", f"one of {', '.join(Mode)}")
    return Mode(text) if text else None


def _mapping(value: object, what: str) -> Mapping[object, object]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise _wrong(what, "a JSON object")
    return value


def _text(sent: Mapping[object, object], name: str) -> str:
    value = sent.get(name)
    if value is None:
        return ""
    if not isinstance(value, str) or len(value) > _LONGEST:
        raise _wrong(name, f"text of at most {_LONGEST} characters")
    return value.strip()


def _number(sent: Mapping[object, object], name: str) -> int | None:
    value = sent.get(name)
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value[:4])
    if value is None or value == "":
        return None
    if type(value) is not int:
        raise _wrong(name, "a whole number")
    return value


def _wrong(name: str, remedy: str) -> InvalidRequest:
    return InvalidRequest(
        f"{name} must be {remedy}", code=ErrorCode.PAYMENT_DATA_INVALID
    )
