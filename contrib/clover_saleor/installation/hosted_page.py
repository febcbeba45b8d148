"""What a hosted page needs: return URLs, customer, and the address for webhooks."""

from django.core.exceptions import ValidationError
from saleor.core.utils import build_absolute_uri
from saleor.core.utils.url import validate_storefront_url

from clover_saleor.codes import RETURN_URL_MISSING
from clover_saleor.installation.names import GATEWAY
from clover_saleor.installation.untyped import SaleorObject
from payment_hooks import Customer, ErrorCode, InvalidRequest, ReturnUrls

WEBHOOK = "/webhook/"


def return_urls(url: str) -> ReturnUrls:
    """The storefront's page, for success, failure and cancel alike.

    Raises:
        InvalidRequest: there is none, or its host is not the shop's.
    """
    if not url:
        raise InvalidRequest(
            "a hosted page needs a way back: pass returnUrl to checkoutPaymentCreate, "
            "or in the payment data",
            code=RETURN_URL_MISSING,
        )
    try:
        validate_storefront_url(url)
    except ValidationError as error:
        raise InvalidRequest(
            "returnUrl must be on one of ALLOWED_CLIENT_HOSTS",
            code=ErrorCode.RETURN_URL_FOREIGN,
        ) from error
    return ReturnUrls(success=url, failure=url, cancel=url)


def customer(billing: SaleorObject, email: str) -> Customer:
    """Who pays, from the billing address, where there is one."""
    return Customer(
        first_name=billing.first_name if billing else "",
        last_name=billing.last_name if billing else "",
        email=email,
        phone=str(billing.phone or "") if billing else "",
    )


def webhook_url(channel_slug: str) -> str:
    """The address for webhooks about a channel's hosted payments."""
    return str(
        build_absolute_uri(f"/plugins/channel/{channel_slug}/{GATEWAY}{WEBHOOK}")
    )
