"""The forms that values of an answer may take, where Clover uses more than one."""

from clover_simulator.state.cards import CardOnFile
from clover_simulator.state.records import JSON
from clover_simulator.state.switches import Switches


def card(switches: Switches, shown: CardOnFile) -> JSON:
    """Expiry and digits of a card; a number has no leading zeros."""
    as_shown = int if switches.numbers_for_text else str
    year = shown.exp_year[-2:] if switches.year_digits == 2 else shown.exp_year
    return {
        "exp_month": as_shown(shown.exp_month),
        "exp_year": as_shown(year),
        "first6": shown.first6,
        "last4": as_shown(shown.last4),
    }


def merchant_id(switches: Switches, known: str) -> str:
    """A merchant's id as answers and webhooks write it."""
    return known.lower() if switches.merchant_id_case == "lower" else known
