"""The bench that a provider's author writes, and helpers of the checks for it."""

from collections.abc import Callable, Collection
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from typing import Any, Protocol, TypeVar
from uuid import uuid4

import pytest

from payment_hooks.model.cards import PaymentSource
from payment_hooks.model.details.charge import ChargeDetails
from payment_hooks.model.errors import UnsupportedOperation
from payment_hooks.model.kinds import EventKind
from payment_hooks.model.money import Money
from payment_hooks.model.provider_info import ProviderInfo
from payment_hooks.model.requests import (
    CaptureRequest,
    PaymentRequest,
    RefundRequest,
    VoidRequest,
    WebhookRequest,
)
from payment_hooks.model.results import Challenge, Transaction
from payment_hooks.spec.calling import ProviderHooks

DUE = 2599
SHOPPER_IP = "203.0.113.7"
Check = TypeVar("Check", bound=Callable[..., None])


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """What the provider's own records say of everything since the bench was set up.

    All but `payments` are minor units.
    """

    payments: int = 0
    """Approved authorizations and charges; a captured authorization counts once."""
    taken: int = 0
    returned: int = 0


class Bench(Protocol):
    """A provider with empty records, and what the checks need around it."""

    provider: Any
    """The plugin, with its hooks."""
    currency: str
    """One with two decimals that the merchant takes."""
    lacks: Collection[str]
    """The hooks which the provider does not have; that it refuses them is checked."""
    sends: Collection[EventKind]
    """The kinds of messages that the provider sends; PAYMENT for most."""
    ends_challenges: bool
    """Whether `canceled` ends what waits for the shopper at the provider. Where it only
    promises that nobody answers, an answer that may still arrive keeps it open, which is
    checked."""

    def approved(self) -> PaymentSource:
        """A fresh source that the bank approves."""
        ...

    def declined(self) -> PaymentSource:
        """A fresh source that the bank declines."""
        ...

    def challenged(self) -> tuple[PaymentSource, ChargeDetails]:
        """A fresh source and details with which a charge waits for the shopper; only for
        `payment_confirm`."""
        ...

    def answer(self, challenge: Challenge) -> dict[str, str]:
        """What the shopper's browser brings back after answering well."""
        ...

    def lose_answer(self, hook: str) -> None:
        """Let the next call of the hook be done, and its answer be lost."""
        ...

    def refusing(self) -> AbstractContextManager[object]:
        """Within the block, the provider cannot be reached."""
        ...

    def moved(self) -> Moved:
        """The provider's own records; never what a hook answered."""
        ...

    def message(
        self,
        *,
        kind: EventKind | None = None,
        age: timedelta = timedelta(0),
        forged: bool = False,
        merchant_id: str = "",
    ) -> WebhookRequest:
        """A signed message of that age; `forged` with another secret's signature.

        It is of the kind, one of `sends`; of any of them if None.
        """
        ...


class MissingHook:
    """Asked in place of a hook that the provider lacks."""


def needs(*hooks: str) -> Callable[[Check], Check]:
    """Where a hook is declared lacking, check instead that it is refused."""

    def decorate(check: Check) -> Check:
        @wraps(check)
        def run(self: object, bench: Bench, **fixtures: object) -> None:
            lacking = [hook for hook in hooks if hook in bench.lacks]
            if not lacking:
                check(self, bench, **fixtures)
            for hook in lacking:
                _refuses(bench, hook)

        return run  # type: ignore[return-value]  # wraps keeps the check's signature

    return decorate


def charge(bench: Bench, request: PaymentRequest | None = None) -> Transaction:
    """A charge of the amount due."""
    result = bench.provider.payment_charge(request=request or ask(bench))
    assert type(result) is Transaction
    return result


def authorize(bench: Bench, request: PaymentRequest | None = None) -> Transaction:
    """An authorization of the amount due."""
    result = bench.provider.payment_authorize(request=request or ask(bench))
    assert type(result) is Transaction
    return result


def capture(bench: Bench, authorized: Transaction, cents: int = DUE) -> Transaction:
    """A capture of an authorization."""
    result = bench.provider.payment_capture(
        request=CaptureRequest(
            transaction_id=authorized.transaction_id,
            amount=Money(cents, bench.currency),
            reference="100123",
            shopper_ip=SHOPPER_IP,
        )
    )
    assert type(result) is Transaction
    return result


def refund(
    bench: Bench, transaction_id: str, cents: int, currency: str = ""
) -> Transaction:
    """A refund of a charge."""
    result = bench.provider.payment_refund(
        request=RefundRequest(
            transaction_id=transaction_id,
            amount=Money(cents, currency or bench.currency),
            reference="100123",
        )
    )
    assert type(result) is Transaction
    return result


def void(bench: Bench, authorized: Transaction) -> Transaction:
    """A void of an authorization."""
    result = bench.provider.payment_void(
        request=VoidRequest(
            transaction_id=authorized.transaction_id,
            amount=authorized.amount,
            reference="100123",
        )
    )
    assert type(result) is Transaction
    return result


def ask(
    bench: Bench,
    source: PaymentSource | None = None,
    details: ChargeDetails | None = None,
) -> PaymentRequest:
    """A request for 25.99 under a key and an operation id of its own."""
    return PaymentRequest(
        amount=Money(DUE, bench.currency),
        source=source or bench.approved(),
        reference="100123",
        operation_id=str(uuid4()),
        details=details or ChargeDetails(shopper_ip=SHOPPER_IP),
    )


def info_of(bench: Bench) -> ProviderInfo:
    """What the provider says of itself, or what follows from its hooks."""
    return ProviderHooks.to(bench.provider).info


def _refuses(bench: Bench, hook: str) -> None:
    method = getattr(ProviderHooks.to(bench.provider), hook.removeprefix("payment_"))
    with pytest.raises(UnsupportedOperation):
        method(MissingHook())
