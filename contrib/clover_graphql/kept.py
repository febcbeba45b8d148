"""storedPaymentMethodRequestDelete: a customer removes a card on file."""

import logging

from clover_graphql import ids
from clover_graphql.asking import Asking
from clover_graphql.enums import (
    StoredPaymentMethodRequestDeleteErrorCode,
    StoredPaymentMethodRequestDeleteResult,
)
from clover_graphql.errors import BadInput, code_of, field_of
from clover_graphql.payloads import (
    PaymentMethodRequestDeleteError,
    StoredPaymentMethodRequestDelete,
)
from payment_hooks import InvalidRequest, PaymentError, PurchaseKind
from payment_hooks.model.messages import shopper_text
from payment_hooks.storefront.saved_cards import forget_source

logger = logging.getLogger(__name__)

Result = StoredPaymentMethodRequestDeleteResult


def delete(asking: Asking, identifier: str) -> StoredPaymentMethodRequestDelete:
    """Remove the customer's card; somebody else's is not to be found."""
    try:
        _delete(asking, identifier)
    except InvalidRequest as error:
        code = code_of(error, StoredPaymentMethodRequestDeleteErrorCode)
        text = "StoredPaymentMethod could not be found."
        refused = PaymentMethodRequestDeleteError(
            code=code, field=field_of(error) or "id", message=text
        )
        return StoredPaymentMethodRequestDelete(
            result=Result.FAILED_TO_DELETE, errors=[refused]
        )
    except PaymentError as error:
        logger.warning("a kept card could not be removed: %s", error)
        failed = PaymentMethodRequestDeleteError(
            code=StoredPaymentMethodRequestDeleteErrorCode.GATEWAY_ERROR,
            message=shopper_text("unavailable", asking.language()),
        )
        return StoredPaymentMethodRequestDelete(
            result=Result.FAILED_TO_DELETE, errors=[failed]
        )
    return StoredPaymentMethodRequestDelete(
        result=Result.SUCCESSFULLY_DELETED, errors=[]
    )


def _delete(asking: Asking, identifier: str) -> None:
    """See `delete`.

    Raises:
        PaymentError: it is not there, or the provider did not remove it.
    """
    _, key = ids.decode(identifier, "StoredPaymentMethod")
    kind, _, rest = key.partition(":")
    rest, _, public_id = rest.rpartition(":")
    purchase_id, _, gateway = rest.rpartition(":")
    wallet = asking.api.wallet
    if kind not in list(PurchaseKind) or wallet is None:
        raise BadInput("no such card", code="saved_source_unknown", field="id")
    purchase = asking.find_purchase(PurchaseKind(kind), purchase_id)
    if purchase is None or not purchase.customer_id:
        raise BadInput("no such card", code="saved_source_unknown", field="id")
    payments = asking.offer(gateway).payments
    forget_source(payments, wallet, purchase.customer_id, public_id)
