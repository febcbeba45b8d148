"""Cards that Saleor's customers keep: saved before they are charged, listed, deleted."""

from base64 import b64encode

from saleor.payment.interface import (
    CustomerSource,
    PaymentGateway,
    PaymentMethodCreditCardInfo,
    PaymentMethodData,
    PaymentMethodInfo,
)

from clover_django.ledger.saved_cards import DjangoWallet
from clover_saleor.merchants import Merchant
from clover_saleor.names import GATEWAY, TITLE
from clover_saleor.untyped import SaleorObject
from payment_hooks import Operation, Payment, PaymentSource, wallet
from payment_hooks.storefront import Entry


def owner_of(user: SaleorObject | None) -> str:
    """Saleor's public id of the customer; empty for a guest."""
    return b64encode(f"User:{user.pk}".encode()).decode() if user else ""


def choose_source(
    merchant: Merchant,
    payment: Payment,
    entry: Entry,
    *,
    owner: str,
    email: str,
    save: bool,
) -> PaymentSource | None:
    """What the shopper pays with; see `payment_hooks.wallet.choose_source`."""
    return wallet.choose_source(
        merchant.payments,
        payment,
        entry,
        wallet=DjangoWallet(),
        owner=owner,
        email=email,
        save=save,
    )


def note_card(source: PaymentSource | None, money: Operation | None) -> None:
    """Let the list show what the charge told of a card that was saved with it."""
    wallet.note_card(DjangoWallet(), source, money)


def forget(merchant: Merchant, owner: str, public_id: str) -> None:
    """Remove the customer's card.

    Raises:
        InvalidRequest: the customer has no such card.
        PaymentError: the provider did not remove it; it stays.
    """
    wallet.forget_source(merchant.payments, DjangoWallet(), owner, public_id)


def of_payments_flow(merchant: Merchant, owner: str) -> list[CustomerSource]:
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
        for row in DjangoWallet().list(owner, merchant.merchant_id)
    ]


def of_transactions_flow(
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
            name=f"{row.brand} {row.last4}".strip(),
        )
        for row in DjangoWallet().list(owner_of(user), merchant.merchant_id)
    ]
