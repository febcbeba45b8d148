"""Cards that Saleor's customers keep: saved before they are charged, listed, deleted."""

from base64 import b64encode

from saleor.payment.interface import (
    CustomerSource,
    PaymentGateway,
    PaymentMethodCreditCardInfo,
    PaymentMethodData,
    PaymentMethodInfo,
)

from clover_django import saved_sources
from clover_saleor.merchants import Merchant
from clover_saleor.names import GATEWAY, TITLE
from clover_saleor.untyped import SaleorObject
from payment_hooks import (
    InvalidRequest,
    Operation,
    Payment,
    PaymentSource,
    PaymentState,
)
from payment_hooks.kinds import Mode
from payment_hooks.saved_sources import SaveSourceRequest, save_source
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
    """What the shopper pays with; a card becomes a token only where it is needed.

    Raises:
        InvalidRequest: the saved card is nobody's, or somebody else's.
        PaymentDeclined: the card cannot be saved; nothing was taken.
    """
    if payment.mode is Mode.HOSTED or payment.state is not PaymentState.OPEN:
        return None
    if entry.saved_id:
        _refuse_guest(owner)
        found = saved_sources.find(owner, merchant.merchant_id, entry.saved_id)
        return found.as_source()
    source = merchant.payments.tokenize(entry.card) if entry.card else entry.source
    if source is None or not (save and owner):
        return source
    asked = SaveSourceRequest(source=source, email=email)
    saved = save_source(merchant.payments, asked)
    saved_sources.keep(owner, merchant.merchant_id, saved)
    return saved.as_source()


def note_card(source: PaymentSource | None, money: Operation | None) -> None:
    """Let the list show what the charge told of a card that was saved with it."""
    if source is not None and source.is_saved and money is not None:
        details = money.details
        saved_sources.describe(
            source.token, details.get("brand", ""), details.get("last4", "")
        )


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
        for row in saved_sources.list_sources(owner, merchant.merchant_id)
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
        for row in saved_sources.list_sources(owner_of(user), merchant.merchant_id)
    ]


def _refuse_guest(owner: str) -> None:
    if not owner:
        raise InvalidRequest(
            "a saved card is for its owner, who is not logged in here",
            code="saved_source_of_nobody",
        )
