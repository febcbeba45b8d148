"""What a provider is and can do, as `payment_describe` says it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import TypeVar

from payment_hooks.model.errors import ConfigurationError
from payment_hooks.model.kinds import Mode
from payment_hooks.model.money import EXPONENTS, Money

Member = TypeVar("Member")


class Ability(StrEnum):
    """Something that not every provider can do."""

    AUTHORIZE = "authorize"
    """Reserve an amount, and capture it later."""
    PARTIAL_CAPTURE = "partial_capture"
    """Capture less than was authorized; the rest is released."""
    CAPTURE_ABOVE = "capture_above"
    """Capture more than was authorized."""
    PARTIAL_REFUND = "partial_refund"
    """Refund less than was captured."""
    SEVERAL_REFUNDS = "several_refunds"
    """Refund a charge more than once."""
    VOID = "void"
    """Release an authorization before it runs out."""
    SAVE_CARD = "save_card"
    """Keep a card on file, and charge it again."""
    CHALLENGE = "challenge"
    """Let the shopper answer the bank before money moves: 3-D Secure."""
    LOOK_UP = "look_up"
    """Say what became of a movement."""
    LIST = "list"
    """List all that was made, which reconciliation needs."""
    WEBHOOKS = "webhooks"
    """Send signed messages by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What the provider takes at least and at most; empty where it is not known."""

    least: tuple[Money, ...] = ()
    """The smallest charge, one amount for each currency."""
    most: tuple[Money, ...] = ()
    """The largest charge, one amount for each currency."""
    refund_window: timedelta | None = None
    """How long after the capture a refund is possible."""
    authorization_window: timedelta | None = None
    """How long an authorization can be captured; the shortest, where it depends on the
    card."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "least", _members("least", self.least, Money))
        object.__setattr__(self, "most", _members("most", self.most, Money))
        for name in ("refund_window", "authorization_window"):
            if not isinstance(window := getattr(self, name), timedelta | None):
                raise _wrong(name, "a timedelta", window)

    def least_in(self, currency: str) -> Money | None:
        """The smallest charge in this currency; None where it is not known."""
        return next((row for row in self.least if row.currency == currency), None)

    def most_in(self, currency: str) -> Money | None:
        """The largest charge in this currency; None where it is not known."""
        return next((row for row in self.most if row.currency == currency), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderInfo:
    """What a provider is and can do, in its configuration now.

    >>> info = ProviderInfo(name="bank", abilities=frozenset({Ability.VOID}))
    >>> info.can(Ability.VOID), info.can(Ability.AUTHORIZE)
    (True, False)

    Raises:
        ConfigurationError: a field is of another type; the message names it.
    """

    name: str
    """What the ledger keeps as the provider of a payment."""
    merchant_id: str = ""
    """Who is paid, empty when the provider does not say."""
    modes: frozenset[Mode] = frozenset(Mode)
    """The ways in which a card reaches it."""
    currencies: frozenset[str] | None = None
    """The ISO 4217 codes that it takes; None when it does not say."""
    abilities: frozenset[Ability] = frozenset()
    limits: Limits = field(default_factory=Limits)
    is_test: bool | None = None
    """Whether no real money is moved; None when the provider does not say."""

    def __post_init__(self) -> None:
        for name, text in (("name", self.name), ("merchant_id", self.merchant_id)):
            if not isinstance(text, str):
                raise _wrong(name, "text", text)
        if not self.name:
            raise ConfigurationError("payment_describe gave an empty name: name it")
        modes = _members("modes", self.modes, Mode)
        abilities = _members("abilities", self.abilities, Ability)
        object.__setattr__(self, "modes", frozenset(modes))
        object.__setattr__(self, "abilities", frozenset(abilities))
        object.__setattr__(self, "currencies", _codes(self.currencies))
        if not isinstance(self.limits, Limits):
            raise _wrong("limits", "Limits", self.limits)
        if not isinstance(self.is_test, bool | None):
            raise _wrong("is_test", "True, False or None", self.is_test)

    def can(self, ability: Ability) -> bool:
        """Whether the provider has this ability."""
        return ability in self.abilities

    def takes(self, currency: str) -> bool:
        """Whether it takes this currency, or does not say which it takes."""
        return self.currencies is None or currency in self.currencies


def _codes(currencies: object) -> frozenset[str] | None:
    if currencies is None:
        return None
    codes = frozenset(_members("currencies", currencies, str))
    unknown = sorted(codes - set(EXPONENTS))
    if unknown:
        raise ConfigurationError(
            f"payment_describe names the currency {unknown[0]!r}: use ISO 4217 codes"
        )
    return codes


def _members(name: str, values: object, kind: type[Member]) -> tuple[Member, ...]:
    if not isinstance(values, Iterable) or isinstance(values, str):
        raise _wrong(name, f"a set of {kind.__name__}", values)
    members = []
    for value in values:
        if not isinstance(value, kind):
            raise _wrong(name, f"a set of {kind.__name__}", value)
        members.append(value)
    return tuple(members)


def _wrong(name: str, expected: str, value: object) -> ConfigurationError:
    return ConfigurationError(
        f"payment_describe gave {name} with {type(value).__name__}: it must be {expected}"
    )
