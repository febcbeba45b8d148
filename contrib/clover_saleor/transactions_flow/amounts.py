"""What is left to pay of a checkout or an order, whatever the rest was paid with."""

from decimal import Decimal

from clover_saleor.codes import NOTHING_DUE
from clover_saleor.installation.names import GATEWAY
from clover_saleor.installation.untyped import SaleorObject
from payment_hooks import AlreadyPaid, AmountChanged, Money, NothingDue, read_money

_NOTHING = Decimal(0)


def reference_of(source: SaleorObject) -> str:
    """The ledger's name for the purchase: an order is still its checkout."""
    if not _is_order(source):
        return str(source.pk)
    return str(source.checkout_token or f"order {source.pk}")


def amount_to_pay(asked: SaleorObject, here: Money) -> Money:
    """The amount that this submit may charge or authorize.

    Where the storefront names none, Saleor asks for a total that knows neither gift
    cards nor other ways to pay: that one is brought down to what is left.

    Args:
        asked: Saleor's session.
        here: what the ledger knows of the purchase's money, in all its parts.

    Raises:
        AlreadyPaid: nothing is left to pay.
        NothingDue: there was nothing to pay.
        AmountChanged: more is asked for than is left.
        InvalidRequest: what is asked for, or the currency, is none.
    """
    source, currency = asked.source_object, asked.action.currency
    wanted = read_money(asked.action.amount, currency)
    total, paid = _total(source), _paid(source, asked.transaction, here)
    left = left_to_pay(asked, here)
    if not left.minor_units:
        text = f"{total} {currency} is due and {paid} {currency} is here"
        if paid:
            raise AlreadyPaid(text, code=NOTHING_DUE)
        raise NothingDue(text, code=NOTHING_DUE)
    if left < wanted and asked.action.amount == _asked_without_amount(asked):
        return left
    if left < wanted or not wanted.minor_units:
        raise _amount_changed(wanted, left)
    return wanted


def refuse_more_than_left(asked: SaleorObject, here: Money, begun: Money) -> None:
    """Refuse to go on with what was begun, if less than that is left to pay by now.

    Raises:
        AmountChanged: the purchase was changed, or paid in another way.
    """
    left = left_to_pay(asked, here)
    if left < begun:
        raise _amount_changed(begun, left)


def left_to_pay(asked: SaleorObject, here: Money) -> Money:
    """What is neither paid nor authorized so far; arguments as for `amount_to_pay`."""
    paid = _paid(asked.source_object, asked.transaction, here)
    left = _total(asked.source_object) - paid
    return read_money(max(left, _NOTHING), asked.action.currency)


def _amount_changed(wanted: Money, left: Money) -> AmountChanged:
    return AmountChanged(
        f"{wanted} was asked for, and {left} is left to pay",
        due=str(left),
        shown=str(wanted),
    )


def _total(source: SaleorObject) -> Decimal:
    """What the purchase comes to in the end."""
    total = Decimal(source.total_gross_amount)
    if not _is_order(source):
        return total - Decimal(source.get_total_gift_cards_balance().amount)
    granted = (Decimal(row.amount_value) for row in source.granted_refunds.all())
    return total - sum(granted, _NOTHING)


def _paid(source: SaleorObject, own: SaleorObject, here: Money) -> Decimal:
    """What was paid or authorized; of ours what Saleor or the ledger knows, once."""
    items, payments = source.payment_transactions.exclude(pk=own.pk), source.payments
    ours = _values(items.filter(app_identifier=GATEWAY))
    ours += _values(payments.filter(gateway=GATEWAY))
    others = _values(items.exclude(app_identifier=GATEWAY))
    others += _values(payments.exclude(gateway=GATEWAY))
    return others + max(ours, here.to_decimal())


def _values(rows: SaleorObject) -> Decimal:
    return sum(map(_value_of, rows), _NOTHING)


def _value_of(row: SaleorObject) -> Decimal:
    """What a transaction, or a payment of the older flow, has brought or is bringing."""
    if row._meta.model_name == "payment":
        reserved = row.get_authorized_amount().amount if row.is_active else 0
        return Decimal(row.captured_amount) + Decimal(reserved)
    parts = (
        row.charged_value,
        row.authorized_value,
        row.charge_pending_value,
        row.authorize_pending_value,
    )
    return sum(map(Decimal, parts), _NOTHING)


def _asked_without_amount(asked: SaleorObject) -> Decimal:
    """What Saleor fills in, which it works out from its transactions alone."""
    amount = Decimal(asked.source_object.total_gross_amount)
    for item in asked.source_object.payment_transactions.exclude(
        pk=asked.transaction.pk
    ):
        amount -= max(item.authorized_value, item.charged_value)
        amount -= item.authorize_pending_value + item.charge_pending_value
    return amount


def _is_order(source: SaleorObject) -> bool:
    return bool(source._meta.model_name == "order")
