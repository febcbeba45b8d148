"""How an intent becomes an operation: its key, its fingerprint, its slot."""

import hashlib
import json
from dataclasses import asdict
from datetime import datetime
from uuid import UUID, uuid4, uuid5

from payment_hooks.model.cards import PaymentSource
from payment_hooks.model.details.charge import ChargeDetails
from payment_hooks.model.kinds import LONGEST
from payment_hooks.model.money import Money
from payment_hooks.model.records import (
    Intent,
    Operation,
    OperationKind,
    Payment,
    refuse_long,
)

_NAMESPACE = UUID("5d3a4a56-6a0c-5f0e-9a55-2f1f1c6f9b7e")
_HALF = 32
_OWNER = 8
"""How many letters of an operation's id are its installation's."""
_NOT_SENT = frozenset({"shopper_ip"})
"""No part of the body, and another one as soon as the shopper's network changes; 3-D
Secure makes it one."""
_SILENT = asdict(ChargeDetails())
"""Details that say nothing."""


def derive_key(
    installation_id: str,
    payment: Payment,
    kind: OperationKind,
    *,
    parent_id: str,
    intent_id: str,
    attempt: int,
) -> str:
    """The idempotency key of an intent: the same in any process of this installation.

    Another ledger at the same merchant, with orders of the same numbers, has other keys.
    """
    parts = (
        installation_id,
        payment.provider,
        payment.merchant_id,
        payment.reference,
        payment.sequence,
        _family(kind),
        parent_id,
        intent_id,
        attempt,
    )
    return str(uuid5(_NAMESPACE, json.dumps(parts)))


def make_fingerprint(
    amount: Money,
    source: PaymentSource | None = None,
    details: ChargeDetails | None = None,
) -> str:
    """A digest of what is asked, from which the source cannot be had back.

    Its first half is of amount and source alone, its second of what else is sent.
    """
    token = source.token if source else ""
    asked = _digest([amount.minor_units, amount.currency, token])
    return asked + _digest(_sent(details or ChargeDetails()))


def is_same_source(fingerprint: str, other: str) -> bool:
    """Whether both are of the same amount and source, whatever else was sent."""
    return fingerprint[:_HALF] == other[:_HALF]


def new_operation(
    payment: Payment,
    kind: OperationKind,
    amount: Money,
    *,
    installation_id: str,
    now: datetime,
    fingerprint: str = "",
    shopper_ip: str = "",
    parent_id: str = "",
    intent_id: str = "",
    attempt: int = 1,
) -> Operation:
    """The operation for this intent, not yet recorded.

    The fingerprint is of the amount alone where nothing else was asked.

    Raises:
        InvalidRequest: the name of the intent is longer than a ledger has room for.
    """
    refuse_long("intent_id", intent_id)
    return Operation(
        operation_id=_new_id(installation_id),
        payment_id=payment.payment_id,
        kind=kind,
        amount=amount,
        parent_id=parent_id,
        intent=Intent(
            intent_id=intent_id,
            attempt=attempt,
            fingerprint=fingerprint or make_fingerprint(amount),
            idempotency_key=derive_key(
                installation_id,
                payment,
                kind,
                parent_id=parent_id,
                intent_id=intent_id,
                attempt=attempt,
            ),
            slot=_slot(payment, kind, attempt),
        ),
        shopper_ip=shopper_ip,
        due=now,
        created_at=now,
        updated_at=now,
    )


def name_found(name: str) -> str:
    """The id of an intent for a movement that was not made through this ledger."""
    found = f"found {name}"
    return found if len(found) <= LONGEST else f"found {_digest(name)}"


def is_of_another_installation(operation_id: str, installation_id: str) -> bool:
    """Whether an operation's id, as a provider gives it back, was made elsewhere.

    Two ledgers at one merchant may use the same order numbers; what the other one sold
    must not keep an order of this one waiting.
    """
    return bool(operation_id) and operation_id[:_OWNER] != installation_id[:_OWNER]


def _sent(details: ChargeDetails) -> dict[str, object]:
    """The details that are part of what is sent, without those that say nothing."""
    left_out = frozenset() if details.browser else _NOT_SENT
    return {
        name: value
        for name, value in asdict(details).items()
        if value != _SILENT[name] and name not in left_out
    }


def _new_id(installation_id: str) -> str:
    """Random, but for the beginning, which shows whose it is."""
    return installation_id[:_OWNER] + uuid4().hex[_OWNER:]


def _slot(payment: Payment, kind: OperationKind, attempt: int) -> str:
    """A payment is funded once at a time; several hosted sessions may be open.

    A capture and a void are of the same authorization: a void that comes just
    after the capture would give the money back.
    """
    if kind is OperationKind.HOSTED_PAGE:
        return f"{payment.payment_id}:{kind}:{attempt}"
    if kind is OperationKind.VOID:
        return f"{payment.payment_id}:{OperationKind.CAPTURE}"
    return f"{payment.payment_id}:{_family(kind)}"


def _family(kind: OperationKind) -> str:
    """To charge and to authorize are one intent: to fund the payment, once."""
    is_funding = kind in (OperationKind.AUTHORIZE, OperationKind.CHARGE)
    return "fund" if is_funding else kind.value


def _digest(value: object) -> str:
    text = json.dumps(value, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:_HALF]
