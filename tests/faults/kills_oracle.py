"""What is true after the kills: the simulator's records against the shop's rows.

Every order has an amount of its own, so that a charge is the order's whatever the
adapter wrote beside it. Nothing that the adapter said is believed.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from clover_simulator.simulator import LedgerSnapshot
from clover_simulator.state.records import Charge, ChargeState, Refund

Movement = tuple[str, str]
"""A kind, and the id of what Clover made."""

_TAKES = ("authorize", "charge", "hosted_page")
_OPEN = ("pending", "sending", "unknown")


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What a shopper wants, once."""

    reference: str
    flow: str
    amount: int
    """In cents, and no other order's."""

    @property
    def refund(self) -> int:
        """What is refunded, if anything is."""
        return self.amount // 3

    def as_json(self) -> dict[str, Any]:
        """For a worker."""
        return {
            "reference": self.reference,
            "flow": self.flow,
            "amount": self.amount,
            "refund": self.refund,
        }


@dataclass(slots=True)
class Verdict:
    """What broke a promise, a line for each case; and what is not at its end."""

    doubled: list[str] = field(default_factory=list)
    """Money that moved more than once, or more of it than was asked."""
    lost: list[str] = field(default_factory=list)
    """Money that moved, and the shop does not know or was not notified of."""
    invented: list[str] = field(default_factory=list)
    """What the shop believes and Clover knows nothing of."""
    open: list[str] = field(default_factory=list)
    moved: int = 0
    """How many orders moved money."""

    @property
    def broken(self) -> list[str]:
        """Every broken promise."""
        return [*self.doubled, *self.lost, *self.invented]


def judge(
    orders: list[Order], records: LedgerSnapshot, rows: dict[str, Any]
) -> Verdict:
    """What holds for these orders."""
    verdict = Verdict()
    for order in orders:
        _judge(order, records, rows, verdict)
    return verdict


def _judge(
    order: Order, records: LedgerSnapshot, rows: dict[str, Any], verdict: Verdict
) -> None:
    charges = [row for row in records.charges if row.amount == order.amount]
    ids = {row.id for row in charges}
    returned = [row for row in records.refunds if row.charge_id in ids]
    verdict.moved += bool(charges)
    verdict.doubled += _doubled(order, charges, returned)
    moved = sorted(_movements(charges, returned))
    mine = [row for row in rows["operations"] if row["reference"] == order.reference]
    known = sorted(_written(mine))
    notified = sorted(
        _movement(row)
        for row in rows["notified"]
        if row["reference"] == order.reference
        and row["event_id"].endswith(":succeeded")
    )
    text = f"{order.reference}: Clover {moved}, rows {known}, notified {notified}"
    if set(moved) - set(known) or set(moved) - set(notified):
        verdict.lost.append(text)
    elif not known == notified == moved:
        verdict.invented.append(text)
    states = [row["state"] for row in rows["payments"] if _is_of(order, row)]
    expected = _state(charges, returned)
    if expected and states != [expected]:
        verdict.lost.append(f"{order.reference}: {states}, not {expected}")
    verdict.open += [
        f"{order.reference}: {row['kind']} is {row['state']}, notified {row['notified']}"
        for row in mine
        if row["state"] in _OPEN or (row["state"] != "waiting" and not row["notified"])
    ]


def _is_of(order: Order, row: dict[str, Any]) -> bool:
    return bool(row["reference"] == order.reference)


def _doubled(
    order: Order, charges: list[Charge], returned: list[Refund]
) -> Iterator[str]:
    if len(charges) > 1:
        yield f"{order.reference}: {len(charges)} charges"
    if sum(not row.was_void for row in returned) > 1:
        yield f"{order.reference}: {len(returned)} refunds"
    if any(row.amount_captured > order.amount for row in charges):
        yield f"{order.reference}: more captured than asked"


def _movements(charges: list[Charge], returned: list[Refund]) -> Iterator[Movement]:
    """What Clover did, as the shop should have written it down."""
    for charge in charges:
        yield "take", charge.id
        if charge.was_authorization and charge.state is ChargeState.CAPTURED:
            yield "capture", charge.id
    for refund in returned:
        yield ("void" if refund.was_void else "refund"), refund.id


def _written(rows: list[dict[str, Any]]) -> Iterator[Movement]:
    for row in rows:
        if row["state"] == "succeeded" and not row["flag"]:
            yield _movement(row)


def _movement(row: dict[str, Any]) -> Movement:
    kind = "take" if row["kind"] in _TAKES else row["kind"]
    return kind, row["transaction_id"]


def _state(charges: list[Charge], returned: list[Refund]) -> str:
    """What the payment's state must be; empty where nothing was taken."""
    if not charges:
        return ""
    if any(not row.was_void for row in returned):
        return "partly_refunded"
    states = {
        ChargeState.AUTHORIZED: "authorized",
        ChargeState.CAPTURED: "paid",
        ChargeState.VOIDED: "voided",
    }
    return states[charges[0].state]
