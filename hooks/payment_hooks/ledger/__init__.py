"""What a store must do, and arithmetic over what it holds."""

from payment_hooks.ledger import rows
from payment_hooks.ledger.committing import ROLLED_BACK, add_or_find, commit_again
from payment_hooks.ledger.memory import MemoryLedger
from payment_hooks.ledger.outcomes import (
    Outcome,
    find_challenged,
    find_unpaid_page,
    has_open_page,
    last_decline,
    outcome_of,
)
from payment_hooks.ledger.state import (
    decline_of,
    derive_state,
    find_authorization,
    find_unclear,
    following_money,
    lapses_at,
    refundable,
    refuse_order,
    visible_state,
)
from payment_hooks.ledger.store import Ledger, StaleVersion
from payment_hooks.ledger.text import storable
from payment_hooks.ledger.totals import Totals, add_up, sum_up

__all__ = [
    "ROLLED_BACK",
    "Ledger",
    "MemoryLedger",
    "Outcome",
    "StaleVersion",
    "Totals",
    "add_or_find",
    "add_up",
    "commit_again",
    "decline_of",
    "derive_state",
    "find_authorization",
    "find_challenged",
    "find_unclear",
    "find_unpaid_page",
    "following_money",
    "has_open_page",
    "lapses_at",
    "last_decline",
    "outcome_of",
    "refundable",
    "refuse_order",
    "rows",
    "storable",
    "sum_up",
    "visible_state",
]
