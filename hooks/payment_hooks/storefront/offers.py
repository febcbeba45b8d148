"""What a purchase can be paid with, and what a shopper's browser chose of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from payment_hooks.engine.payments import Payments
from payment_hooks.model.cards import CardDetails, PaymentSource
from payment_hooks.model.details.browser import BrowserInfo
from payment_hooks.model.errors import BadInput, ConfigurationError, InvalidRequest
from payment_hooks.model.kinds import ErrorCode, Mode
from payment_hooks.model.messages import is_same_language


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What the shopper's browser sent for a payment; what is absent is None or empty."""

    source: PaymentSource | None = None
    card: CardDetails | None = field(default=None, repr=False)
    """Only in `api` mode; tokenize it at once."""
    saved_id: str = ""
    """The public id of a card on file; the adapter checks who its owner is."""
    save: bool = False
    """Whether the shopper wants the card to be kept."""
    mode: Mode | None = None
    return_url: str = ""
    """Not checked here: the adapter checks that the shop owns it."""
    answer: Mapping[str, str] | None = field(default=None, repr=False)
    """What the browser brought back from a challenge; the provider proves it."""
    browser: BrowserInfo | None = field(default=None, repr=False)
    """What the shopper's bank wants to know of it, which asks for 3-D Secure."""
    turned_back: bool = False
    """Whether the shopper turned back from a challenge, to pay in another way."""

    @property
    def answers_challenge(self) -> bool:
        """Whether it goes on with a charge that waits, or ends it."""
        return self.turned_back or self.answer is not None

    @property
    def has_card(self) -> bool:
        """Whether there is something to pay with."""
        return bool(self.source or self.card or self.saved_id)


@dataclass(frozen=True, slots=True)
class OfferedGateway:
    """One merchant's payments, in the modes that a storefront may choose.

    Raises:
        ConfigurationError: there is no mode.
    """

    source: Payments | Callable[[], Payments] = field(repr=False)
    """The `Payments`, or what gives them."""
    modes: tuple[Mode, ...] = (Mode.IFRAME,)
    """How a card may reach the provider; the first is for storefronts that do not say."""
    captures_at_once: bool = True
    """Whether a payment is charged, or only reserved; a hosted page always charges."""
    name: str = "Clover"
    gateway_id: str = ""
    """What storefronts call it; `<provider>.payments` when empty."""

    def __post_init__(self) -> None:
        if not self.modes:
            raise ConfigurationError(f"gateway {self.name!r} needs at least one mode")

    @property
    def payments(self) -> Payments:
        """The payments of this gateway."""
        return self.source() if callable(self.source) else self.source

    @property
    def id(self) -> str:
        """What storefronts call it."""
        return self.gateway_id or f"{self.payments.provider.name}.payments"

    def mode_for(self, entry: Entry) -> Mode:
        """The mode that the storefront's data asks for.

        Raises:
            BadInput: it is not offered here.
        """
        wanted = entry.mode or self._implied(entry)
        if wanted not in self.modes:
            raise BadInput(
                f"This shop does not take payments in mode {wanted}: "
                f"use {' or '.join(self.modes)}.",
                code=ErrorCode.MODE_NOT_OFFERED,
                field="mode",
            )
        return wanted

    def captures(self, mode: Mode) -> bool:
        """Whether money is captured at once in this mode."""
        return self.captures_at_once or mode is Mode.HOSTED

    def _implied(self, entry: Entry) -> Mode:
        """A card means `api`, a token or a saved card one of the modes on a page."""
        if entry.card is not None:
            return Mode.API
        has_source = bool(entry.source or entry.saved_id)
        if has_source and self.modes[0] is Mode.HOSTED:
            on_page = [mode for mode in self.modes if mode is not Mode.HOSTED]
            return on_page[0] if on_page else Mode.IFRAME
        is_way_out = bool(entry.return_url) and Mode.HOSTED in self.modes
        return Mode.HOSTED if is_way_out and not has_source else self.modes[0]


def read_answer(value: object) -> dict[str, str]:
    """What a shopper's browser brought back from a challenge, as names with texts.

    Raises:
        InvalidRequest: it is something else; it is not repeated.
    """
    if isinstance(value, Mapping):
        parts = [part for pair in value.items() for part in pair]
        if all(isinstance(part, str) for part in parts):
            return dict(value)
    raise InvalidRequest(
        "challenge must be an object of texts, as the challenge's page gave it",
        code=ErrorCode.PAYMENT_DATA_INVALID,
    )


def card_locale(provided: str, language: str) -> str:
    """The locale of card fields on a page in that language.

    The provider's own is used if it is of that language, since it names the region.

    >>> card_locale("en-CA", "en"), card_locale("en-CA", "es"), card_locale("fr-CA", "")
    ('en-CA', 'es', 'fr-CA')
    """
    if not language or is_same_language(provided, language):
        return provided
    return language
