"""What the shopper pays on top of amount and tip: the credit card surcharge.

Clover keeps it apart from the amount, and leaves fractions of a cent away.
Source: "Manage transaction data (REST API)", docs.clover.com, read 2026-11.
"""

from clover_simulator.state.cards import CardOnFile
from clover_simulator.state.records import JSON, WHOLE_RATE, Charge, Refund
from clover_simulator.state.state import State

KIND = "CREDIT_SURCHARGE"


def rate_for(state: State, card: CardOnFile) -> int:
    """Percent times 10000; 0 where the card is none of credit."""
    return 0 if card.is_debit else round(state.switches.surcharge_percent * 10_000)


def of_charge(charge: Charge) -> list[JSON]:
    """The charge's surcharge as an additional charge."""
    return _rows(charge.surcharge, charge.surcharge_rate, "payment", charge.id)


def of_refund(charge: Charge, refund: Refund) -> list[JSON]:
    """What a refund returns on top of its amount."""
    return _rows(refund.surcharge, charge.surcharge_rate, "refund", refund.id)


def _rows(cents: int, rate: int, owner: str, owner_id: str) -> list[JSON]:
    if not cents:
        return []
    row = {"id": f"{owner_id[:-1]}S", "amount": cents, "rate": rate, "type": KIND}
    return [{**row, owner: {"id": owner_id}}]


def on_charge(state: State, charge: Charge) -> JSON:
    """The field `additional_charges` of the charge object, if there is something in it.

    Clover's OpenAPI calls it an object and does not say what is in it; the rows are
    those of the platform.
    """
    rows = of_charge(charge)
    if not rows:
        return {}
    is_list = state.switches.additional_charges_form == "list"
    return {"additional_charges": rows if is_list else {"elements": rows}}


def part_of(state: State, charge: Charge, amount: int, left: int) -> int:
    """The surcharge that a refund of `amount` returns; the last one returns the rest."""
    if not state.switches.refund_surcharge:
        return 0
    if amount == left:
        return charge.surcharge - charge.surcharge_returned
    return amount * charge.surcharge_rate // WHOLE_RATE
