"""How far a purchase is paid, in Saleor's words."""

from clover_graphql.types.money import MoneyType
from clover_graphql.types.totals import Totals
from payment_hooks import Money, Purchase

DISPLAY = {
    "NOT_CHARGED": "Not charged",
    "PENDING": "Pending",
    "PARTIALLY_CHARGED": "Partially charged",
    "FULLY_CHARGED": "Fully charged",
    "PARTIALLY_REFUNDED": "Partially refunded",
    "FULLY_REFUNDED": "Fully refunded",
    "REFUSED": "Refused",
    "CANCELLED": "Cancelled",
}
"""A payment's charge status for a person."""


def charge_status_of(purchase: Purchase, totals: Totals) -> str:
    """Which share was paid: NONE, PARTIAL, FULL or OVERCHARGED."""
    if totals.charged > purchase.amount_due:
        return "OVERCHARGED"
    return _share(totals.charged, purchase.amount_due)


def authorize_status_of(purchase: Purchase, totals: Totals) -> str:
    """Which share is reserved or paid: NONE, PARTIAL or FULL."""
    return _share(totals.authorized + totals.charged, purchase.amount_due)


def _share(part: Money, whole: Money) -> str:
    if part >= whole:
        return "FULL"
    return "PARTIAL" if part.minor_units > 0 else "NONE"


def balance_of(purchase: Purchase, totals: Totals) -> MoneyType:
    """What was paid beyond the total; negative while something is left to pay."""
    return MoneyType.of(totals.charged - purchase.amount_due)
