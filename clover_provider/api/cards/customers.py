"""Cards on file: each is the one card of a Clover customer of its own.

Clover charges a customer's default card and lists only ids, so the id that a shop keeps
holds both: the customer's and the card's.

Source: "Create a card-on-file customer", "Update a customer", "Revoke a card" and
"Save a card for future transactions", docs.clover.com, read 2026-11.
"""

import re
from collections.abc import Mapping

from clover_provider.codes import (
    ANSWER_UNREADABLE,
    HTTP_NOT_FOUND,
    PROVIDER,
    SAVED_SOURCE_MISSING,
    SOURCE_ALREADY_SAVED,
    SOURCE_ID_INVALID,
    SOURCE_NOT_SAVED,
)
from clover_provider.wire.message import Answer
from payment_hooks import (
    ChargeDetails,
    Initiator,
    InvalidRequest,
    PaymentSource,
    ProviderUnavailable,
    RemoveSourceRequest,
    SavedSource,
    SaveSourceRequest,
    Schedule,
)
from payment_hooks.model import forgetful

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_SAVED = re.compile(r"([A-Za-z0-9_-]{1,64})\.([A-Za-z0-9_-]{1,64})")
_CUSTOMER = re.compile(r"[A-Z0-9]{13}")
_INITIATORS = {Initiator.SHOPPER: "CARDHOLDER", Initiator.MERCHANT: "MERCHANT"}
_BILL_PAY = {Schedule.RECURRING: "Recurring", Schedule.INSTALMENT: "Installment"}


def build(request: SaveSourceRequest) -> dict[str, object]:
    """The body of `POST /v1/customers`.

    Raises:
        InvalidRequest: the source is no card token, but a card on file.
    """
    body = {
        "email": request.email,
        **build_source(request.source),
        "ecomind": "ecom",
        "name": request.name,
    }
    return {name: value for name, value in body.items() if value}


def build_source(source: PaymentSource) -> dict[str, object]:
    """The part of a body which names the card that is charged or saved.

    Raises:
        InvalidRequest: it is not the id of a saved card, or it is one, but came as a
            fresh token: a browser could have sent another customer's.
    """
    customer_id = customer_of(source)
    if not source.is_saved:
        return {"source": source.token}
    return {"source": customer_id}


def build_stored_credentials(
    source: PaymentSource, details: ChargeDetails
) -> dict[str, object]:
    """The part of a charge which says whose act it is, and of which plan.

    Nothing for a card that is used once. A saved card is SUBSEQUENT also when it is
    charged for the first time: as FIRST, Clover refused one for its missing code.
    Scheduled is what the merchant charges by plan, and the shopper's own FIRST payment,
    which agrees to it. Clover has no field for the original transaction.

    Source: "Create a charge" and "Save a card for future transactions", docs.clover.com,
    read 2026-11.
    """
    if not source.is_saved and details.schedule is Schedule.NONE:
        return {}
    bill_pay = _BILL_PAY.get(details.schedule)
    is_by_merchant = details.initiator is Initiator.MERCHANT
    is_scheduled = bill_pay is not None and (is_by_merchant or not source.is_saved)
    told: dict[str, object] = {
        "sequence": "SUBSEQUENT" if source.is_saved else "FIRST",
        "is_scheduled": is_scheduled,
        "initiator": _INITIATORS[details.initiator],
    }
    if is_scheduled:
        told["installment_info"] = {"bill_pay_indicator": bill_pay}
    return {"stored_credentials": told}


def customer_of(source: PaymentSource) -> str:
    """The customer whose card is charged; empty for a fresh token."""
    is_id = _SAVED.fullmatch(source.token) is not None
    if source.is_saved is not is_id or _CUSTOMER.fullmatch(source.token):
        raise InvalidRequest(
            "a card on file is charged by SavedSource.as_source() only, with the id "
            "that payment_save_source gave: nothing was sent",
            code=SOURCE_NOT_SAVED,
            provider=PROVIDER,
        )
    return source.token.partition(".")[0] if is_id else ""


def customer_and_card(request: RemoveSourceRequest) -> tuple[str, str]:
    """Clover's ids of the customer and of the card, out of the id of a saved card.

    Raises:
        InvalidRequest: it is no id that `payment_save_source` gave.
    """
    if not _SAVED.fullmatch(request.source_id):
        raise InvalidRequest(
            "this is no id of a card on file at Clover: nothing was sent",
            code=SOURCE_ID_INVALID,
            provider=PROVIDER,
        )
    customer_id, _, card_id = request.source_id.partition(".")
    return customer_id, card_id


@forgetful
def read(
    answer: Mapping[str, object], request: SaveSourceRequest, *, merchant_id: str
) -> SavedSource:
    """The saved card; brand, last digits and expiry are those of the card token.

    Raises:
        ProviderUnavailable: the answer names no card; nothing was charged.
    """
    ids = (answer.get("id"), _last_card(answer.get("sources")))
    if not all(isinstance(part, str) and _ID.fullmatch(part) for part in ids):
        raise ProviderUnavailable(
            "Clover did not say under which id it saved the card: save it again",
            code=SAVED_SOURCE_MISSING,
            provider=PROVIDER,
        )
    source = request.source
    return SavedSource(
        source_id=f"{ids[0]}.{ids[1]}",
        brand=source.brand,
        last4=source.last4,
        exp_month=source.exp_month,
        exp_year=source.exp_year,
        merchant_id=merchant_id,
    )


def refuse_duplicate(answer: Answer) -> None:
    """Raise if the answer says that the card is on file already.

    Raises:
        InvalidRequest: it is.
    """
    if answer.status == 409:
        raise InvalidRequest(
            "Clover has this card on file already: charge the saved one, or let the "
            "shopper enter the card again",
            code=SOURCE_ALREADY_SAVED,
            provider=PROVIDER,
            provider_request_id=answer.request_id,
        )


def refuse_foreign_404(answer: Answer) -> None:
    """Raise for a 404 that does not come from Clover: the card may still be on file.

    Raises:
        ProviderUnavailable: the card may be on file still.
    """
    if answer.status == 404:
        raise ProviderUnavailable(
            "the removal of a saved card met a 404 that is not Clover's: remove it again",
            code=HTTP_NOT_FOUND,
            provider=PROVIDER,
            provider_request_id=answer.request_id,
        )


def check_removed(answer: Mapping[str, object]) -> None:
    """Raise for an answer which does not say that Clover deleted the card.

    Raises:
        ProviderUnavailable: the card may be on file still.
    """
    if answer.get("deleted") is not True:
        raise ProviderUnavailable(
            "Clover did not say that the card is gone: remove it again",
            code=ANSWER_UNREADABLE,
            provider=PROVIDER,
        )


def _last_card(sources: object) -> object:
    """The last card id of a list, which is `data`, or `data.elements` in older answers."""
    cards = sources
    for name in ("data", "elements"):
        if isinstance(cards, Mapping) and name in cards:
            cards = cards[name]
    return cards[-1] if isinstance(cards, list) and cards else None
