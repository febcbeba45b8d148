"""A frozen basket made ready for its order: prices, offers, shipping, and what changed."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _
from oscar.core.loading import get_class
from oscar.core.prices import Price

from clover_oscar.amounts import round_price
from clover_oscar.snapshot import Snapshot
from clover_oscar.untyped import OscarObject


@dataclass(frozen=True, slots=True)
class FormerShipping:
    """The shipping method that was bought and is offered no more."""

    code: str
    name: str
    charge: Price

    def calculate(self, basket: OscarObject) -> Price:
        """What was agreed."""
        return self.charge

    def discount(self, basket: OscarObject) -> Decimal:
        """Nothing more is taken off."""
        return Decimal(0)


def prepare(basket: OscarObject, snapshot: Snapshot) -> list[str]:
    """Price the basket again, and say what differs from what was paid."""
    user = snapshot.load_user()
    strategy = get_class("partner.strategy", "Selector")()
    basket.strategy = strategy.strategy(request=None, user=user)
    notes = list(_drop_vouchers(basket, user))
    _restore_taxes(basket, snapshot)
    get_class("offer.applicator", "Applicator")().apply(basket, user, None)
    return notes + list(_compare(basket, snapshot))


def find_shipping(
    basket: OscarObject, snapshot: Snapshot, address: OscarObject
) -> OscarObject:
    """The shipping method of the snapshot, as the shop offers it now if it still does."""
    methods = get_class("shipping.repository", "Repository")().get_shipping_methods(
        basket=basket, shipping_addr=address, user=snapshot.load_user(), request=None
    )
    former = FormerShipping(
        snapshot.shipping_code,
        snapshot.shipping_name,
        snapshot.load_price(snapshot.shipping_charge),
    )
    return next((row for row in methods if row.code == snapshot.shipping_code), former)


def _drop_vouchers(basket: OscarObject, user: OscarObject) -> Iterator[str]:
    """Vouchers that ran out meanwhile would stop an order that is paid already."""
    for voucher in basket.vouchers.all():
        is_available, reason = voucher.is_available_to_user(user=user)
        if voucher.is_active() and is_available:
            continue
        basket.vouchers.remove(voucher)
        yield _(
            "Voucher %(code)s had run out when the order was placed. %(reason)s"
        ) % {
            "code": voucher.code,
            "reason": reason,
        }


def _restore_taxes(basket: OscarObject, snapshot: Snapshot) -> None:
    for line in basket.all_lines():
        price = line.purchase_info.price
        tax = snapshot.line_taxes.get(str(line.pk))
        if not price.is_tax_known and tax is not None:
            price.tax = Decimal(tax)


def _compare(basket: OscarObject, snapshot: Snapshot) -> Iterator[str]:
    calculator = get_class("checkout.calculators", "OrderTotalCalculator")()
    total = round_price(
        calculator.calculate(
            basket,
            snapshot.load_price(snapshot.shipping_charge),
            snapshot.load_surcharges(),
        )
    )
    paid = snapshot.load_price(snapshot.total)
    if total.incl_tax != paid.incl_tax:
        yield _(
            "Prices changed while the shopper paid: %(paid)s %(currency)s was agreed and "
            "is the order's total, the lines now come to %(total)s %(currency)s."
        ) % {
            "paid": paid.incl_tax,
            "total": total.incl_tax,
            "currency": snapshot.currency,
        }
