"""Builds every writing call to Clover: address, key, headers and body."""

from urllib.parse import quote

from clover_provider.api import charges, hosted_checkout, refunds
from clover_provider.api.authentication import asking
from clover_provider.api.cards import customers, tokens
from clover_provider.config import CloverConfig
from clover_provider.wire.message import Call
from payment_hooks import (
    CaptureRequest,
    CardDetails,
    CheckoutRequest,
    ConfirmRequest,
    PaymentRequest,
    RefundRequest,
    RemoveSourceRequest,
    SaveSourceRequest,
    VoidRequest,
)


def charge(
    request: PaymentRequest, config: CloverConfig, *, capture: bool, attempt: int
) -> Call:
    """Charge or authorize a card."""
    action = "charge" if capture else "authorization"
    customer_id = customers.customer_of(request.source)
    return Call(
        method="POST",
        url=f"{config.ecommerce_url}/v1/charges",
        path="/v1/charges",
        action=f"{action} of {request.amount} for {request.reference}",
        body=charges.build_charge(
            request, capture=capture, authenticate=config.three_d_secure
        ),
        headers=charges.build_headers(request.details.shopper_ip),
        bearer=config.ecommerce_key,
        idempotency_key=request.idempotency_key,
        moves_money=True,
        attempt=attempt,
        hidden=(request.source.token, customer_id) if customer_id else (),
    )


def capture(request: CaptureRequest, config: CloverConfig) -> Call:
    """Capture a part or all of an authorization."""
    charge_id = quote(request.transaction_id, safe="")
    return Call(
        method="POST",
        url=f"{config.ecommerce_url}/v1/charges/{charge_id}/capture",
        path="/v1/charges/{id}/capture",
        action=f"capture of {request.amount} on {request.transaction_id}",
        body=charges.build_capture(request),
        headers=charges.build_headers(request.shopper_ip),
        bearer=config.ecommerce_key,
        idempotency_key=request.idempotency_key,
        moves_money=True,
    )


def finalize(request: ConfirmRequest, config: CloverConfig, *, step: str) -> Call:
    """Let a charge go on after a step of 3-D Secure."""
    return Call(
        method="POST",
        url=f"{config.ecommerce_url}/v1/charges/finalize_payment",
        path="/v1/charges/finalize_payment",
        action=f"finalization of {request.transaction_id}",
        body=asking.build_answer(request),
        bearer=config.ecommerce_key,
        idempotency_key=asking.key_of_step(request, step),
        moves_money=True,
    )


def refund(request: RefundRequest | VoidRequest, config: CloverConfig) -> Call:
    """Refund a charge or void an authorization; Clover has one endpoint for both."""
    if isinstance(request, RefundRequest):
        action, body = "refund", refunds.build_refund(request)
    else:
        action, body = "void", refunds.build_void(request)
    return Call(
        method="POST",
        url=f"{config.ecommerce_url}/v1/refunds",
        path="/v1/refunds",
        action=f"{action} of {request.amount} on {request.transaction_id}",
        body=body,
        bearer=config.ecommerce_key,
        idempotency_key=request.idempotency_key,
        moves_money=True,
    )


def tokenize(
    card: CardDetails, config: CloverConfig, *, public_key: str, encryption_key: str
) -> Call:
    """Exchange a card for a token."""
    return Call(
        method="POST",
        url=f"{config.token_url}/v1/tokens",
        path="/v1/tokens",
        action="tokenization of a card",
        headers={"apikey": public_key},
        body=tokens.build(card, encryption_key=encryption_key),
        hidden=(card.number,),  # not in the body when it goes encrypted
    )


def save_source(request: SaveSourceRequest, config: CloverConfig) -> Call:
    """Save a card, as a customer of its own."""
    return Call(
        method="POST",
        url=f"{config.ecommerce_url}/v1/customers",
        path="/v1/customers",
        action="saving of a card",
        body=customers.build(request),
        bearer=config.ecommerce_key,
    )


def remove_source(request: RemoveSourceRequest, config: CloverConfig) -> Call:
    """Remove a saved card."""
    ids = customers.customer_and_card(request)
    return Call(
        method="DELETE",
        url=f"{config.ecommerce_url}/v1/customers/{ids[0]}/sources/{ids[1]}",
        path="/v1/customers/{id}/sources/{id}",
        action="removal of a saved card",
        bearer=config.ecommerce_key,
        hidden=ids,
    )


def open_hosted_page(request: CheckoutRequest, config: CloverConfig) -> Call:
    """Open a hosted page."""
    return Call(
        method="POST",
        url=f"{config.api_url}/invoicingcheckoutservice/v1/checkouts",
        path="/invoicingcheckoutservice/v1/checkouts",
        action=f"hosted page for {request.amount} for {request.reference}",
        headers={"X-Clover-Merchant-Id": config.merchant_id},
        body=hosted_checkout.build(request, config),
        bearer=config.hosted_key,
    )
