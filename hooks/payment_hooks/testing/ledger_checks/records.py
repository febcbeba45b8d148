"""Payments, operations and events to put into a ledger."""

from collections.abc import Callable, Mapping
from dataclasses import MISSING, fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar, get_type_hints

from payment_hooks.ledger.intents import new_operation
from payment_hooks.model.kinds import EventKind, Mode
from payment_hooks.model.money import Money
from payment_hooks.model.records import (
    HostedPage,
    Intent,
    Operation,
    OperationKind,
    OperationState,
    Payment,
    PaymentState,
)
from payment_hooks.model.results import Challenge, WebhookEvent

NOW = datetime(2026, 11, 23, 12, 0, 0, 123456, tzinfo=UTC)
NOBODY = ("nobody", "", "no\0body", "no\ud800body")
"""Unknown ids; they come from addresses in a browser, so they may be anything."""
LATER = NOW + timedelta(hours=1, microseconds=1)

Record = TypeVar(
    "Record", Payment, Operation, WebhookEvent, Intent, HostedPage, Challenge
)

_SAMPLES: dict[object, Callable[[str], object]] = {
    str: lambda name: f"some {name}",
    int: lambda name: 7,
    bool: lambda name: True,
    datetime: lambda name: LATER,
    datetime | None: lambda name: LATER,
    Intent: lambda name: fill(Intent),
    HostedPage | None: lambda name: fill(HostedPage),
    Challenge | None: lambda name: fill(Challenge),
    Money: lambda name: Money(123_456, "KWD"),
    Money | None: lambda name: Money(98_765, "JPY"),
    Mode: lambda name: Mode.HOSTED,
    EventKind: lambda name: EventKind.DISPUTE,
    PaymentState: lambda name: PaymentState.PARTLY_REFUNDED,
    OperationKind: lambda name: OperationKind.REFUND,
    OperationState: lambda name: OperationState.UNKNOWN,
    tuple[str, ...]: lambda name: (f"first {name}", f"second {name}"),
    Mapping[str, str]: lambda name: {"brand": "VISA", "last4": "4242"},
    Mapping[str, object]: lambda name: {
        "basket": 7,
        "lines": [{"title": "Tee", "price": "12.50"}, None, True, 1.5, 10**15],
    },
}
"""For each type of a field a value that is not its default."""


def make_payment(**changes: Any) -> Payment:
    """A payment of 25.99 USD for the reference 100123."""
    payment = Payment(
        payment_id="p1",
        provider="fake",
        merchant_id="M1",
        reference="100123",
        mode=Mode.IFRAME,
        amount_due=Money(2599, "USD"),
        context={"basket": 7, "name": "Ünal"},
        created_at=NOW,
    )
    return replace(payment, **changes)


def make_operation(
    payment: Payment,
    kind: OperationKind = OperationKind.CHARGE,
    *,
    attempt: int = 1,
    intent_id: str = "",
    session_id: str = "",
    **changes: Any,
) -> Operation:
    """The operation which `Payments` would record for this intent.

    With a session it has a page; `changes` may be of its intent as well.
    """
    operation = new_operation(
        payment,
        kind,
        payment.amount_due,
        installation_id="kit",
        now=NOW,
        attempt=attempt,
        intent_id=intent_id,
    )
    names = {row.name for row in fields(Intent)} & changes.keys()
    intent = {name: changes.pop(name) for name in names}
    page = HostedPage(session_id=session_id, url="https://pay.test/1", expires_at=LATER)
    return replace(
        operation,
        intent=replace(operation.intent, **intent),
        page=page if session_id else None,
        **changes,
    )


def make_refund(payment: Payment, number: int, **changes: Any) -> Operation:
    """One of many operations which may be open side by side."""
    changes = {"slot": f"{payment.payment_id}:{number}", **changes}
    return make_operation(
        payment, OperationKind.REFUND, intent_id=f"form {number}", **changes
    )


def make_event(**changes: Any) -> WebhookEvent:
    """A message that a hosted session was paid."""
    event = WebhookEvent(
        event_id="e1",
        kind=EventKind.PAYMENT,
        provider="fake",
        merchant_id="M1",
        transaction_id="T1",
        session_id="s1",
        approved=True,
        occurred_at=NOW,
    )
    return replace(event, **changes)


def fill(kind: type[Record], **given: Any) -> Record:
    """A record of the kind with a value of its own in every field, new fields too."""
    hints = get_type_hints(kind)
    values = {row.name: _sample(hints[row.name], row.name) for row in fields(kind)}
    return kind(**{**values, **given})


def differences(record: Record, kept: Record | None) -> dict[str, object]:
    """The fields which did not come back in value and type, with what came."""
    return {
        row.name: getattr(kept, row.name, MISSING)
        for row in fields(record)
        if not _is_same(getattr(record, row.name), getattr(kept, row.name, MISSING))
    }


def _sample(hint: object, name: str) -> object:
    if hint not in _SAMPLES:
        raise TypeError(f"the kit has no sample for {name}: {hint}; give it one")
    return _SAMPLES[hint](name)


def _is_same(wanted: object, came: object) -> bool:
    if isinstance(wanted, Mapping):
        return isinstance(came, Mapping) and dict(came) == dict(wanted)
    return type(came) is type(wanted) and came == wanted
