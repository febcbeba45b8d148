"""Prepares a frozen basket for its order, at the prices of its snapshot.

Unit prices, taxes and shipping are what the shopper agreed to. Offers and vouchers are
Oscar's to apply, so what became of them meanwhile is noted.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from oscar.core.loading import get_class
from oscar.core.prices import Price

from clover_django.language.words import Text
from clover_oscar.amounts import round_price, show_lazily, to_money
from clover_oscar.baskets.goods import Fields, key_of, list_lines
from clover_oscar.baskets.snapshot import Snapshot
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


class AgreedPrice:
    """A unit's price as it was when the shopper agreed; has Oscar's price attributes."""

    exists = is_tax_known = True
    retail = None

    def __init__(self, agreed: Price, effective_price: Decimal) -> None:
        self.currency = agreed.currency
        self.excl_tax, self.incl_tax = agreed.excl_tax, agreed.incl_tax
        self.tax, self.tax_code = agreed.tax, agreed.tax_code
        self.effective_price = effective_price


class AgreedStrategy:
    """The shop's strategy, but for the prices which a snapshot knows."""

    def __init__(self, strategy: OscarObject, snapshot: Snapshot) -> None:
        self.strategy = strategy
        self.snapshot = snapshot
        self.by_goods = {
            key_of(row): snapshot.unit_prices.get(str(row["id"]))
            for row in snapshot.lines
        }

    def __getattr__(self, name: str) -> OscarObject:
        return getattr(self.strategy, name)

    def fetch_for_line(
        self, line: OscarObject, stockrecord: OscarObject = None
    ) -> OscarObject:
        """What the shop says of the line today, at the price that was agreed."""
        today = self.strategy.fetch_for_line(line, stockrecord)
        fields = self.snapshot.unit_prices.get(str(line.pk)) or self._find(line)
        if fields is None:
            return today
        agreed = self.snapshot.load_price(fields)
        return get_class("partner.strategy", "PurchaseInfo")(
            price=AgreedPrice(agreed, Decimal(fields["effective"])),
            availability=today.availability,
            stockrecord=today.stockrecord,
        )

    def _find(self, line: OscarObject) -> Fields | None:
        """The price of the same goods in a line that was taken out, and put in again."""
        (row,) = list_lines([line])
        return self.by_goods.get(key_of(row))


def prepare(basket: OscarObject, snapshot: Snapshot) -> list[Text]:
    """Set the agreed prices; returns notes on what differs from what was paid."""
    user = snapshot.load_user()
    selector = get_class("partner.strategy", "Selector")()
    strategy = selector.strategy(request=None, user=user)
    basket.strategy = AgreedStrategy(strategy, snapshot)
    notes = list(_drop_vouchers(basket, user))
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


def _drop_vouchers(basket: OscarObject, user: OscarObject) -> Iterator[Text]:
    """Remove vouchers that have expired, which would stop an order that is paid."""
    for voucher in basket.vouchers.all():
        is_available, reason = voucher.is_available_to_user(user=user)
        if voucher.is_active() and is_available:
            continue
        basket.vouchers.remove(voucher)
        yield format_lazy(
            _("Voucher {code} had run out when the order was placed. {reason}"),
            code=voucher.code,
            reason=reason,
        )


def _compare(basket: OscarObject, snapshot: Snapshot) -> Iterator[Text]:
    calculator = get_class("checkout.calculators", "OrderTotalCalculator")()
    total: OscarObject = round_price(
        calculator.calculate(
            basket,
            snapshot.load_price(snapshot.shipping_charge),
            snapshot.load_surcharges(),
        )
    )
    paid: OscarObject = snapshot.load_price(snapshot.total)
    if total.incl_tax != paid.incl_tax:
        yield format_lazy(
            _(
                "Offers changed while the shopper paid: {paid} was agreed and is the "
                "order's total, the lines now come to {total}."
            ),
            paid=show_lazily(to_money(paid.incl_tax, snapshot.currency)),
            total=show_lazily(to_money(total.incl_tax, snapshot.currency)),
        )
