"""All that is needed to place an order without the shopper's browser session.

Written down with the payment before anything is sent. It holds no card data.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Self

from django.contrib.auth import get_user_model
from django.contrib.auth.models import AnonymousUser
from oscar.core.loading import get_classes, get_model
from oscar.core.prices import Price

from clover_django.fields.moments import to_utc
from clover_oscar.baskets.goods import Fields, list_lines
from clover_oscar.baskets.snapshot_values import read_field, read_values, write_values
from clover_oscar.untyped import OscarObject
from payment_hooks import Payment, Purchase

ADAPTER = "oscar"
_LEAST_BETWEEN_ZONES = timedelta(minutes=15)
_MOST_BETWEEN_ZONES = timedelta(hours=26)


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A submission of Oscar's checkout in JSON's types."""

    order_number: str
    basket_id: int
    basket_born: str = ""
    """The basket's time of creation: after a reset another basket gets its id."""
    user_id: str = ""
    """Empty for a guest."""
    order_fields: Fields = field(default_factory=dict)
    """Such as `guest_email`, and what a shop's own checkout adds; see `kept_values`."""
    shipping_address: Fields | None = None
    billing_address: Fields | None = None
    shipping_code: str = ""
    shipping_name: str = ""
    shipping_charge: Fields
    total: Fields
    surcharges: list[Fields] = field(default_factory=list)
    lines: list[Fields] = field(default_factory=list)
    """What was agreed: each basket line with its goods, and how many of them."""
    unit_prices: dict[str, Fields] = field(default_factory=dict)
    """What one unit of each basket line costs, tax as far as the checkout learnt it."""
    currency: str
    language: str = ""
    site_id: int | None = None
    merchant_id: str = ""

    def to_context(self) -> dict[str, object]:
        """As it is kept with the payment."""
        return asdict(self)

    @classmethod
    def of(cls, kept: Payment | Purchase) -> Self | None:
        """The snapshot that is kept with it; None when another adapter made it."""
        return cls.from_context(kept.context) if kept.adapter == ADAPTER else None

    @classmethod
    def from_context(cls, context: Mapping[str, Any]) -> Self:
        """The snapshot in the context of a payment of Oscar's."""
        known = cls.__dataclass_fields__
        return cls(**{name: context[name] for name in known if name in context})

    def is_of(self, basket_id: object, born: str) -> bool:
        """Whether this basket was submitted; by its id alone where more is not known."""
        is_known = self.basket_born and born
        return self.basket_id == basket_id and not (
            is_known and not _is_same_birth(self.basket_born, born)
        )

    @property
    def email(self) -> str:
        """Where the shopper gets mail."""
        return str(self.order_fields.get("guest_email") or "") or str(
            getattr(self.load_user(), "email", "")
        )

    def load_user(self) -> OscarObject:
        """The shopper's account, anonymous for guests and for accounts deleted since."""
        users = get_user_model()._default_manager
        user = users.filter(pk=self.user_id).first() if self.user_id else None
        return user or AnonymousUser()

    def load_order_fields(self) -> dict[str, object]:
        """The order's additional fields.

        Raises:
            ValueIsGone: a row that was chosen has been deleted since.
        """
        return read_values(self.order_fields)

    def load_price(self, fields: Fields) -> Price:
        """One of the prices above as Oscar's price."""
        return Price(
            currency=self.currency,
            excl_tax=Decimal(fields["excl_tax"]),
            incl_tax=Decimal(fields["incl_tax"]),
            tax_code=fields.get("tax_code"),
        )

    def load_surcharges(self) -> OscarObject:
        """What the shopper agreed to pay on top, as Oscar's list; None without any."""
        if not self.surcharges:
            return None
        make_list, make_price = get_classes(
            "checkout.applicator", ["SurchargeList", "SurchargePrice"]
        )
        return make_list(
            make_price(NamedCharge(row["name"], row["code"]), self.load_price(row))
            for row in self.surcharges
        )


@dataclass(frozen=True, slots=True)
class NamedCharge:
    """The name and code of a surcharge."""

    name: str
    code: str


def take_snapshot(
    submission: Mapping[str, Any],
    order_number: str,
    *,
    language: str,
    merchant_id: str,
    site_id: int | None,
) -> Snapshot:
    """The snapshot of a submission as Oscar's checkout views build it."""
    user, total = submission["user"], submission["order_total"]
    method = submission["shipping_method"]
    return Snapshot(
        order_number=str(order_number),
        basket_id=submission["basket"].pk,
        basket_born=birth_of(submission["basket"]),
        user_id=str(user.pk) if user.is_authenticated else "",
        order_fields=write_values(submission.get("order_kwargs") or {}),
        shipping_address=_address_fields(submission["shipping_address"]),
        billing_address=_address_fields(submission["billing_address"]),
        shipping_code=str(method.code),
        shipping_name=str(method.name),
        shipping_charge=_price_fields(submission["shipping_charge"]),
        total=_price_fields(total),
        surcharges=[_surcharge_fields(row) for row in submission["surcharges"] or ()],
        lines=list_lines(submission["basket"].all_lines()),
        unit_prices=_unit_prices(submission["basket"]),
        currency=total.currency,
        language=language,
        site_id=site_id,
        merchant_id=merchant_id,
    )


def birth_of(basket: OscarObject) -> str:
    """The basket's time of creation as text, the same for every database and setting."""
    return to_utc(basket.date_created).isoformat()


def load_address(kind: str, fields: Fields | None) -> OscarObject:
    """The unsaved `ShippingAddress` or `BillingAddress` with these fields, or None."""
    if fields is None:
        return None
    model = get_model("order", kind)
    known = {column.attname: column for column in model._meta.concrete_fields}
    return model(
        **{
            name: read_field(known[name], value)
            for name, value in fields.items()
            if name in known
        }
    )


def _is_same_birth(one: str, other: str) -> bool:
    """Whether the two are one time, perhaps read in another zone than it was written.

    Oscar's rows change their moment when a shop changes `USE_TZ` or `TIME_ZONE`; and
    without `USE_TZ` the database does not keep which of two repeated hours it was.
    Zones are quarters of an hour apart, so the smaller units distinguish baskets.
    """
    apart = abs(datetime.fromisoformat(one) - datetime.fromisoformat(other))
    return apart <= _MOST_BETWEEN_ZONES and not apart % _LEAST_BETWEEN_ZONES


def _address_fields(address: OscarObject) -> Fields | None:
    if address is None:
        return None
    values = {}
    for column in address._meta.concrete_fields:
        value = column.value_from_object(address)
        if column.primary_key or value in (None, ""):
            continue
        is_plain = isinstance(value, str | int | bool)
        values[column.attname] = value if is_plain else column.value_to_string(address)
    return values


def _price_fields(price: OscarObject) -> Fields:
    return {
        "excl_tax": str(price.excl_tax),
        "incl_tax": str(price.incl_tax),
        "tax_code": price.tax_code,
    }


def _surcharge_fields(row: OscarObject) -> Fields:
    names = {"name": str(row.surcharge.name), "code": str(row.surcharge.code)}
    return names | _price_fields(row.price)


def _unit_prices(basket: OscarObject) -> dict[str, Fields]:
    prices = {line.pk: line.purchase_info.price for line in basket.all_lines()}
    return {
        str(pk): _price_fields(price) | {"effective": str(price.effective_price)}
        for pk, price in prices.items()
        if price.is_tax_known
    }
