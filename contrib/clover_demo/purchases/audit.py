"""Compares each order of the shop with Clover's own records."""

from collections.abc import Sequence
from dataclasses import dataclass
from http import HTTPStatus

from clover_simulator.state.records import Charge
from clover_simulator.state.webhook_sender import Delivery

PAID_STATUS = "Paid"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShopOrder:
    """What the shop knows of an order."""

    number: str
    charge_id: str
    cents: int
    currency: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One order that was bought, and what shop and Clover say of it."""

    mode: str
    order: ShopOrder | None
    charge: Charge | None
    problems: tuple[str, ...]

    @property
    def is_right(self) -> bool:
        """Whether shop and Clover agree that it is paid."""
        return not self.problems


def judge(
    mode: str, order: ShopOrder | None, charges: Sequence[Charge], problem: str = ""
) -> Verdict:
    """Whether the order is paid, once, in full, in both records."""
    if order is None:
        wrong = (problem or "the shop has no order",)
        return Verdict(mode=mode, order=None, charge=None, problems=wrong)
    charge = next((row for row in charges if row.id == order.charge_id), None)
    problems = _differences(order, charge)
    return Verdict(mode=mode, order=order, charge=charge, problems=tuple(problems))


def find_leftovers(
    verdicts: Sequence[Verdict],
    charges: Sequence[Charge],
    deliveries: Sequence[Delivery],
) -> list[str]:
    """Charges without an order, and webhooks that were not delivered."""
    known = {verdict.order.charge_id for verdict in verdicts if verdict.order}
    unknown = [
        f"Clover took {amount(row.amount, row.currency)} with {row.id}, for no order"
        for row in charges
        if row.captured and row.id not in known
    ]
    unheard = [
        f"the shop answered {row.status or 'nothing'} to Clover's webhook {row.number}"
        for row in deliveries
        if row.status != HTTPStatus.OK
    ]
    return unknown + unheard


def _differences(order: ShopOrder, charge: Charge | None) -> list[str]:
    if charge is None:
        return [f"Clover knows no charge {order.charge_id or '(none)'}"]
    found = []
    if order.status != PAID_STATUS:
        found.append(f"the order is {order.status}, not {PAID_STATUS}")
    taken = (charge.amount, charge.currency.upper())
    if taken != (order.cents, order.currency):
        found.append(
            f"the order comes to {amount(order.cents, order.currency)}, Clover "
            f"took {amount(charge.amount, charge.currency)}"
        )
    if not charge.captured or charge.amount_captured != charge.amount:
        found.append(f"the charge is {charge.state}, not captured")
    return found


def amount(cents: int, currency: str) -> str:
    """An amount as people write it."""
    return f"{decimal(cents)} {currency.upper()}"


def decimal(cents: int) -> str:
    """Cents as dollars and cents."""
    return f"{cents // 100:,}.{cents % 100:02}"
