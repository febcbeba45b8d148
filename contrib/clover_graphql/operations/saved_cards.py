"""storedPaymentMethodRequestDelete: a customer removes a card on file."""

import logging

from clover_graphql.request import ids
from clover_graphql.request.context import RequestContext
from clover_graphql.request.errors import code_of, field_of
from clover_graphql.types.enums import (
    StoredPaymentMethodRequestDeleteErrorCode,
    StoredPaymentMethodRequestDeleteResult,
)
from clover_graphql.types.payloads import (
    PaymentMethodRequestDeleteError,
    StoredPaymentMethodRequestDelete,
)
from payment_hooks import (
    BadInput,
    ErrorCode,
    InvalidRequest,
    PaymentError,
    PurchaseKind,
    shopper_text,
)
from payment_hooks.storefront import forget_source

logger = logging.getLogger(__name__)

Result = StoredPaymentMethodRequestDeleteResult


def delete(
    context: RequestContext, identifier: str
) -> StoredPaymentMethodRequestDelete:
    """Remove the customer's card; another customer's is not found."""
    try:
        _delete(context, identifier)
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
        logger.warning("a saved card could not be removed: %s", error)
        failed = PaymentMethodRequestDeleteError(
            code=StoredPaymentMethodRequestDeleteErrorCode.GATEWAY_ERROR,
            message=shopper_text("unavailable", context.language()),
        )
        return StoredPaymentMethodRequestDelete(
            result=Result.FAILED_TO_DELETE, errors=[failed]
        )
    return StoredPaymentMethodRequestDelete(
        result=Result.SUCCESSFULLY_DELETED, errors=[]
    )


def _delete(context: RequestContext, identifier: str) -> None:
    """See `delete`.

    Raises:
        PaymentError: it is not there, or the provider did not remove it.
    """
    _, key = ids.decode(identifier, "StoredPaymentMethod")
    kind, _, rest = key.partition(":")
    rest, _, public_id = rest.rpartition(":")
    purchase_id, _, gateway = rest.rpartition(":")
    saved_cards = context.api.saved_cards
    if kind not in list(PurchaseKind) or saved_cards is None:
        raise BadInput("no such card", code=ErrorCode.SAVED_SOURCE_UNKNOWN, field="id")
    purchase = context.find_purchase(PurchaseKind(kind), purchase_id)
    if purchase is None or not purchase.customer_id:
        raise BadInput("no such card", code=ErrorCode.SAVED_SOURCE_UNKNOWN, field="id")
    payments = context.offer(gateway).payments
    forget_source(payments, saved_cards, purchase.customer_id, public_id)
