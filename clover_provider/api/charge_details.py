"""What Clover is told of a charge beside amount and source.

Source: "Create a charge", Clover Ecommerce API reference, read 2026-11.
"""

import logging

from clover_provider.config.limits import LONGEST_DESCRIPTOR
from payment_hooks import ChargeDetails, EnteredBy, Level2, Money

logger = logging.getLogger(__name__)

_ECOMIND = {EnteredBy.SHOPPER: "ecom", EnteredBy.MERCHANT: "moto"}


def build(details: ChargeDetails) -> dict[str, object]:
    """The fields of a charge which carry the details.

    Clover has none for a billing address, which it takes with the token, and its pages
    disagree on the form of a shipping address: of that, only the postal code is sent,
    with Level 2 data.
    """
    sent: dict[str, object] = {"ecomind": _ECOMIND[details.entered_by]}
    if details.description:
        sent["description"] = details.description
    if details.shopper_email:
        sent["receipt_email"] = details.shopper_email
    if details.tax is not None:
        sent["tax_amount"] = details.tax.minor_units
    if details.statement_descriptor:
        sent |= _soft_descriptor(details.statement_descriptor)
    if details.level2 is not None:
        sent |= _level2(details, details.level2)
    return sent


def _soft_descriptor(text: str) -> dict[str, object]:
    """Clover's object for the text; a text that is too long is left out and logged."""
    if len(text) > LONGEST_DESCRIPTOR:
        logger.warning(
            "a statement descriptor of %d characters is left out: Clover takes %d",
            len(text),
            LONGEST_DESCRIPTOR,
        )
        return {}
    return {"soft_descriptor": {"dba_name": text}}


def _level2(details: ChargeDetails, given: Level2) -> dict[str, object]:
    ships_to = details.shipping_address
    fields: dict[str, object] = {
        "pc_order_number": given.purchase_order,
        "product_description": given.product_description,
        "merchant_tax_id": given.merchant_tax_id,
        "tax_amount": _minor_units(details.tax),
        "discount_amount": _minor_units(given.discount),
        "freight_amount": _minor_units(given.freight),
        "duty_amount": _minor_units(given.duty),
        "shipping_from_postal_code": given.ships_from_postal_code,
        "destination_postal_code": ships_to.postal_code if ships_to else "",
    }
    sent = {
        "external_customer_reference": given.customer_reference,
        "level2": {name: value for name, value in fields.items() if value},
    }
    return {name: value for name, value in sent.items() if value}


def _minor_units(amount: Money | None) -> int:
    return amount.minor_units if amount is not None else 0
