"""Saved cards: the store of a shop, and what a payment does with it.

A `SavedCards` lists them by owner. The provider's id, which can be charged, stays on the
server; pages and browsers get a public id that is valid for its owner only.
"""

from dataclasses import dataclass, replace
from typing import Protocol
from uuid import uuid4

from payment_hooks.engine.payments import Payments
from payment_hooks.model.cards import PaymentSource
from payment_hooks.model.errors import InvalidRequest, OutcomeUnknown
from payment_hooks.model.kinds import ErrorCode, Mode
from payment_hooks.model.records import (
    FUNDING,
    Operation,
    OperationState,
    Payment,
    PaymentState,
    refuse_long,
)
from payment_hooks.model.saved_cards import (
    RemoveSourceRequest,
    SavedSource,
    SaveSourceRequest,
)
from payment_hooks.storefront.offers import Entry

_BRAND, _DIGITS = 40, 4


def short_card(brand: str, last4: str) -> tuple[str, str]:
    """Brand and last digits, cut to the width of the columns.

    >>> short_card("VISA" * 20, "4242")
    ('VISAVISAVISAVISAVISAVISAVISAVISAVISAVISA', '4242')
    """
    return brand[:_BRAND], last4[-_DIGITS:]


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedCard:
    """A card on file as its owner may see it."""

    public_id: str
    brand: str = ""
    last4: str = ""
    exp_month: int | None = None
    exp_year: int | None = None


class SavedCards(Protocol):
    """The cards on file, by owner and by the merchant who can charge them."""

    def keep(self, owner: str, merchant_id: str, saved: SavedSource) -> str:
        """Store the card; returns the public id by which the owner finds it.

        Raises:
            InvalidRequest: the owner's name is longer than there is room for.
        """
        ...

    def describe(self, source_id: str, brand: str, last4: str) -> None:
        """Fill in brand and last digits from a charge; known values stay."""
        ...

    def list(self, owner: str, merchant_id: str) -> tuple[SavedCard, ...]:
        """The owner's cards that this merchant can charge, oldest first."""
        ...

    def find(self, owner: str, merchant_id: str, public_id: str) -> SavedSource:
        """The owner's card of that id.

        Raises:
            InvalidRequest: the owner has no such card; another owner may have it.
        """
        ...

    def forget(self, owner: str, merchant_id: str, public_id: str) -> None:
        """Take the owner's card off the list.

        Raises:
            InvalidRequest: the owner has no such card.
        """
        ...


class MemorySavedCards:
    """Saved cards in memory, for tests and scripts."""

    def __init__(self) -> None:
        self._rows: list[tuple[str, str, str, SavedSource]] = []

    def keep(self, owner: str, merchant_id: str, saved: SavedSource) -> str:
        """See `SavedCards.keep`."""
        refuse_long("owner", owner)
        public_id = uuid4().hex
        self._rows.append((owner, merchant_id, public_id, saved))
        return public_id

    def describe(self, source_id: str, brand: str, last4: str) -> None:
        """See `SavedCards.describe`."""
        for number, (owner, merchant_id, public_id, saved) in enumerate(self._rows):
            if saved.source_id == source_id and not saved.last4:
                reported = replace(saved, brand=brand, last4=last4)
                self._rows[number] = (owner, merchant_id, public_id, reported)

    def list(self, owner: str, merchant_id: str) -> tuple[SavedCard, ...]:
        """See `SavedCards.list`."""
        return tuple(
            SavedCard(
                public_id=public_id,
                brand=saved.brand,
                last4=saved.last4,
                exp_month=saved.exp_month,
                exp_year=saved.exp_year,
            )
            for whose, merchant, public_id, saved in self._rows
            if owner and (whose, merchant) == (owner, merchant_id)
        )

    def find(self, owner: str, merchant_id: str, public_id: str) -> SavedSource:
        """See `SavedCards.find`."""
        for *names, saved in self._rows:
            if owner and names == [owner, merchant_id, public_id]:
                return replace(saved, merchant_id=merchant_id)
        raise no_such_card()

    def forget(self, owner: str, merchant_id: str, public_id: str) -> None:
        """See `SavedCards.forget`."""
        self.find(owner, merchant_id, public_id)
        self._rows = [row for row in self._rows if row[2] != public_id]


def no_such_card() -> InvalidRequest:
    """The error for a card that does not exist or is another owner's."""
    return InvalidRequest(
        "there is no such saved card", code=ErrorCode.SAVED_SOURCE_UNKNOWN
    )


def choose_source(
    payments: Payments,
    payment: Payment,
    entry: Entry,
    *,
    saved_cards: SavedCards | None,
    owner: str,
    email: str,
    save: bool,
) -> PaymentSource | None:
    """The source to pay with; a card is tokenized only if it is to be charged.

    Raises:
        InvalidRequest: the saved card has no owner here, or another one.
        OutcomeUnknown: an earlier charge has one; nothing was saved or tokenized.
        PaymentDeclined: the card cannot be saved; nothing was taken.
    """
    if payment.mode is Mode.HOSTED or payment.state is not PaymentState.OPEN:
        return None
    if entry.saved_id:
        if saved_cards is None or not owner:
            raise InvalidRequest(
                "a saved card is for its owner, who is not logged in here",
                code=ErrorCode.OWNER_MISSING,
            )
        merchant_id = payments.merchant_id
        return saved_cards.find(owner, merchant_id, entry.saved_id).as_source()
    is_kept = bool(save and owner and saved_cards is not None)
    if is_kept:
        refuse_long("owner", owner)
    if is_kept or entry.card:
        _refuse_unknown_outcome(payments, payment)
    source = payments.tokenize(entry.card) if entry.card else entry.source
    if source is None or saved_cards is None or not is_kept:
        return source
    saved = payments.save_source(SaveSourceRequest(source=source, email=email))
    saved_cards.keep(owner, payments.merchant_id, saved)
    return saved.as_source()


def note_card(
    saved_cards: SavedCards | None,
    source: PaymentSource | None,
    money: Operation | None,
) -> None:
    """Copy brand and last digits from the charge to the card that was saved with it."""
    if saved_cards is None or source is None or not source.is_saved or money is None:
        return
    details = money.details
    saved_cards.describe(
        source.token, details.get("brand", ""), details.get("last4", "")
    )


def forget_source(
    payments: Payments, saved_cards: SavedCards, owner: str, public_id: str
) -> None:
    """Remove the owner's card from the provider, then from the saved cards.

    Raises:
        InvalidRequest: the owner has no such card.
        PaymentError: the provider did not remove it; it stays.
    """
    merchant_id = payments.merchant_id
    saved = saved_cards.find(owner, merchant_id, public_id)
    payments.remove_source(RemoveSourceRequest(source_id=saved.source_id))
    saved_cards.forget(owner, merchant_id, public_id)


def _refuse_unknown_outcome(payments: Payments, payment: Payment) -> None:
    """Refuse to save a card while the outcome of an earlier charge is unknown.

    Raises:
        OutcomeUnknown: one is open.
    """
    for row in payments.operations(payment.payment_id):
        is_waiting = row.state is OperationState.WAITING
        if row.kind in FUNDING and row.state.is_open and not is_waiting:
            raise OutcomeUnknown(
                f"payment {payment.payment_id} is being made already",
                code=ErrorCode.IN_PROGRESS,
            )
