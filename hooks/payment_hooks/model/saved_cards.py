"""Cards on file: a fresh source becomes one that a shop may keep and charge again."""

from dataclasses import dataclass, field

from payment_hooks.model.cards import PaymentSource, looks_like_card_number
from payment_hooks.model.errors import InvalidRequest
from payment_hooks.model.kinds import ErrorCode
from payment_hooks.model.secrecy import forgetful_type


@forgetful_type
@dataclass(frozen=True, slots=True, kw_only=True)
class SaveSourceRequest:
    """Keep `source` for later payments; the shopper agreed to it, and nothing is taken."""

    source: PaymentSource
    """A fresh one: it is saved before it is charged, never afterwards."""
    email: str = field(repr=False)
    name: str = field(default="", repr=False)
    reference: str = ""
    """The shop's id of the shopper, for messages; a provider need not keep it."""

    def __post_init__(self) -> None:
        if self.source.is_saved:
            raise InvalidRequest(
                "this source is saved already", code=ErrorCode.SOURCE_ALREADY_SAVED
            )
        user, _, host = self.email.partition("@")
        if not user or not host or not self.email.isprintable() or " " in self.email:
            raise InvalidRequest(
                "a card is saved under the shopper's e-mail address: pass one",
                code=ErrorCode.EMAIL_INVALID,
            )
        if looks_like_card_number(self.name) or looks_like_card_number(self.reference):
            raise InvalidRequest(
                "this is a card number where a name or a reference belongs",
                code=ErrorCode.CARD_INSTEAD_OF_TEXT,
            )


@forgetful_type
@dataclass(frozen=True, slots=True, kw_only=True)
class SavedSource:
    """A card on file: what a shop may keep of it, beside the shopper it belongs to.

    >>> saved = SavedSource(source_id="a-secret-id", brand="VISA", last4="4242")
    >>> saved
    SavedSource(brand='VISA', last4='4242', exp_month=None, exp_year=None, merchant_id='')
    >>> saved.as_source().is_saved
    True
    """

    source_id: str = field(repr=False)
    """Whoever has it can charge the card: keep it on the server, not in a browser."""
    brand: str = ""
    last4: str = ""
    exp_month: int | None = None
    exp_year: int | None = None
    merchant_id: str = ""
    """The merchant it was saved with, empty when not known; another one is refused."""

    def __post_init__(self) -> None:
        if not _is_id(self.source_id):
            raise InvalidRequest(
                "a saved source needs the source_id that payment_save_source gave",
                code=ErrorCode.SOURCE_ID_INVALID,
            )

    def as_source(self) -> PaymentSource:
        """What `payment_charge` and `payment_authorize` take, as often as needed."""
        return PaymentSource(
            token=self.source_id,
            brand=self.brand,
            last4=self.last4,
            exp_month=self.exp_month,
            exp_year=self.exp_year,
            merchant_id=self.merchant_id,
            is_saved=True,
        )


@forgetful_type
@dataclass(frozen=True, slots=True, kw_only=True)
class RemoveSourceRequest:
    """Forget a card on file."""

    source_id: str = field(repr=False)

    def __post_init__(self) -> None:
        if not _is_id(self.source_id):
            raise InvalidRequest(
                "a removal needs the source_id that payment_save_source gave",
                code=ErrorCode.SOURCE_ID_INVALID,
            )


def _is_id(text: str) -> bool:
    is_one_word = bool(text) and text.isprintable() and " " not in text
    return is_one_word and not looks_like_card_number(text)
