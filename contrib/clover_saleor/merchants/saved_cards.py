"""The saved cards of Saleor's customers: saved before a charge, listed, removed."""

from base64 import b64encode

from saleor.payment.interface import (
    CustomerSource,
    PaymentGateway,
    PaymentMethodCreditCardInfo,
    PaymentMethodData,
    PaymentMethodInfo,
)

from clover_django.ledger.saved_cards import DjangoSavedCards
from clover_saleor.installation.names import GATEWAY, TITLE
from clover_saleor.installation.untyped import SaleorObject
from clover_saleor.merchants.channels import Merchant
from payment_hooks import card_label, storefront


def owner_of(user: SaleorObject | None) -> str:
    """Saleor's public id of the customer; empty for a guest."""
    return b64encode(f"User:{user.pk}".encode()).decode() if user else ""


def remove(merchant: Merchant, owner: str, public_id: str) -> None:
    """Remove the customer's card.

    Raises:
        InvalidRequest: the customer has no such card.
        PaymentError: the provider did not remove it; it stays.
    """
    storefront.forget_source(merchant.payments, DjangoSavedCards(), owner, public_id)


def list_for_payments_flow(merchant: Merchant, owner: str) -> list[CustomerSource]:
    """As `me.storedPaymentSources` shows them."""
    return [
        CustomerSource(
            id=row.public_id,
            gateway=GATEWAY,
            credit_card_info=PaymentMethodInfo(
                type="card",
                brand=row.brand.lower(),
                last_4=row.last4,
                exp_month=row.exp_month,
                exp_year=row.exp_year,
            ),
            metadata={},
        )
        for row in DjangoSavedCards().list(owner, merchant.merchant_id)
    ]


def list_for_transactions_flow(
    merchant: Merchant, user: SaleorObject
) -> list[PaymentMethodData]:
    """As `storedPaymentMethods` shows them."""
    gateway = PaymentGateway(
        id=GATEWAY, name=TITLE, currencies=[merchant.currency], config=[]
    )
    return [
        PaymentMethodData(
            id=row.public_id,
            external_id=row.public_id,
            supported_payment_flows=[],
            type="Credit Card",
            gateway=gateway,
            credit_card_info=PaymentMethodCreditCardInfo(
                brand=row.brand,
                last_digits=row.last4,
                exp_month=row.exp_month,
                exp_year=row.exp_year,
            ),
            name=card_label(row.brand, row.last4),
        )
        for row in DjangoSavedCards().list(owner_of(user), merchant.merchant_id)
    ]
