"""What the provider may know of a charge, out of Oscar's submission."""

from collections.abc import Mapping
from typing import Any

from clover_oscar.untyped import OscarObject
from payment_hooks import Address, BrowserInfo, ChargeDetails


def details_of(
    submission: Mapping[str, Any], email: str, shopper_ip: str, browser: str
) -> ChargeDetails:
    """E-mail and addresses of the shopper, and the browser as the page described it.

    Not the tax: Clover refunds a charge that names its tax only as a whole.
    """
    return ChargeDetails(
        shopper_email=email,
        shopper_ip=shopper_ip,
        browser=BrowserInfo.usable(browser),
        billing_address=_address(submission["billing_address"]),
        shipping_address=_address(submission["shipping_address"]),
    )


def _address(address: OscarObject) -> Address | None:
    """The shop's address as one of ours; None if there is none, or no usable one."""
    if address is None:
        return None
    return Address.usable(
        first_name=address.first_name,
        last_name=address.last_name,
        line1=address.line1,
        line2=address.line2,
        city=address.line4,
        region=address.state,
        postal_code=address.postcode,
        country=address.country_id,
        phone=str(getattr(address, "phone_number", "") or ""),
    )
