"""Reads an order and its payment from the shop's own records."""

from oscar.core.loading import get_model

from clover_demo.purchases.audit import ShopOrder
from clover_oscar.untyped import OscarObject

_CENTS = 100


def read_order(number: str) -> ShopOrder | None:
    """The order with this number, as the shop's dashboard would show it."""
    order: OscarObject = (
        get_model("order", "Order").objects.filter(number=number).first()
    )
    if order is None:
        return None
    debits = get_model("payment", "Transaction").objects.filter(
        source__order=order, txn_type="Debit"
    )
    return ShopOrder(
        number=order.number,
        charge_id=", ".join(debits.values_list("reference", flat=True)),
        cents=int(order.total_incl_tax * _CENTS),
        currency=order.currency,
        status=order.status,
    )
